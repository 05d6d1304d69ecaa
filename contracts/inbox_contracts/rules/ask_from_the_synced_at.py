"""SYN003: updated_since is a time that the API gave, or an earlier one."""

from collections.abc import Iterator

from inbox_mock.conduct.model import Evidence, Rule, Violation
from inbox_mock.conduct.pagination import is_listing, since_of
from inbox_mock.domain import times


def find(evidence: Evidence) -> Iterator[Violation]:
    """Yield each updated_since that lies after every synced-at that the client had been given by then."""
    for _, calls in evidence.by_application():
        latest = calls[0].at if evidence.lost else None
        known: set[tuple[str, ...]] = set()
        for entry in calls:
            since = since_of(entry) if is_listing(entry) else None
            if since is not None and latest is not None and entry.parts in known and since > latest:
                about = f"asked for {entry.parts[-1]} updated since {times.wire(since)}, and was given no later time than"
                yield Violation(f"{about} {times.wire(latest)}", (entry.id,))
            if entry.synced_at is not None:
                latest = entry.synced_at if latest is None else max(latest, entry.synced_at)
                known |= {entry.parts} if is_listing(entry) else set()


RULE = Rule(
    code="SYN003",
    title="sent an updated_since later than any synced-at that it was given",
    why="What changed between the two times is never asked for, so it is lost: clocks differ, and answers lag behind.",
    source="developers.bookingsync.com/guides/updated-since-flow",
    fix="Send x-updated-since-request-synced-at of the last listing's first page, and no time of your own clock.",
    severity="error",
    exceptions=(
        "it had listed nothing there yet: the time is one that it brought along",
        "the time is earlier than one that it was given, by whatever answer",
    ),
    find=find,
)
