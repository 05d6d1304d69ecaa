"""The wall clock of a server, which somebody may set while it serves."""

from collections.abc import Callable
from time import monotonic

from inbox_mock.app import wall_clock


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
