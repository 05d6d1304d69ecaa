"""Calls after a client was told to stop: one more with a token that was refused, or within an hour that is used up.

The rules of conduct excuse one such call, which may have been under way. A trial sees more: where a client asks one thing at a time,
what comes on the connection on which it was told to stop, while it still does what it was commanded, was sent after that.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from inbox_contracts.consumer.driver import JSON
from inbox_contracts.consumer.findings import Misbehaviour, by_rule
from inbox_contracts.consumer.recording import Recording
from inbox_mock.conduct.model import API, TOKENS
from inbox_mock.domain import times

REFUSED, LIMITED = 401, 429


def late_calls(recording: Recording) -> Iterator[Misbehaviour]:
    """Yield the first call with each token after its 401, and the first one after each 429, where it cannot have been under way."""
    calls = [entry for entry in recording.entries if entry["delivery_id"] is None and entry["path"].startswith((API, TOKENS))]
    if not _one_at_a_time(calls):
        return
    commands = [event.entries for event in recording.events if event.who == "client"]
    refused: dict[str, JSON] = {}
    limited: JSON | None = None
    for entry in calls:
        if entry["path"].startswith(TOKENS):
            if entry["status"] != 200:
                refused.clear()
            continue
        token, what = entry["request"]["token"], f"called {entry['method']} {entry['path']}"
        told = refused.get(token)
        if told is not None and _knew_of(told, entry, commands):
            yield by_rule("AUT001", f"{what} with {token} once more after its 401", (int(told["id"]), int(entry["id"])))
            del refused[token]
        elif entry["status"] == REFUSED:
            refused[token] = entry
        if limited is not None and _knew_of(limited, entry, commands) and times.parse(entry["at"]).timestamp() < _reset(limited):
            yield by_rule("RAT001", f"{what} once more after a 429, before the reset", (int(limited["id"]), int(entry["id"])))
            limited = None
        elif entry["status"] == LIMITED:
            limited = entry


def _one_at_a_time(calls: Sequence[JSON]) -> bool:
    """Return whether nothing shows that the client has two calls under way: none waited for another, no connection is taken up again."""
    ended = set[int]()
    for before, entry in pairwise(calls):
        if _connection(entry) != _connection(before):
            ended.add(_connection(before))
        if "arrived_after" in entry["request"] or _connection(entry) in ended:
            return False
    return True


def _knew_of(told: JSON, entry: JSON, commands: Sequence[tuple[int, int]]) -> bool:
    together = any(first < told["id"] and entry["id"] <= last for first, last in commands)
    return together and _connection(told) == _connection(entry)


def _connection(entry: JSON) -> int:
    return int(entry["request"].get("connection", 1))


def _reset(limited: JSON) -> int:
    headers = limited["response"]["headers"]
    return int(headers["X-RateLimit-Reset"]) if "Retry-After" not in headers else 0
