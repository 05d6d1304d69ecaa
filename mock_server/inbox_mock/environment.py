"""What the fake takes from the process that it runs in, and from chance: the wall clock, which somebody may set, and ids of requests."""

import datetime as dt
from collections.abc import Callable
from secrets import token_hex
from time import monotonic

from inbox_mock.domain.times import FIRST, LATEST

FIRST_SECOND, LAST_SECOND = FIRST.timestamp(), LATEST.timestamp()


def wall_clock() -> float:
    """Return the time of this process in seconds, also where freezegun or time-machine has replaced it; a time that sandboxes can have.

    What freezegun puts in place of ``time.time`` depends on when it was imported, and tells other threads another time.
    """
    now = dt.datetime.now()  # noqa: DTZ005 - with a zone freezegun adds its tz_offset to it
    return min(max(FIRST_SECOND, now.timestamp()), LAST_SECOND)


class SteadyClock:
    """Tells the seconds of the wall clock, and goes on from there at its pace where that is set back.

    Whatever is set forward counts, as for a machine that was suspended, but for what only undoes a step back. Otherwise sandboxes whose
    clock runs would live through the same hour twice, or stand until it is over. Threads need no lock: each finds the same greatest lead,
    and one that is interrupted between its two readings finds a smaller one.
    """

    def __init__(self, wall: Callable[[], float] = wall_clock, steady: Callable[[], float] = monotonic) -> None:
        self._wall, self._steady = wall, steady
        self._lead = wall() - steady()

    def __call__(self) -> float:
        """Return the time in seconds, which never becomes less."""
        wall = self._wall()
        steady = self._steady()
        self._lead = max(self._lead, wall - steady)
        return steady + self._lead


def new_request_id() -> str:
    """Return a random UUID of version 4, in less than half the time of `uuid.uuid4`: every answer has one."""
    digits = token_hex(16)
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
