"""The faults that are set in a sandbox, with counts, and the images that some of them keep."""

from collections.abc import Mapping

import orjson

from inbox_mock.store import images
from inbox_mock.store.database import Database, Row

JSON_COLUMNS = ("options", "match", "lingering")
NOT_SHOWN = ("journal", "commands", "request_bodies", "deliveries", "faults", "fault_pasts")


def add(db: Database, row: Row) -> int:
    """Insert a fault and return its id; ``options`` and ``match`` are objects."""
    return db.insert("faults", _written(row))


def standing(db: Database, now: str) -> list[Row]:
    """Return the faults that have not ended, in the order in which they were set, even if their count is used up."""
    return _read(db.every("SELECT * FROM faults WHERE ends_at IS NULL OR ends_at > ? ORDER BY id", (now,)))


def all_set(db: Database) -> list[Row]:
    """Return every fault, in the order in which they were set."""
    return _read(db.every("SELECT * FROM faults ORDER BY id"))


def find(db: Database, fault_id: object) -> Row | None:
    """Return a fault, or None."""
    found = db.one("SELECT * FROM faults WHERE id = ?", (fault_id,))
    return None if found is None else _read([found])[0]


def change(db: Database, fault_id: object, changes: Mapping[str, object]) -> None:
    """Update a fault."""
    db.update("faults", fault_id, _written(changes))


def renumber(db: Database, fault_id: int, wanted: int) -> None:
    """Give a fault another id."""
    db.execute("UPDATE faults SET id = ? WHERE id = ?", (wanted, fault_id))
    db.execute("UPDATE fault_pasts SET fault_id = ? WHERE fault_id = ?", (wanted, fault_id))


def remove(db: Database, fault_id: object) -> bool:
    """Delete a fault and its image; return False if there is none."""
    db.execute("DELETE FROM fault_pasts WHERE fault_id = ?", (fault_id,))
    return db.execute("DELETE FROM faults WHERE id = ?", (fault_id,)).rowcount > 0


def keep_past(db: Database, fault_id: int) -> None:
    """Store an image of the sandbox as it is now, for a fault that shows it later.

    The image holds what the present transaction has written, since the fault is committed or rolled back with it.
    """
    copy = images.copied(db, NOT_SHOWN)
    show_past(db, fault_id, copy)
    copy.close()


def show_past(db: Database, fault_id: int, earlier: Database) -> None:
    """Store the image of a database for a fault that shows it later."""
    db.execute("INSERT OR REPLACE INTO fault_pasts VALUES (?, ?)", (fault_id, earlier.serialize()))


def past(db: Database, fault_id: object) -> Database:
    """Return a connection to the sandbox as it was when a fault was set; the caller closes it."""
    image: bytes = db.execute("SELECT image FROM fault_pasts WHERE fault_id = ?", (fault_id,)).fetchone()[0]
    return images.restore(image, checked=False)


def hold_back(db: Database, event_id: object, webhook_id: object) -> None:
    """Hold a scheduled webhook back until the next one to the same subscription."""
    db.execute("UPDATE timeline SET about = json_set(about, '$.after_next_of', ?) WHERE id = ?", (webhook_id, event_id))


def held_back(db: Database, webhook_id: object) -> list[tuple[int, object]]:
    """Return the webhooks that are held back for a subscription: the ids of event and delivery."""
    sql = """
        SELECT id, json_extract(about, '$.delivery_id') FROM timeline
        WHERE happened = 0 AND json_extract(about, '$.after_next_of') = ? ORDER BY id"""
    return db.execute(sql, (webhook_id,)).fetchall()


def forget_event(db: Database, event_id: int) -> None:
    """Delete a timeline event."""
    db.execute("DELETE FROM timeline WHERE id = ?", (event_id,))


def last_told(db: Database, webhook_id: object, family: str, record_id: object, now_is: str) -> str | None:
    """Return the last delivered version of a record that differs from ``now_is``, or None; ``family`` is the prefix of event names."""
    sql = """
        SELECT record FROM deliveries WHERE webhook_id = ? AND substr(event, 1, ?) = ? AND json_extract(record, '$.id') = ? AND record <> ?
        ORDER BY id DESC LIMIT 1"""
    found = db.execute(sql, (webhook_id, len(family), family, record_id, now_is)).fetchone()
    return None if found is None else str(found[0])


def _written(row: Mapping[str, object]) -> Row:
    return {name: orjson.dumps(found).decode() if name in JSON_COLUMNS else found for name, found in row.items()}


def _read(rows: list[Row]) -> list[Row]:
    return [row | {name: orjson.loads(row[name]) for name in JSON_COLUMNS} for row in rows]
