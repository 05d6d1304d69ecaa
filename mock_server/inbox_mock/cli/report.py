"""``inbox-mock report``: the report on the client's conduct."""

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path

import click

from inbox_mock.cli import Decorator, on_a_server, write_output
from inbox_mock.client import JSON, AdminClient, SandboxClient, SandboxGoneError
from inbox_mock.conduct.evaluation import allow, fails, near, together
from inbox_mock.console.ending import FINDINGS, WRONG
from inbox_mock.console.parameters import chosen
from inbox_mock.console.terminal import complain

FORMATS = ("junit", "html")
"""Those besides text and json."""


@dataclass(frozen=True, slots=True)
class Reporting:
    """How a report is told, and what makes it fail."""

    allowed: tuple[str, ...]
    threshold: str
    require_requests: bool
    output: Path | None
    junit: Path | None

    def check(self, codes: Sequence[str]) -> None:
        """Check that rules have the codes that are allowed.

        Raises:
            BadParameter: one is unknown.
        """
        for code in self.allowed:
            if code not in codes:
                raise click.BadParameter(near(code, codes), param_hint="'--allow'")

    def tell(self, report: JSON, wanted: str, nobody: str, *, err: bool = False) -> int:
        """Print or write a report in a format, and return the exit code; ``nobody`` says that no request came."""
        unused = self.require_requests and not report["requests"]
        render = partial(_rendered, report, threshold=self.threshold, nobody=nobody if unused else None)
        text = render(wanted)
        if self.output is None:
            click.echo(text, nl=False, err=err)
        else:
            write_output(self.output, text)
            complain(f"the report is in {self.output}")
        if self.junit is not None:
            write_output(self.junit, render("junit"), "--junit")
        for broken in report["broken"]:
            complain(f"BROKEN  {broken}")
        if unused:
            complain(nobody)
        return WRONG if report["broken"] else FINDINGS if unused or fails(report, self.threshold) else 0


def takes_reporting(command: Callable[..., None]) -> Callable[..., None]:
    """Decorate a command that tells a report: it receives ``reporting``."""

    @click.option("--allow", "allowed", multiple=True, metavar="CODE", help="A rule whose violations do not count; may be repeated.")
    @click.option(
        "--fail-on",
        "threshold",
        type=click.Choice(["error", "note"]),
        default="error",
        show_default=True,
        help="What is worth the exit code 1.",
    )
    @click.option("--require-requests", is_flag=True, help="Exit 1 as well where no request ever came, so that nothing was judged.")
    @_takes_file("--output", "Write the report there.")
    @_takes_file("--junit", "Write it there as JUnit, too, for a pipeline to show.")
    @wraps(command)
    def with_reporting(
        *, allowed: tuple[str, ...], threshold: str, require_requests: bool, output: Path | None, junit: Path | None, **given: object
    ) -> None:
        command(reporting=Reporting(allowed, threshold, require_requests, output, junit), **given)

    return with_reporting


def _takes_file(option: str, says: str) -> Decorator:
    kind = click.Path(dir_okay=False, path_type=Path)
    return click.option(option, type=kind, metavar="FILE", callback=_with_folder, help=says)


def _with_folder(ctx: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
    """Return a file that is to be written, whose folder there has to be: it is told before anything takes its time."""
    if path is not None and not path.parent.is_dir():
        raise click.BadParameter(f"cannot write {str(path)!r}: there is no folder {str(path.parent)!r}", ctx, param)
    return path


@click.command("report")
@click.option("--all", "of_all", is_flag=True, help="Report on every sandbox of the server.")
@takes_reporting
@on_a_server(*FORMATS)
def command(*, sandbox: SandboxClient, wanted: str, of_all: bool, reporting: Reporting) -> None:
    """Say what the client did wrong, and what it relied on that no source settles.

    Point your client at the fake, let it work, and ask: the exit code is 1 where it broke a rule, 2 where a rule could not judge.
    """
    if of_all:
        if chosen("sandbox")[1]:
            raise click.UsageError("found --all and --sandbox; expected one of them")
        report, where = together(_reports(sandbox.server), reporting.allowed), "a sandbox"
    else:
        report, where = allow(sandbox.report(), reporting.allowed), f"the sandbox {sandbox.id!r}"
    reporting.check([rule["code"] for rule in report["rules"]])
    sys.exit(reporting.tell(report, wanted, f"no request came to {where} of {sandbox.server.root}: does your program call it?"))


def _reports(server: AdminClient) -> list[JSON]:
    """Return the report on each sandbox, with its name."""
    found = []
    for listed in server.sandboxes():
        with suppress(SandboxGoneError):  # somebody has deleted it
            found.append({**server.sandbox(listed["id"]).report(), "name": listed["name"]})
    return found


def _rendered(report: JSON, wanted: str, *, threshold: str, nobody: str | None) -> str:
    from inbox_mock.conduct import html, junit, text

    if wanted == "json":
        return json.dumps(report) + "\n"
    if wanted == "junit":
        return junit.render(report, threshold, nobody)
    return html.render(report) if wanted == "html" else text.render(report)
