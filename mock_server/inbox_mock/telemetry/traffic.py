"""What a server has done since its start, in plain numbers: a request pays for some additions, and a scrape for the rest."""

from bisect import bisect_left
from collections import Counter, defaultdict
from threading import Lock

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""The upper bounds of the classes of durations."""


class Answers:
    """Answers of one operation: how many of each status, in each class of durations, one more for those beyond, and all seconds."""

    def __init__(self) -> None:
        self.statuses: Counter[int | None] = Counter()
        self.durations = [0] * (len(SECONDS) + 1)
        self.seconds = 0.0


class Traffic:
    """Answers by endpoint, never by path, of which there is any number; webhooks by status, None without an answer; faults; errors."""

    def __init__(self) -> None:
        self.answers: defaultdict[str | None, Answers] = defaultdict(Answers)
        self.deliveries: Counter[int | None] = Counter()
        self.faults: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self._lock = Lock()

    def add_answer(self, endpoint: str | None, status: int | None, seconds: float) -> None:
        """Count an answer; ``status`` is None if a fault keeps it back."""
        with self._lock:
            answers = self.answers[endpoint]
            answers.statuses[status] += 1
            answers.durations[bisect_left(SECONDS, seconds)] += 1
            answers.seconds += seconds

    def add_delivery(self, status: int | None) -> None:
        """Count an attempt to deliver a webhook."""
        with self._lock:
            self.deliveries[status] += 1

    def add_faults(self, kinds: list[str]) -> None:
        """Count faults that have taken effect."""
        with self._lock:
            self.faults.update(kinds)

    def add_error(self, kind: str) -> None:
        """Count a failure of the server's own."""
        with self._lock:
            self.errors[kind] += 1


def operation_of(endpoint: str | None) -> tuple[str, str]:
    """Return the part of the application, and the operation in it, that an endpoint names."""
    part, _, name = (endpoint or "").rpartition(".")
    return part or "server", name or "unknown"


def by_class(statuses: Counter[int | None]) -> Counter[str]:
    """Return how many statuses there are of each class, ``2xx``; ``none`` where there was no answer."""
    found: Counter[str] = Counter()
    for status, count in statuses.copy().items():
        found["none" if status is None else f"{status // 100}xx"] += count
    return found
