"""``inbox-mock compare``: recorded answers and the fake's, or those of two servers."""

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inbox_mock.cli import OF_A_SANDBOX, check_output, write_output
from inbox_mock.console.ending import FINDINGS, WRONG
from inbox_mock.console.parameters import Token, chosen, takes_admin_token
from inbox_mock.console.terminal import complain, progress

if TYPE_CHECKING:
    from inbox_mock.comparing.recording import Switches
    from inbox_mock.comparing.report import JSON
    from inbox_mock.comparing.running import Resending
    from inbox_mock.comparing.servers import OtherServer

TIMEOUT_SECONDS = 10.0


@click.command("compare")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@click.option("--allow", "allowed", multiple=True, metavar="KIND", help="Differences that do not count; * is any text; may be repeated.")
@click.option("--against", metavar="URL", help="Compare with this server, in place of the recorded answers.")
@click.option("--token", type=Token(), help="With --against: a token for that server; of a fake, that of its default sandbox is known.")
@click.option("--writes", is_flag=True, help="With --against: send it more than GET and HEAD, where real guests would see it.")
@click.option(
    "--requests", type=click.IntRange(1, 100_000), default=300, show_default=True, help="With --against: at most this many requests."
)
@click.option("--url", default="http://127.0.0.1:8089", show_default=True, help="With --against: the root of the fake.")
@OF_A_SANDBOX
@takes_admin_token("The token that the fake was given.")
@click.option("--issue", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the text of an issue there.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the report there.")
@click.option("--format", "wanted", type=click.Choice(["text", "json", "junit", "html"]), default="text", show_default=True)
def command(
    *,
    files: tuple[Path, ...],
    allowed: tuple[str, ...],
    against: str | None,
    token: str | None,
    writes: bool,
    requests: int,
    url: str,
    sandbox: str,
    admin_token: str | None,
    issue: Path | None,
    output: Path | None,
    wanted: str,
) -> None:
    """Compare what the real service has answered with what the fake answers to the same requests.

    FILE is a recording, as inbox-mock import takes it: its sandbox is made in this process, its requests are sent there in their
    order and at their times. With --against, another server answers them, or, without FILE, those of a walk over all lists. Exit
    code 1: there is a difference that is not allowed, and that no recorder has caused, 2: nothing could be compared.
    """
    from inbox_mock.client import AdminError
    from inbox_mock.comparing.report import CLEAN, misspelled
    from inbox_mock.comparing.servers import OtherServer
    from inbox_mock.comparing.sides import NoAnswerError
    from inbox_mock.importing.calls import NothingToImportError
    from inbox_mock.recordings import RecordingError
    from inbox_mock.scenarios.errors import ScenarioError

    for pattern in allowed:
        if wrong := misspelled(pattern):
            raise click.BadParameter(wrong, param_hint="'--allow'")
    check_output(output, files)
    check_output(issue, files, "--issue")
    if not files and against is None:
        raise click.UsageError("found no FILE; expected a recording, or --against with the URL of a server")
    try:
        if against is None:
            report = _of_recording(files, allowed)
        else:
            other, is_fake = _reached(against, token)
            ours = _reached(url, None, sandbox, admin_token)[0] if chosen("url")[1] or not files else None
            report = _of_servers(files, OtherServer(other, requests, writes or is_fake), ours, allowed)
    except (RecordingError, NothingToImportError, NoAnswerError, AdminError, ScenarioError) as error:
        complain(str(error))
        sys.exit(WRONG)
    _tell(report, wanted, output, issue)
    sys.exit(FINDINGS if report["verdict"] != CLEAN else 0 if report["compared"] else WRONG)


def _of_recording(files: tuple[Path, ...], allowed: tuple[str, ...]) -> "JSON":
    """Return the report on recorded answers, and on the switches that would explain what differs."""
    from inbox_mock.comparing.recording import compare_recording, explaining_switches, sandbox_of
    from inbox_mock.comparing.report import is_allowed, report_of
    from inbox_mock.recordings.reading import read

    with progress("Making a sandbox of the recording") as told:
        sandbox = sandbox_of(lambda: read(files, told))
    with progress("Comparing") as told:
        found = compare_recording(lambda: read(files, told), sandbox)
    open_kinds = frozenset(kind for kind in found.kinds if not is_allowed(kind, allowed))
    switches: Switches = {}
    if open_kinds:
        with progress("Trying the switches") as told:
            switches = explaining_switches(lambda: read(files), sandbox, found, open_kinds, told)
    about = "recorded answers, and those of the sandbox that the recording becomes"
    return report_of(found, about, allowed=allowed, made_up=sandbox.imported.made_up, switches=switches)


def _of_servers(files: tuple[Path, ...], other: "OtherServer", ours: "Resending | None", allowed: tuple[str, ...]) -> "JSON":
    """Return the report on two servers: the fake is ``ours``, or the sandbox of the recording in this process."""
    from inbox_mock.comparing.recording import sandbox_of
    from inbox_mock.comparing.report import gather, report_of
    from inbox_mock.comparing.servers import compare_by, compare_walking
    from inbox_mock.recordings.reading import read

    if ours is None:
        with progress("Making a sandbox of the recording") as told:
            ours = sandbox_of(lambda: read(files, told)).begin()
    with progress("Comparing") as told, closing(other.resending.side), closing(ours.side):
        compared = compare_by(read(files, told), other, ours) if files else compare_walking(other, ours)
        found = gather(compared)
    return report_of(found, "the answers of another server, told as recorded, and those of the fake", allowed=allowed)


def _reached(url: str, token: str | None, sandbox: str = "default", admin_token: str | None = None) -> "tuple[Resending, bool]":
    """Return what sends requests to a server, and whether it is a fake: a server whose token is not given is asked for it as one."""
    from inbox_mock.client import AdminError, connect
    from inbox_mock.comparing.servers import over_http

    server = connect(url, admin_token)
    if token is not None:
        return over_http(server.root, token, TIMEOUT_SECONDS), False
    try:
        return over_http(server.root, server.sandbox(sandbox).token, TIMEOUT_SECONDS), True
    except AdminError as error:
        raise AdminError(f"{error}; for a server that is no fake, give a token with --token") from None


def _tell(report: "JSON", wanted: str, output: Path | None, issue: Path | None) -> None:
    """Print the report, or write it, and the issue."""
    import json

    from inbox_mock.comparing import rendering

    if wanted == "json":
        text = json.dumps({**report, "issue": rendering.as_issue(report) if rendering.has_issue(report) else None}) + "\n"
    else:
        text = {"text": rendering.as_text, "junit": rendering.as_junit, "html": rendering.as_html}[wanted](report)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_output(output, text)
        complain(f"the report is in {output}")
    if issue is not None and rendering.has_issue(report):
        write_output(issue, rendering.as_issue(report), "--issue")
        complain(f"what can be filed as an issue is in {issue}")
