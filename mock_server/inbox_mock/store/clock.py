"""The row that holds a sandbox's clock."""

from datetime import datetime

from inbox_mock.domain.clock import Clock
from inbox_mock.store.database import Database


def read(db: Database) -> Clock:
    """Return the clock."""
    mode, now, rate, anchor = db.execute("SELECT mode, now, rate, anchor FROM clock").fetchone()
    return Clock(mode, datetime.fromisoformat(now), rate, anchor)


def write(db: Database, clock: Clock) -> None:
    """Set the clock."""
    db.execute(
        "INSERT OR REPLACE INTO clock (id, mode, now, rate, anchor) VALUES (1, ?, ?, ?, ?)",
        (clock.mode, clock.now.isoformat(), clock.rate, clock.anchor),
    )
