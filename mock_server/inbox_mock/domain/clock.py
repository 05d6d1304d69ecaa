"""A sandbox's clock: it stands still until told, or runs with the wall clock at a rate."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

LATEST = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """``now`` as it was when the wall clock read ``anchor`` (seconds); ``rate`` in seconds per second."""

    mode: str
    now: datetime
    rate: float = 1.0
    anchor: float = 0.0

    def at(self, wall: float) -> datetime:
        """Return the sandbox's present when the wall clock reads ``wall`` seconds."""
        if self.mode == "manual":
            return self.now
        ahead = max(0.0, wall - self.anchor) * self.rate
        left = max(0.0, (LATEST - self.now).total_seconds())
        return self.now + timedelta(seconds=min(ahead, left))

    def moved_to(self, instant: datetime, wall: float) -> "Clock":
        """Return the same clock showing ``instant`` when the wall clock reads ``wall``."""
        return replace(self, now=instant, anchor=wall)
