"""AUT001: a token that was refused stays refused."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import groupby

from inbox_mock.conduct.model import Entry, Evidence, Rule, Violation


def find(evidence: Evidence) -> Iterator[Violation]:
    """Yield each token that was used again after its 401."""
    failed: dict[int | None, list[int]] = {}
    for exchange in evidence.exchanges:
        if exchange.failed:
            failed.setdefault(exchange.application_id, []).append(exchange.id)
    calls = sorted((entry for entry in evidence.calls if entry.token in evidence.tokens), key=lambda entry: str(entry.token))
    for token, used in groupby(calls, key=lambda entry: entry.token):
        application_id = evidence.tokens[str(token)].application_id
        yield from _of_token(str(token), used, sorted(failed.get(application_id, []) + failed.get(None, [])))


def _of_token(token: str, calls: Iterable[Entry], failed: list[int]) -> Iterator[Violation]:
    """Yield the violation with one token. A refresh that failed between two calls excepts the second."""
    refused: Entry | None = None
    under_way: Entry | None = None
    again: list[int] = []
    first = 0
    for entry in calls:
        if refused is not None and bisect_right(failed, entry.id) == bisect_right(failed, refused.id):
            if under_way is None and not entry.repeats(refused):
                under_way = entry
            else:
                again.append(entry.id)
        if entry.status == 401:
            first = first or entry.id
            refused = entry
    if again:
        times = "once" if len(again) == 1 else f"{len(again)} times"
        yield Violation(f"went on with {token} after its 401, {times}", (first, *again))


RULE = Rule(
    code="AUT001",
    title="went on with a token after its 401",
    why="A token that expired or was revoked does not come back: every further call with it is lost.",
    source="developers.bookingsync.com/reference/authorization",
    fix="After a 401, exchange the refresh token for a new one; where that is refused, ask the user to authorise again.",
    severity="error",
    exceptions=(
        "a refresh was tried in between, and failed",
        "it was the one call that was under way, and not the same again",
        "another token was used",
    ),
    find=find,
)
