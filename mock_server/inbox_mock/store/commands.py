"""The command log of a sandbox: what has changed it besides requests of the API, and the bodies of requests that the journal cuts.

Together with the journal it says all that has happened since the scenario's start, in order, so that it can be repeated.
"""

from collections.abc import Mapping
from typing import NamedTuple

import orjson

from inbox_mock.domain import limits
from inbox_mock.store.database import Database

BEGAN = "began"
"""The kind of what a reset, a restored snapshot, a fork or an opened bundle has changed in an image."""
STEP = "step"
"""The kind of moving the clock until an ``end`` or an event, or past the number of events that it says."""
UNLOGGED = "unlogged"
"""The kind of the command that stands for all that happened before there was a log."""


class Command(NamedTuple):
    """An entry of the log: it came ``after`` an entry of the journal, 0 for none. Secrets in its ``details`` are labels."""

    id: int
    after: int
    at: str
    kind: str
    details: Mapping[str, object]


def add(db: Database, at: str, kind: str, details: Mapping[str, object]) -> None:
    """Add a command; the oldest are deleted."""
    sql = "INSERT INTO commands (after, at, kind, details) SELECT coalesce(max(id), 0), ?, ?, ? FROM journal"
    added = db.execute(sql, (at, kind, orjson.dumps(details).decode())).lastrowid or 0
    if added > limits.COMMANDS:
        db.execute("DELETE FROM commands WHERE id <= ?", (added - limits.COMMANDS,))


def shorten_step(db: Database, handled: int) -> None:
    """End the last step of the clock after its first ``handled`` events."""
    db.execute(
        "UPDATE commands SET details = json_set(details, '$.most', ?) WHERE id = (SELECT max(id) FROM commands WHERE kind = ?)",
        (handled, STEP),
    )


def replace_last(db: Database, at: str, kind: str, details: Mapping[str, object]) -> None:
    """Put a command in the place of the latest one."""
    db.execute("DELETE FROM commands WHERE id = (SELECT max(id) FROM commands)")
    add(db, at, kind, details)


def every(db: Database) -> list[Command]:
    """Return the commands, oldest first."""
    rows = db.execute("SELECT id, after, at, kind, details FROM commands ORDER BY id")
    return [Command(number, after, at, kind, orjson.loads(details)) for number, after, at, kind, details in rows]


def begin_anew(db: Database) -> None:
    """Empty the log: at the start of a scenario nothing has happened yet."""
    if db.holds_any("commands"):  # to delete nothing writes the table all the same
        db.execute("DELETE FROM commands")


def bodies(db: Database) -> dict[int, bytes]:
    """Return the bodies that the journal has in part, by the ids of their entries; an empty one was too long to be kept."""
    return dict(db.execute("SELECT entry_id, bytes FROM request_bodies").fetchall())
