"""The timeline of a sandbox: pending events with their times, and past ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from inbox_mock.store.database import Database


@dataclass(frozen=True, slots=True)
class Event:
    """An event; ``due_at`` is in the API's format of times, ``about`` names records by id."""

    id: int
    due_at: str
    kind: str
    about: dict[str, object]


def schedule(db: Database, due_at: str, kind: str, about: Mapping[str, object]) -> int:
    """Insert an event that is due at a time, and return its id."""
    sql = "INSERT INTO timeline (due_at, kind, about) VALUES (?, ?, ?)"
    return db.execute(sql, (due_at, kind, orjson.dumps(about).decode())).lastrowid or 0


def next_due(db: Database, until: str, *, only: str = "", but: Sequence[str] = ()) -> Event | None:
    """Return the first pending event that is due by ``until``: of the kinds ``only``, or of all kinds except ``but``."""
    sql = f"""
        SELECT id, due_at, kind, about FROM timeline
        WHERE happened = 0 AND due_at <= ? AND (? = '' OR kind = ?) AND kind NOT IN ({", ".join("?" * len(but))})
        ORDER BY due_at, id LIMIT 1"""  # noqa: S608
    found = db.execute(sql, (until, only, only, *but)).fetchone()
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
    if about is None:
        db.execute("UPDATE timeline SET happened = 1 WHERE id = ?", (event_id,))
    else:
        db.execute("UPDATE timeline SET happened = 1, about = ? WHERE id = ?", (orjson.dumps(about).decode(), event_id))


def _event(row: tuple[int, str, str, str]) -> Event:
    return Event(row[0], row[1], row[2], orjson.loads(row[3]))
