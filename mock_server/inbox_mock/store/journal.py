"""Every API request and every webhook attempt of a sandbox, with what it caused."""

import orjson

from inbox_mock.store.database import Database, Row

MOST_ENTRIES = 10_000
MOST_CHARACTERS = 16_384


def add(db: Database, entry: Row) -> int:
    """Write an entry down and return its id; the oldest give way. ``request``, ``response`` and ``caused`` become JSON."""
    row = {name: orjson.dumps(found).decode() if name in {"request", "response", "caused"} else found for name, found in entry.items()}
    entry_id = db.insert("journal", row)
    if entry_id > MOST_ENTRIES:
        db.execute("DELETE FROM journal WHERE id <= ?", (entry_id - MOST_ENTRIES,))
    return entry_id


def next_id(db: Database) -> int:
    """Return the id that the next entry gets."""
    found: int = db.execute("SELECT coalesce(max(id), 0) + 1 FROM journal").fetchone()[0]
    return found


def after(db: Database, entry_id: int, limit: int) -> list[Row]:
    """Return the entries that come after one, oldest first."""
    return _read(db.every("SELECT * FROM journal WHERE id > ? ORDER BY id LIMIT ?", (entry_id, limit)))


def of_delivery(db: Database, delivery_id: object) -> list[Row]:
    """Return the attempts to deliver something, oldest first."""
    return _read(db.every("SELECT * FROM journal WHERE delivery_id = ? ORDER BY id", (delivery_id,)))


def shortened(text: str) -> str:
    """Return a body as the journal keeps it."""
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS]


def _read(rows: list[Row]) -> list[Row]:
    return [row | {name: orjson.loads(row[name]) for name in ("request", "response", "caused")} for row in rows]
