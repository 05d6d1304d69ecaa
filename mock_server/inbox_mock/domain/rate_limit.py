"""The rate limit: so many requests per application and clock hour."""

from dataclasses import dataclass
from datetime import UTC, datetime

HOUR = 3600
DEFAULT_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an application has left: ``resets_at`` in Unix seconds, always a full hour."""

    limit: int
    used: int
    resets_at: int

    @property
    def remaining(self) -> int:
        """Requests left in this hour, never below nought."""
        return max(0, self.limit - self.used)

    @property
    def exceeded(self) -> bool:
        """Whether this request is one too many."""
        return self.used > self.limit


def window_of(instant: datetime) -> int:
    """Return the Unix second at which the instant's hour began."""
    return int(instant.replace(tzinfo=UTC).timestamp()) // HOUR * HOUR
