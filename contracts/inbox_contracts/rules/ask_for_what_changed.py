"""SYN001: after the first listing, ask for what changed."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import timedelta

from inbox_mock.conduct.model import Entry, Evidence, Rule, Violation
from inbox_mock.conduct.pagination import Key, Traversal, interruptions, list_name, traversals
from inbox_mock.domain import times

RARELY = timedelta(days=1)
LONG_AGO = timedelta(days=30)
REFERENCE = frozenset({"hosts", "sources", "rentals", "applications", "accounts"})


def find(evidence: Evidence) -> Iterator[Violation]:
    """Yield each list that was read from its beginning again, although it had been read to its end."""
    for application_id, calls in evidence.by_application():
        origins = _origins(evidence, application_id, calls)
        tries = [e for e in evidence.exchanges if e.application_id == application_id]
        failures = interruptions(calls, tries)
        read: dict[tuple[Key, str | None], Traversal] = {}
        again: dict[tuple[Key, str | None], list[Traversal]] = {}
        for traversal in traversals(calls):
            key = traversal.key, origins.get(traversal.first.token or "")
            if not _asks_for_all(traversal) or not traversal.complete or _is_cheap(traversal):
                continue
            before = read.get(key)
            if before is not None and not _is_excepted(before, traversal, failures):
                again.setdefault(key, [before]).append(traversal)
            read[key] = traversal
        for repeated in again.values():
            again_and_again = "once more" if len(repeated) == 2 else f"{len(repeated) - 1} times more"
            since = repeated[1].since
            how = "without updated_since" if since is None else f"with an updated_since of long ago, {times.wire(since)}"
            about = f"listed all {list_name(repeated[0].first)} and then {again_and_again}, {how}"
            yield Violation(about, tuple(traversal.first.id for traversal in repeated))


def _origins(evidence: Evidence, application_id: int, calls: list[Entry]) -> dict[str, str]:
    """Map each token to the first one of its chain of refreshes: a client that refreshes its token stays the same."""
    roots = {entry.token: entry.token for entry in calls if entry.token}
    refreshed: dict[str, str] = {}
    exchanges = [e for e in evidence.exchanges if e.application_id == application_id and e.status == 200]
    for exchange in exchanges:
        given, answered = (body if not isinstance(body, str) else {} for body in (exchange.asked_body, exchange.body))
        new, old = str(answered.get("access_token")), str(given.get("refresh_token"))
        root = new
        if given.get("grant_type") == "refresh_token":
            used = next((e.token for e in reversed(calls) if e.id < exchange.id and e.token), None)
            root = refreshed.get(old) or (roots.get(used, used) if used else new)
        roots[new] = refreshed[str(answered.get("refresh_token"))] = root
    return roots


def _asks_for_all(traversal: Traversal) -> bool:
    """Return whether a traversal has no ``updated_since``, or one so long ago that it leaves nothing out."""
    return traversal.since is None or traversal.first.at - traversal.since > LONG_AGO


def _is_cheap(traversal: Traversal) -> bool:
    """Return whether little was requested: one record, one page of reference data, or a page under the condition of an ETag."""
    conditional = any("If-None-Match" in entry.asked_headers for entry in traversal.pages)
    a_look = traversal.first.parameters.get("per_page") == "1"
    return conditional or (len(traversal.numbers) == 1 and (a_look or traversal.first.parts[-1] in REFERENCE))


def _is_excepted(before: Traversal, traversal: Traversal, failures: list[int]) -> bool:
    failed = bisect_right(failures, traversal.first.id) > bisect_right(failures, before.first.id)
    return failed or traversal.first.at - before.first.at >= RARELY


RULE = Rule(
    code="SYN001",
    title="listed everything again instead of using updated_since",
    why="Every listing costs as many requests as the list has pages, of 1000 an hour, and does not tell what was deleted.",
    source="developers.bookingsync.com/guides/updated-since-flow",
    fix="Keep x-updated-since-request-synced-at of a listing's first page, and send it as updated_since next time.",
    severity="error",
    exceptions=(
        "it was the first listing",
        "the listing before was cut short by an error, or what came after it failed",
        "other filters, fields or includes; another account; a token that was granted anew",
        "one page of reference data: hosts, sources, rentals, applications, accounts",
        "it asked for one record (per_page=1): a look whether there is any",
        "it came with If-None-Match",
        "its updated_since was not a month old, though older than it had to be",
        "a day had passed: what moves no updated_at is found by a full listing now and then",
    ),
    find=find,
)
