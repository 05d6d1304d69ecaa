"""``inbox-mock report``: the report on the client's conduct."""

import sys
from pathlib import Path

import click

from inbox_mock.cli import on_a_server, write_output
from inbox_mock.client import JSON, SandboxClient
from inbox_mock.conduct.evaluation import allow, fails, near
from inbox_mock.console.guard import FINDINGS, WRONG
from inbox_mock.console.terminal import complain


@click.command("report")
@click.option("--allow", "allowed", multiple=True, metavar="CODE", help="A rule whose violations do not count; may come again.")
@click.option(
    "--fail-on",
    "threshold",
    type=click.Choice(["error", "note"]),
    default="error",
    show_default=True,
    help="What is worth the exit code 1.",
)
@click.option("--require-requests", is_flag=True, help="Exit 1 as well where no request ever came, so that nothing was judged.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the report there.")
@on_a_server("junit", "html")
def command(
    *, sandbox: SandboxClient, wanted: str, allowed: tuple[str, ...], threshold: str, require_requests: bool, output: Path | None
) -> None:
    """Say what the client did wrong, and what it relied on that no source settles.

    Point your client at the fake, let it work, and ask: the exit code is 1 where it broke a rule, 2 where a rule could not judge.
    """
    report = sandbox.admin("GET", "/report?format=json")
    codes = [rule["code"] for rule in report["rules"]]
    for code in allowed:
        if code not in codes:
            raise click.BadParameter(near(code, codes), param_hint="'--allow'")
    report = allow(report, allowed)
    text = _rendered(report, wanted, threshold)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_output(output, text)
        complain(f"the report is in {output}")
    for broken in report["broken"]:
        complain(f"BROKEN  {broken}")
    unused = require_requests and not report["requests"]
    if unused:
        complain(f"no request came to the sandbox {sandbox.id!r} of {sandbox.server.root}: does your program call it?")
    sys.exit(WRONG if report["broken"] else FINDINGS if unused or fails(report, threshold) else 0)


def _rendered(report: JSON, wanted: str, threshold: str) -> str:
    from inbox_mock.conduct import html, junit, text

    if wanted == "json":
        import json

        return json.dumps(report) + "\n"
    if wanted == "junit":
        return junit.render(report, threshold)
    return html.render(report) if wanted == "html" else text.render(report)
