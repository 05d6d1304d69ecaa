"""The timeline of a sandbox: pending events with their times, and past ones."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import orjson

from inbox_mock.store.database import Database, Due


class Event(NamedTuple):
    """An event; ``due_at`` is in the API's format of times, ``about`` names records by id."""

    id: int
    due_at: str
    kind: str
    about: dict[str, object]


def schedule(db: Database, due_at: str, kind: str, about: Mapping[str, object], *, happened: bool = False) -> int:
    """Insert an event that is due at a time, or has happened then, and return its id."""
    return db.insert("timeline", {"due_at": due_at, "kind": kind, "about": orjson.dumps(about).decode(), "happened": int(happened)})


def next_due(db: Database, until: str, *, only: str = "", but: Sequence[str] = ()) -> Event | None:
    """Return the first pending event that is due by ``until``: of the kind ``only``, or of all kinds except ``but``."""
    found = db.next_due(until, only, but)
    return None if found is None else _event(found)


def soonest(db: Database) -> str | None:
    """Return when the first pending event is due, or None."""
    found: str | None = db.execute("SELECT min(due_at) FROM timeline WHERE happened = 0").fetchone()[0]
    return found


def newest(db: Database) -> int:
    """Return the id of the event that was scheduled last."""
    found: int = db.execute("SELECT coalesce(max(id), 0) FROM timeline").fetchone()[0]
    return found


def pending(db: Database, limit: int, skip: int = 0) -> list[Event]:
    """Return the next ``limit`` pending events, without the next ``skip``, soonest first."""
    sql = "SELECT id, due_at, kind, about FROM timeline WHERE happened = 0 ORDER BY due_at, id LIMIT ? OFFSET ?"
    return [_event(row) for row in db.execute(sql, (limit, skip))]


def past(db: Database, limit: int, skip: int = 0) -> list[Event]:
    """Return the latest ``limit`` past events, without the latest ``skip``, oldest first."""
    sql = "SELECT id, due_at, kind, about FROM timeline WHERE happened = 1 ORDER BY due_at DESC, id DESC LIMIT ? OFFSET ?"
    return [_event(row) for row in db.execute(sql, (limit, skip))][::-1]


def mark_happened(db: Database, event_id: int, about: Mapping[str, object] | None = None) -> None:
    """Mark an event as past, with the given ``about`` in place of its own."""
    changes: dict[str, object] = {"happened": 1}
    if about is not None:
        changes["about"] = orjson.dumps(about).decode()
    db.update("timeline", event_id, changes)


def _event(row: Due) -> Event:
    return Event(row[0], row[1], row[2], orjson.loads(row[3]))
