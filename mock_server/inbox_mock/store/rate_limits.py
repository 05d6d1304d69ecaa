"""The rate limit: a number of requests for each application and clock hour."""

from dataclasses import dataclass
from datetime import UTC, datetime

from inbox_mock.store.database import Database

HOUR = 3600
DEFAULT_LIMIT = 1000
SPEND = """
    INSERT INTO rate_limits VALUES (?, ?, 1)
    ON CONFLICT DO UPDATE SET used = iif(window = excluded.window, used + 1, 1), window = excluded.window
    RETURNING used"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an application has ``used`` of its ``limit``; ``resets_at`` in Unix seconds, always a full hour."""

    limit: int
    used: int
    resets_at: int


def window_of(instant: datetime) -> int:
    """Return the Unix second at which the instant's hour began."""
    return int(instant.replace(tzinfo=UTC).timestamp()) // HOUR * HOUR


def spend(db: Database, application_id: int, instant: datetime, limit: int) -> Allowance:
    """Count a request of an application in the hour of ``instant``, and return what is left of ``limit``."""
    window = window_of(instant)
    return Allowance(limit, db.execute(SPEND, (application_id, window)).fetchone()[0], window + HOUR)
