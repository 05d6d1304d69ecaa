"""Webhook subscriptions and their deliveries."""

import orjson

from inbox_mock.store.database import Database, Row
from inbox_mock.store.rows import DeliveryRow

SUBSCRIBED = """
    SELECT w.*, a.scopes FROM webhooks w
    JOIN applications a ON a.id = w.application_id
    JOIN installations i ON i.application_id = w.application_id AND i.account_id = ?
    WHERE instr(w.events, ?) AND w.url IS NOT NULL AND i.uninstalled_at IS NULL ORDER BY w.id"""


def subscribed(db: Database, event: str, account_id: object) -> list[Row]:
    """Return the subscriptions to an event of an account, each with its application's scopes."""
    return db.every(SUBSCRIBED, (account_id, f'"{event}"'))


def put(db: Database, row: Row) -> int:
    """Insert a subscription, or replace the one of its ``id``; ``events`` is a list. Return its id."""
    written = {**row, "events": orjson.dumps(row["events"]).decode()}
    if "id" not in row:
        return db.insert("webhooks", written)
    db.update("webhooks", row["id"], written)
    return int(row["id"])


def all_subscriptions(db: Database) -> list[Row]:
    """Return every subscription, ``events`` as a list."""
    return [{**row, "events": orjson.loads(row["events"])} for row in db.every("SELECT * FROM webhooks ORDER BY id")]


def remove(db: Database, webhook_id: int) -> bool:
    """Delete a subscription; return False if it does not exist."""
    return db.execute("DELETE FROM webhooks WHERE id = ?", (webhook_id,)).rowcount > 0


def add_delivery(db: Database, webhook: Row, event: str, account_id: object, record: str, now: str) -> int:
    """Insert a pending delivery to a subscription and return its id."""
    row: Row = {
        "webhook_id": webhook["id"],
        "application_id": webhook["application_id"],
        "account_id": account_id,
        "url": webhook["url"],
        "event": event,
        "record": record,
        "retries": webhook["retries"],
        "outcome": "pending",
        "created_at": now,
    }
    return db.insert("deliveries", row)


def delivery(db: Database, delivery_id: object) -> DeliveryRow | None:
    """Return a delivery, or None."""
    return db.one("SELECT * FROM deliveries WHERE id = ?", (delivery_id,), DeliveryRow)


def sent_before(db: Database, later: DeliveryRow) -> DeliveryRow | None:
    """Return the latest delivery before one to the same subscription that was sent with a right signature, and had another body."""
    sql = """
        SELECT * FROM deliveries WHERE webhook_id = ? AND id < ? AND attempts > 0 AND forged <= 0 AND (event, record) != (?, ?)
        ORDER BY id DESC LIMIT 1"""
    return db.one(sql, (later["webhook_id"], later["id"], later["event"], later["record"]), DeliveryRow)


def begin_sending(db: Database, delivery_id: int) -> None:
    """Record that a delivery is being sent."""
    db.execute("INSERT OR IGNORE INTO deliveries_under_way VALUES (?)", (delivery_id,))


def end_sending(db: Database, delivery_id: int) -> None:
    """Record that a delivery is not being sent any more."""
    db.execute("DELETE FROM deliveries_under_way WHERE delivery_id = ?", (delivery_id,))


def under_way(db: Database) -> list[int]:
    """Return the ids of the deliveries that are being sent, or were when their sender was interrupted."""
    return [row[0] for row in db.execute("SELECT delivery_id FROM deliveries_under_way ORDER BY delivery_id")]


def deliveries(db: Database, limit: int, skip: int = 0) -> list[DeliveryRow]:
    """Return the latest ``limit`` deliveries, without the latest ``skip``, oldest first."""
    return db.every("SELECT * FROM deliveries ORDER BY id DESC LIMIT ? OFFSET ?", (limit, skip), DeliveryRow)[::-1]
