"""Times in the wire format (UTC, whole seconds, ``2030-06-01T12:00:00Z``), and a sandbox's clock."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from inbox_mock.domain.zones import zone

FIRST, LATEST = datetime(1000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Between these two is a sandbox's present: whatever is counted from it, forward or back, is a time, too."""
_SPACED_OFFSET = re.compile(r" ([+-]\d{2}:?\d{2})$")


def parse(text: str) -> datetime:
    """Read a time in any of the forms that clients send.

    Accepted: ISO 8601, ``2024-05-06 07:08:09 UTC``, ``2024-05-06 09:08:09 +0200``, plain dates with or
    without dashes. A time without offset is UTC, a plain date is midnight.

    Raises:
        ValueError: the text is none of these.
    """
    found = _read(text)
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from None


def _read(text: str) -> datetime:
    text = text.strip()
    if " " in text:
        text = f"{text[:-4]}Z" if text.endswith(" UTC") else _SPACED_OFFSET.sub(r"\1", text)
    return datetime.fromisoformat(text)


def has_offset(text: str) -> bool:
    """Return whether a time is written with a numeric offset; ``Z`` and ``UTC`` are none.

    Raises:
        ValueError: the text is not a time.
    """
    return _read(text).tzinfo is not None and text.rstrip()[-1].isdigit()


def wire(instant: datetime) -> str:
    """Return a time in the API's format, without fractions of a second."""
    return f"{instant.isoformat()[:19]}Z"


def synced_at(wire_time: str) -> str:
    """Return a time in the format of the header ``x-updated-since-request-synced-at``."""
    return f"{wire_time[:10]} {wire_time[11:19]} UTC"


def true_instant(local: str, timezone: str) -> str:
    """Return the UTC instant of a rental's wall-clock time, which the wire writes with a false ``Z``.

    Of a time that the clock shows twice it is the first; one that it skips is read as if it had not been put forward yet.
    """
    naive = datetime.fromisoformat(local[:-1])
    try:
        return wire(naive.replace(tzinfo=zone(timezone)).astimezone(UTC))
    except OverflowError:
        return local


def in_zone(instant: datetime, timezone: str) -> str:
    """Return a rental's local time, written with the false ``Z`` of the API."""
    try:
        return wire(instant.astimezone(zone(timezone)))
    except OverflowError:
        return wire(instant)


def on_rentals_clock(text: str, timezone: str) -> str:
    """Return the beginning or end of a stay as the rental's clock shows it, with the false ``Z`` of the API.

    A time with a numeric offset is that instant, any other is the rental's local time already.

    Raises:
        ValueError: the text is not a time.
    """
    instant = parse(text)
    return in_zone(instant, timezone) if has_offset(text) else wire(instant)


def add_months(day: datetime, months: int) -> datetime:
    """Return the same day some months later, or the month's last day where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year < 9999:
        return datetime(9999, 1, 1, tzinfo=UTC) if year > 1 else datetime(1, 1, 1, tzinfo=UTC)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return day.replace(year=year, month=month + 1, day=min(day.day, last))


@dataclass(frozen=True, slots=True)
class Clock:
    """``now`` as it was when the wall clock read ``anchor`` (seconds); ``rate`` in seconds per second.

    ``shown`` is ``now`` in the wire format: the present of a stopped clock, which needs no computation.
    """

    mode: str
    now: datetime
    rate: float = 1.0
    anchor: float = 0.0
    shown: str = field(init=False)

    def __post_init__(self) -> None:
        """Format ``now`` for the wire."""
        object.__setattr__(self, "shown", wire(self.now))

    def at(self, wall: float) -> datetime:
        """Return the sandbox's present when the wall clock reads ``wall`` seconds."""
        if self.mode == "manual":
            return self.now
        ahead = max(0.0, wall - self.anchor) * self.rate
        left = max(0.0, (LATEST - self.now).total_seconds())
        return self.now + timedelta(seconds=min(ahead, left))

    def shown_by(self, wall: Callable[[], float]) -> str:
        """Return the sandbox's present in the wire format; the wall clock is read if this clock runs."""
        return self.shown if self.mode == "manual" else wire(self.at(wall()))

    def wall_at(self, instant: datetime) -> float:
        """Return what the wall clock reads when a running clock has reached ``instant``; infinity for a rate that is next to nothing."""
        return self.anchor + (instant - self.now).total_seconds() / self.rate

    def moved_to(self, instant: datetime, wall: float) -> "Clock":
        """Return the same clock showing ``instant`` when the wall clock reads ``wall``."""
        return replace(self, now=instant, anchor=wall)
