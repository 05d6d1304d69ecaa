"""What a sandbox was told when it was made: seed, scenario, switches. Values are JSON."""

import orjson

from inbox_mock.store.database import Database


def read(db: Database) -> dict[str, object]:
    """Return every setting by name."""
    return {name: orjson.loads(value) for name, value in db.execute("SELECT name, value FROM settings")}


def write(db: Database, **settings: object) -> None:
    """Set some of them."""
    db.executemany(
        "INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        [(name, orjson.dumps(value).decode()) for name, value in settings.items()],
    )
