"""``inbox-mock bundle``: a run in one file, saved, shown, and done again."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from inbox_mock.cli import on_a_server, print_json, write_output
from inbox_mock.client import SandboxClient
from inbox_mock.console.ending import FINDINGS, WRONG
from inbox_mock.console.parameters import Group
from inbox_mock.console.terminal import complain, say

if TYPE_CHECKING:
    from inbox_mock.bundles.bundle import Bundle

LAST = 10
"""How many of the last requests are shown."""
AS_JSON = click.option("--format", "wanted", type=click.Choice(["text", "json"]), default="text", show_default=True)
FILE = click.argument("file", type=click.Path(path_type=Path))


@click.group("bundle", cls=Group)
def command() -> None:
    """Save a run in one file, show what is in it, and do it again until an answer differs.

    inbox-mock bundle save run.zip

    A bundle holds the scenario, the log of all that was done, every answer, and the sandbox as it is, but no token or secret.
    """


@command.command("save")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--private", is_flag=True, help="Replace names, texts and the like by invented ones, and leave files and the scenario out.")
@on_a_server()
def save(*, sandbox: SandboxClient, as_json: bool, file: Path, private: bool) -> None:
    """Save a sandbox of a running server as FILE.

    Names and texts stay as they are in the sandbox: pass --private if they are somebody's.
    """
    content = sandbox.bundle()
    if private:
        from inbox_mock.bundles import BundleError
        from inbox_mock.replaying.private import without_private_data

        try:
            content = without_private_data(_checked(content, file))
        except BundleError as error:
            _stop(file, error)
    write_output(file, content, "FILE")
    if as_json:
        print_json({"file": str(file), "bytes": len(content)})
    else:
        say(f"{file}: {len(content):,} bytes. Do it again with: inbox-mock bundle replay {file}")


@command.command("show")
@FILE
@AS_JSON
def show(*, file: Path, wanted: str) -> None:
    """Show what is in FILE: scenario and seed, versions, times, how much was done, the last requests."""
    from inbox_mock.bundles.bundle import about
    from inbox_mock.replaying.replay import line_of

    bundle = _read(file)
    if wanted == "json":
        print_json(bundle.manifest)
        return
    for name, value in about(bundle).items():
        say(f"{name:10} {value}")
    if bundle.journal:
        say("\nThe last requests:")
    for entry in bundle.journal[-LAST:]:
        say(f"{entry['id']:>5}  {entry['at']}  {line_of(entry)}  {'no answer' if entry['status'] is None else entry['status']}")


@command.command("replay")
@FILE
@AS_JSON
def replay(*, file: Path, wanted: str) -> None:
    """Do again what FILE says, in this process, and show the first answer that differs, byte for byte.

    Exit code 0: no answer differs. 1: one does. 2: it is no bundle, or its log does not begin at the start.
    """
    from inbox_mock.bundles import BundleError
    from inbox_mock.conduct.text import counted
    from inbox_mock.replaying.replay import replay as done_again

    bundle = _read(file)
    try:
        found = done_again(bundle)
    except BundleError as error:
        _stop(file, error)
    difference = found.difference
    if wanted == "json":
        told = {"done": dict(found.done), "difference": None if difference is None else difference.as_json(), "ended": found.ended}
        click.echo(json.dumps(told))
    else:
        say(f"Done again: {', '.join(counted(count, name.removesuffix('s')) for name, count in found.done.items())}.")
        for line in ["No answer differs."] if difference is None else difference.lines:
            say(line)
    if found.ended is not None:
        complain(found.ended)
    sys.exit(0 if difference is None else FINDINGS)


def _read(file: Path) -> "Bundle":
    from inbox_mock.bundles import BundleError
    from inbox_mock.bundles.bundle import content_of

    try:
        content = content_of(file)
    except BundleError as error:
        _stop(file, error)
    return _checked(content, file)


def _checked(content: bytes, file: Path) -> "Bundle":
    from inbox_mock.bundles import BundleError
    from inbox_mock.bundles.bundle import read

    try:
        return read(content)
    except BundleError as error:
        _stop(file, error)


def _stop(file: Path, error: Exception) -> NoReturn:
    complain(f"{file}: {error}")
    sys.exit(WRONG)
