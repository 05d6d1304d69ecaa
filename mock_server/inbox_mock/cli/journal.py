"""``inbox-mock journal``: print the journal."""

import re
import sys
import time
from collections.abc import Iterator

import click

from inbox_mock.cli import on_a_server, print_json
from inbox_mock.client import JSON, SandboxClient, SandboxGoneError, ServerUnreachableError
from inbox_mock.console.ending import WRONG
from inbox_mock.console.stopping import STOP
from inbox_mock.console.terminal import complain, say, styled
from inbox_mock.domain.values import LARGEST

BREATH_SECONDS = 0.5
EVENT = re.compile(r'"event":"(\w+)"')  # a shortened body is not JSON, but begins with this
COLOURS = {2: "green", 3: "cyan", 4: "yellow", 5: "red"}


@click.command("journal")
@click.option("--follow", is_flag=True, help="Go on as entries come, until Ctrl-C.")
@click.option("--after", type=click.IntRange(0, LARGEST), default=0, metavar="N", help="Begin after entry N.")
@on_a_server(after="--after")
def command(*, sandbox: SandboxClient, as_json: bool, follow: bool, after: int) -> None:
    """Print a line for each API request and each webhook attempt; with --format json, the whole entry.

    With --follow, a server that goes away is waited for; a sandbox that is deleted ends it, with exit code 2.
    """
    if follow:
        STOP.expect()
    for entry in _following(sandbox, after) if follow else sandbox.journal_entries(after):
        if as_json:
            print_json(entry)
        else:
            say(_line(entry))
        sys.stdout.flush()


def _following(sandbox: SandboxClient, after: int) -> Iterator[JSON]:
    """Yield entries as they come, also across restarts of the server; an error at the start is raised."""
    reader = JournalFollower(sandbox, after)
    yield from reader.news()
    try:
        while True:
            yield from _news(reader, sandbox)
    except SandboxGoneError:
        complain(f"the sandbox {sandbox.id!r} is gone: it was deleted, or its server was started anew")
        sys.exit(WRONG)


def _news(reader: "JournalFollower", sandbox: SandboxClient) -> list[JSON]:
    """Return new entries; if the server is unreachable, wait for it."""
    try:
        return reader.news()
    except ServerUnreachableError as reason:
        complain(f"{reason}; waiting for it")
    while True:
        time.sleep(BREATH_SECONDS)
        try:
            sandbox.admin("GET")
        except ServerUnreachableError:
            continue
        complain(f"{sandbox.server.root} answers again")
        return []


class JournalFollower:
    """Reads a journal's new entries. After a reset or a restore, which removes the last entry read, reading starts again."""

    def __init__(self, sandbox: SandboxClient, after: int) -> None:
        self._sandbox = sandbox
        self._after = after
        self._read: JSON | None = None

    def news(self) -> list[JSON]:
        """Return new entries; none if no entry is added within some seconds."""
        entries = self._sandbox.journal_page(self._after if self._read is None else self._after - 1)
        if self._read is not None and entries[:1] == [self._read]:
            del entries[0]
        elif self._read is not None and (not entries or entries[0]["id"] == self._read["id"]):
            self._read, self._after = None, 0
            return self.news()
        if entries:
            self._read, self._after = entries[-1], entries[-1]["id"]
        elif not self._sandbox.journal_page(self._after, wait=True):
            time.sleep(BREATH_SECONDS)
        return entries


def _line(entry: JSON) -> str:
    target = entry["path"] + (f"?{entry['query']}" if entry["query"] else "")
    status = "no answer" if entry["status"] is None else str(entry["status"])
    caused = ", ".join(f"{one['event']} {one['id']}" for one in entry["caused"])
    colour = "red" if entry["status"] is None else COLOURS.get(entry["status"] // 100)
    line = f"{entry['id']}  {styled(entry['at'], dim=True)}  {entry['method']:<6} {target}  {styled(status, fg=colour)}"
    line += f"  {_event(entry)}" if _event(entry) else ""
    line += f"  caused {caused}" if caused else ""
    return line + (f"  ({entry['why']})" if entry["why"] else "")


def _event(entry: JSON) -> str:
    """Return the event of a webhook attempt; an empty text for a request, whose path has no host."""
    if entry["path"].startswith("/"):
        return ""
    found = EVENT.search(str(entry["request"].get("body", "")))
    return "" if found is None else found[1]
