"""What a server has done since its start, in plain numbers: a request pays for an addition, and a scrape for the rest."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""The upper bounds of the classes of durations."""

Operation = tuple[str, str]
"""A part of the application and one of its operations: never a path, which has any number of values."""


@dataclass(slots=True)
class Durations:
    """How long an operation took: the number of requests in each class, one more for those beyond the last, and their sum in seconds."""

    classes: list[int] = field(default_factory=lambda: [0] * (len(SECONDS) + 1))
    total: float = 0.0


class Traffic:
    """Requests by operation and class of status, their durations, attempts to deliver webhooks by class of status, faults and errors."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str, str]] = Counter()
        self.durations: dict[Operation, Durations] = {}
        self.deliveries: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self._lock = Lock()

    def add_request(self, operation: Operation, status: str, seconds: float) -> None:
        """Count a request that was answered."""
        with self._lock:
            self.requests[*operation, status] += 1
            durations = self.durations.get(operation)
            if durations is None:
                durations = self.durations[operation] = Durations()
            durations.classes[bisect_left(SECONDS, seconds)] += 1
            durations.total += seconds

    def add(self, counted: Counter[str], name: str) -> None:
        """Count one more in one of the counters."""
        with self._lock:
            counted[name] += 1


def status_class(status: int | None) -> str:
    """Return the class of a status, ``2xx``; ``none`` where there was no answer."""
    return "none" if status is None else f"{status // 100}xx"
