"""The size of what a scenario describes, before anything is built."""

from collections.abc import Iterator, Mapping
from typing import Any

from inbox_mock.channels import opening
from inbox_mock.domain import limits

SMALLER = "a scenario of a size that a person would write"


def too_much(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Yield where a scenario would expand to more than a sandbox holds: its place, what was found there, what was expected."""
    records = _records(data)
    if records > limits.SCENARIO_RECORDS:
        where = "generate" if "generate" in data else max(data, key=lambda key: len(data[key]) if isinstance(data[key], list) else 0)
        yield (where,), f"{records:,} records in all", f"at most {limits.SCENARIO_RECORDS}"
    characters = 0
    for number, message in enumerate(data.get("messages", ())):
        characters += len(message["content"]) * message.get("repeat", 1)
        if characters > limits.SCENARIO_TEXT:
            found = f"{characters:,} characters in the messages up to here"
            yield ("messages", number, "repeat"), found, f"at most {limits.SCENARIO_TEXT}"
            return


def _records(data: Mapping[str, Any]) -> int:
    """Return how many records a scenario lists and generates; each application has a token on each account."""
    generated: Mapping[str, Any] = data.get("generate", {})
    thread: Mapping[str, int] = generated.get("thread", {})
    exact: Mapping[str, Any] = data.get("records", {})
    listed = sum(len(part) for part in (*data.values(), *exact.values()) if isinstance(part, list))
    given = len(opening()) + 1  # the applications, and the sources, that a scenario need not write out
    accounts, applications = len(data.get("accounts", ())) or 1, len(data.get("applications", ())) + given
    travellers: int = sum(booking.get("client_participants", 1) for booking in data.get("bookings", ()))
    made: int = generated.get("bookings", 0) + generated.get("messages", 0) + thread.get("messages", 0)
    return listed + travellers + accounts * (applications + given) + made


def values_in(part: object) -> int:
    """Return the number of values and keys."""
    if isinstance(part, Mapping):
        return 1 + len(part) + sum(map(values_in, part.values()))
    return 1 + sum(map(values_in, part)) if isinstance(part, list) else 1
