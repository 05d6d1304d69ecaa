"""Synchronisation: updated_since, pages, deleted records, and conversations still to come."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from inbox_mock.conduct.model import Entry, Evidence, Rule, Violation
from inbox_mock.conduct.pagination import REFERENCE, Key, Traversal, interruptions, is_listing, list_name, page_of, readings, since_of
from inbox_mock.domain import times

RARELY = timedelta(days=1)
LONG_AGO = timedelta(days=30)
STILL_READING = timedelta(minutes=1)


@Rule(
    code="SYN001",
    title="listed everything again instead of using updated_since",
    why="Every listing costs as many requests as the list has pages, of 1000 an hour, and does not tell what was deleted.",
    source="developers.bookingsync.com/guides/updated-since-flow",
    fix="Keep x-updated-since-request-synced-at of a listing's first page, and send it as updated_since next time.",
    exceptions=(
        "it was the first listing",
        "it read the first page once to count the pages, and then all of them from the first",
        "the listing before was cut short by an error, or what came after it failed",
        "other filters, fields or includes; another account; a token that was granted anew",
        "reference data: hosts, sources, rentals, applications, accounts",
        "it asked for one record (per_page=1): a look whether there is any",
        "it came with If-None-Match",
        "its updated_since was not a month old, though older than it had to be",
        "a day had passed: what moves no updated_at is found by a full listing now and then",
    ),
)
def ask_for_what_changed(evidence: Evidence) -> Iterator[Violation]:
    """Yield each list that was read from its beginning again, although it had been read to its end."""
    for one in evidence.once(readings):
        application_id, calls = one.application_id, one.calls
        origins = _origins(evidence, application_id, calls)
        tries = [e for e in evidence.exchanges if e.application_id == application_id]
        failures = interruptions(calls, tries)
        read: dict[tuple[Key, str | None], Traversal] = {}
        again: dict[tuple[Key, str | None], list[Traversal]] = {}
        for traversal in one.traversals:
            key = traversal.key, origins.get(traversal.first.token or "")
            if not _asks_for_all(traversal) or not traversal.complete or _is_cheap(traversal):
                continue
            before = read.get(key)
            if before is not None and not _is_excepted(before, traversal, failures):
                again.setdefault(key, [before]).append(traversal)
            read[key] = traversal
        for repeated in again.values():
            again_and_again = "once more" if len(repeated) == 2 else f"{len(repeated) - 1} times more"
            about = f"listed all {list_name(repeated[0].first)} and then {again_and_again}, {_how(repeated[1])}"
            yield Violation(about, tuple(traversal.first.id for traversal in repeated))


def _how(traversal: Traversal) -> str:
    written = traversal.first.parameters.get("updated_since", "").strip()
    if traversal.since is not None:
        return f"with an updated_since of long ago, {times.wire(traversal.since)}"
    return f"with an updated_since that is no time and counts as none, {written[:40]!r}" if written else "without updated_since"


def _origins(evidence: Evidence, application_id: int, calls: list[Entry]) -> dict[str, str]:
    """Map each token to the first one of its chain of refreshes: a client with a refreshed token is the same client."""
    roots = {entry.token: entry.token for entry in calls if entry.token}
    refreshed: dict[str, str] = {}
    exchanges = [e for e in evidence.exchanges if e.application_id == application_id and e.status == 200]
    for exchange in exchanges:
        given, answered = exchange.asked, exchange.answered
        new, old = str(answered.get("access_token")), str(given.get("refresh_token"))
        root = new
        if given.get("grant_type") == "refresh_token":
            used = next((e.token for e in reversed(calls) if e.id < exchange.id and e.token), None)
            root = refreshed.get(old) or (roots.get(used, used) if used else new)
        roots[new] = refreshed[str(answered.get("refresh_token"))] = root
    return roots


def _asks_for_all(traversal: Traversal) -> bool:
    """Return whether a traversal has no ``updated_since``, or one so long ago that it excludes nothing."""
    return traversal.since is None or traversal.first.at - traversal.since > LONG_AGO


def _is_cheap(traversal: Traversal) -> bool:
    """Return whether little was requested: one record, reference data, or a page under the condition of an ETag."""
    conditional = any("If-None-Match" in entry.asked_headers for entry in traversal.pages)
    a_look = traversal.first.parameters.get("per_page") == "1"
    return conditional or traversal.first.parts[-1] in REFERENCE or (a_look and len(traversal.numbers) == 1)


def _is_excepted(before: Traversal, traversal: Traversal, failures: list[int]) -> bool:
    failed = bisect_right(failures, traversal.first.id) > bisect_right(failures, before.first.id)
    return failed or traversal.first.at - before.first.at >= RARELY


@Rule(
    code="SYN002",
    title="did not follow next",
    why="A page holds 100 records at the most; what is on the others is never seen, and with updated_since it is lost for good.",
    source="developers.bookingsync.com/reference, Pagination",
    fix="Follow rel=next of the Link header until an answer has none.",
    exceptions=(
        "an error cut it short, of this list or of what was asked for beside it",
        "the list was read to its end later, from its beginning or from as early a time",
        "it is the last request, and not a minute old: the client may still be reading",
        "it asked for one record (per_page=1): a look whether there is any",
        "reference data: hosts, sources, rentals, applications, accounts",
        "it looked for a message whose answer had been lost",
    ),
)
def follow_every_next(evidence: Evidence) -> Iterator[Violation]:
    """Yield each page whose next one was never requested."""
    for one in evidence.once(readings):
        calls, tries = one.calls, [e for e in evidence.exchanges if e.application_id == one.application_id]
        failures = interruptions(calls, tries)
        places = {entry.id: place for place, entry in enumerate(calls)}
        later: dict[Key, LaterTraversals] = {}
        found: list[Violation] = []
        for traversal in reversed(one.traversals):
            after = later.setdefault(traversal.key, LaterTraversals(calls[-1].id + 1))
            left_off = traversal.left_off
            counts = left_off is not None and left_off.parameters.get("per_page") != "1" and traversal.first.parts[-1] not in REFERENCE
            if left_off is not None and counts and not after.covers(traversal):
                cut_short = bisect_right(failures, after.begins) > bisect_right(failures, _known_before(left_off, evidence))
                going_on = left_off is calls[-1] and evidence.is_recent(left_off.at, STILL_READING)
                if not (cut_short or going_on or _was_a_look(calls, places[traversal.first.id])):
                    total = left_off.headers.get("X-Total-Pages", "more")
                    about = f"read page {page_of(left_off)} of {total} of {list_name(left_off)}, and never asked for the next"
                    found.append(Violation(f"{about}{_order_of(traversal, left_off)}", (left_off.id,)))
            after.add(traversal)
        yield from reversed(found)


def _known_before(left_off: Entry, evidence: Evidence) -> int:
    """Return the last entry that a client had seen when it asked for a page: it may hear on another connection that it has to stop."""
    beside = len({entry.connection for entry in evidence.calls}) > 1 and left_off.arrived_after is not None
    return left_off.id - 1 - evidence.most_at_once if beside else left_off.id


def _order_of(traversal: Traversal, left_off: Entry) -> str:
    """Say what is wrong with the order in which pages were requested, or with what they were counted by, if that is plain to see."""
    if traversal.reads_backwards:
        return (
            f"; it read the pages backwards ({', '.join(str(page_of(entry)) for entry in traversal.pages)}), and a list may grow meanwhile"
        )
    counted = traversal.first.headers.get("X-Total-Pages")
    grown = counted == str(page_of(left_off)) and left_off is not traversal.first
    return f"; it took the first page's word that there are {counted}, and a list may grow meanwhile" if grown else ""


@dataclass
class LaterTraversals:
    """The later traversals of a list: the first entry of the next one, and the earliest ``updated_since`` of a complete one."""

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


@Rule(
    code="SYN003",
    title="sent an updated_since later than any synced-at that it was given",
    why="What changed between the two times is never asked for, so it is lost: clocks differ, and answers lag behind.",
    source="developers.bookingsync.com/guides/updated-since-flow",
    fix="Send x-updated-since-request-synced-at of the last listing's first page, and no time of your own clock.",
    exceptions=(
        "it had listed nothing there yet: the time is one that it brought along",
        "the time is earlier than one that it was given, by whatever answer",
    ),
)
def ask_from_the_synced_at(evidence: Evidence) -> Iterator[Violation]:
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


forget_what_is_deleted = Rule(
    code="SYN004",
    title="kept what deleted_ids told it to forget",
    why="A cancelled booking is in no list any more; only deleted_ids tells, and whoever does not read it keeps it for ever.",
    source="developers.bookingsync.com/guides/updated-since-flow, deleted_ids",
    fix="Read meta.deleted_ids of every answer to updated_since, on every page, and forget those records.",
)


wait_for_a_late_conversation = Rule(
    code="SYN005",
    title="decided too early that a booking has no conversation",
    why="The channel opens the conversation some time after the booking; whoever does not look again never finds it.",
    source="developers.bookingsync.com/guides/understanding-inbox-messaging, Fetching an Inbox Conversation",
    fix="Look again: the booking's updated_at moves when the conversation is there, and inbox_conversation_created is sent.",
)
