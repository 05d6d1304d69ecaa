"""``inbox-mock journal``: what was asked, answered and caused."""

import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import click

from mock_server.admin_client import JSON, AdminClient
from mock_server.cli import on_a_server, print_json

BREATH_SECONDS = 0.5


@click.command("journal")
@click.option("--follow", is_flag=True, help="Go on as entries come, until Ctrl-C.")
@click.option("--after", type=click.IntRange(0), default=0, metavar="N", help="Begin after entry N.")
@on_a_server(after="--after")
def command(*, admin: AdminClient, as_json: bool, follow: bool, after: int) -> None:
    """Print a line for each API request and each webhook attempt; with --format json, the whole entry."""
    with suppress(KeyboardInterrupt):
        for entry in _following(admin, after) if follow else _kept(admin, after):
            if as_json:
                print_json(entry)
            else:
                click.echo(_line(entry))
            sys.stdout.flush()


COMMAND = command


def _kept(admin: AdminClient, after: int) -> Iterator[JSON]:
    """Yield what the journal holds after an entry."""
    while True:
        page = admin.get(f"/journal?after={after}")
        if not page["entries"]:
            return
        yield from page["entries"]
        after = page["next"]


def _following(admin: AdminClient, after: int) -> Iterator[JSON]:
    """Yield entries as they come. A journal that lost the entry read last has been reset, and is read from its start."""
    read: JSON | None = None
    while True:
        entries = admin.get(f"/journal?after={after if read is None else after - 1}")["entries"]
        if read is not None and entries[:1] == [read]:
            del entries[0]
        elif read is not None and (not entries or entries[0]["id"] == read["id"]):
            read, after = None, 0
            continue
        if entries:
            yield from entries
            read, after = entries[-1], entries[-1]["id"]
        elif not admin.get(f"/journal?after={after}&wait=1")["entries"]:
            time.sleep(BREATH_SECONDS)


def _line(entry: JSON) -> str:
    target = entry["path"] + (f"?{entry['query']}" if entry["query"] else "")
    status = "no answer" if entry["status"] is None else entry["status"]
    caused = ", ".join(f"{one['event']} {one['id']}" for one in entry["caused"])
    line = f"{entry['id']}  {entry['at']}  {entry['method']:<6} {target}  {status}"
    line += f"  caused {caused}" if caused else ""
    line += f"  ({entry['why']})" if entry["why"] else ""
    return "".join(character if character.isprintable() else "\ufffd" for character in line)
