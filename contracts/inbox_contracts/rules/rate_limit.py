"""The rate limit: after a 429, wait until the hour begins anew."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from inbox_mock.conduct.model import Entry, Evidence, Rule, Violation
from inbox_mock.domain import times
from inbox_mock.domain.values import whole_number

FURTHEST = 32_503_680_000


@Rule(
    code="RAT001",
    title="called again after a 429, before the reset",
    why="An application has 1000 requests an hour; until the next hour begins every further call is refused and helps nobody.",
    source="developers.bookingsync.com/reference, Rate limiting",
    fix="After a 429, keep still until X-RateLimit-Reset (Unix seconds), or as long as Retry-After says where it is sent.",
    exceptions=(
        "it had come before the 429 was answered",
        "it may have been under way, and was not the same again: one call, or one on each further connection that the client keeps",
        "it waited as long as Retry-After said",
        "the hour was over, or another application called",
    ),
)
def wait_for_the_reset(evidence: Evidence) -> Iterator[Violation]:
    """Yield each 429 that calls followed before its reset."""
    for _, calls in evidence.by_application():
        told: Entry | None = None
        until: datetime | None = None
        after: list[Entry] = []
        for entry in calls:
            if told is not None and until is not None and entry.at < until:
                if not entry.waited_for(told):
                    after.append(entry)
                continue
            yield from _violation(told, until, after, evidence.most_at_once)
            told, until, after = (entry, _reset(entry), []) if entry.status == 429 else (None, None, [])
        yield from _violation(told, until, after, evidence.most_at_once)


def _violation(told: Entry | None, until: datetime | None, after: list[Entry], excused: int) -> Iterator[Violation]:
    """Yield the violation after one 429: some other calls may have been in progress."""
    if told is None or until is None or not after:
        return
    again = after if after[0].repeats(told) else after[excused:]
    if again:
        times_called = "once" if len(again) == 1 else f"{len(again)} times"
        about = f"called {times_called} more after a 429 at {times.wire(told.at)}, before it would be served again at {times.wire(until)}"
        yield Violation(about, (told.id, *(entry.id for entry in again)))


def _reset(entry: Entry) -> datetime | None:
    """Return when the client may call again: at X-RateLimit-Reset, or after Retry-After if that is sooner."""
    reset, wait = (_number(entry.headers.get(name, "")) for name in ("X-RateLimit-Reset", "Retry-After"))
    known = [] if reset is None else [datetime.fromtimestamp(reset, UTC)]
    known += [] if wait is None else [entry.at + timedelta(seconds=wait)]
    return min(known, default=None)


def _number(text: str) -> int | None:
    found = whole_number(text, 11)
    return found if found is not None and found < FURTHEST else None
