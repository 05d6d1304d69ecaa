"""SYN002: a list ends where there is no next page."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from inbox_mock.conduct.model import Entry, Evidence, Rule, Violation
from inbox_mock.conduct.pagination import Key, Traversal, interruptions, list_name, page_of, traversals

STILL_READING = timedelta(minutes=1)


def find(evidence: Evidence) -> Iterator[Violation]:
    """Yield each page whose next one was never asked for."""
    for application_id, calls in evidence.by_application():
        tries = [e for e in evidence.exchanges if e.application_id == application_id]
        failures = interruptions(calls, tries)
        places = {entry.id: place for place, entry in enumerate(calls)}
        later: dict[Key, LaterTraversals] = {}
        found: list[Violation] = []
        for traversal in reversed(list(traversals(calls))):
            after = later.setdefault(traversal.key, LaterTraversals(calls[-1].id + 1))
            left_off = traversal.left_off
            if left_off is not None and left_off.parameters.get("per_page") != "1" and not after.covers(traversal):
                cut_short = bisect_right(failures, after.begins) > bisect_right(failures, left_off.id)
                going_on = left_off is calls[-1] and evidence.now - left_off.at < STILL_READING
                if not (cut_short or going_on or _was_a_look(calls, places[traversal.first.id])):
                    total = left_off.headers.get("X-Total-Pages", "more")
                    about = f"read page {page_of(left_off)} of {total} of {list_name(left_off)}, and never asked for the next"
                    found.append(Violation(about, (left_off.id,)))
            after.add(traversal)
        yield from reversed(found)


@dataclass
class LaterTraversals:
    """The later traversals of a list: the first entry of the next one, and since when one of them read to the end."""

    begins: int
    complete: bool = False
    since: datetime | None = None

    def covers(self, traversal: Traversal) -> bool:
        """Return whether a later traversal read everything that this one left out."""
        return self.complete and (self.since is None or (traversal.since is not None and self.since <= traversal.since))

    def add(self, traversal: Traversal) -> None:
        """Add the traversal before those that are known."""
        self.begins = traversal.first.id
        if traversal.complete:
            earliest = (
                None
                if traversal.since is None or (self.complete and self.since is None)
                else min(traversal.since, self.since or traversal.since)
            )
            self.complete, self.since = True, earliest


def _was_a_look(calls: list[Entry], place: int) -> bool:
    """Return whether the list was read to find a message whose response was lost: it may be on any page."""
    before = calls[place - 1] if place else None
    return before is not None and before.is_call("POST", "inbox", "messages") and before.failed


RULE = Rule(
    code="SYN002",
    title="did not follow next",
    why="A page holds 100 records at the most; what is on the others is never seen, and with updated_since it is lost for good.",
    source="developers.bookingsync.com/reference, Pagination",
    fix="Follow rel=next of the Link header until an answer has none.",
    severity="error",
    exceptions=(
        "an error cut it short",
        "the list was read to its end later, from its beginning or from as early a time",
        "it is the last request, and not a minute old: the client may still be reading",
        "it asked for one record (per_page=1): a look whether there is any",
        "it looked for a message whose answer had been lost",
    ),
    find=find,
)
