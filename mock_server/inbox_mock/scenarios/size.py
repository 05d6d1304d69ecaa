"""The size of a scenario: of its document, before that is composed, and of what it describes, before anything is built."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from inbox_mock.channels import opening
from inbox_mock.domain import limits
from inbox_mock.scenarios.errors import ScenarioError

SMALLER = "a scenario of a size that a person would write"


@dataclass(slots=True)
class Size:
    """The size of a part of a document, in which each alias counts as what it stands for."""

    values: int
    characters: int = 0
    levels: int = 0

    def add(self, part: "Size") -> None:
        """Add a part that this one holds."""
        self.values += part.values
        self.characters += part.characters
        self.levels = max(self.levels, part.levels + 1)


def check_document(events: Iterable[yaml.Event], name: str) -> None:
    """Read a document's events only as far as the limits of values, of characters and of nesting allow.

    Raises:
        ScenarioError: it passes one of them, or an alias holds itself.
    """
    document, anchored = Size(0), dict[str | None, Size]()
    within: list[tuple[str | None, Size]] = []
    for event in events:
        part, levels, line = Size(0), len(within), event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.CollectionStartEvent):
            within.append((event.anchor, Size(1)))
            document.values += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, part = within.pop()
            anchored[anchor] = part
        elif isinstance(event, yaml.ScalarEvent):
            part = anchored[event.anchor] = Size(1, len(event.value))
            document.add(part)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor in [anchor for anchor, _ in within]:
                raise ScenarioError(name, line, "an alias that holds itself", "a scenario")
            part = anchored.get(event.anchor, part)
            levels += part.levels
            document.add(part)
        if within:
            within[-1][1].add(part)
        found = _passed(document, levels)
        if found is not None:
            raise ScenarioError(name, line, found, SMALLER)


def _passed(document: Size, levels: int) -> str | None:
    """Return the limit that a document passes, in words."""
    if document.values > limits.SCENARIO_VALUES:
        return f"more than {limits.SCENARIO_VALUES}"
    if document.characters > limits.SCENARIO:
        return f"more than {limits.SCENARIO} of text"
    return f"values nested more than {limits.LEVELS} deep" if levels > limits.LEVELS else None


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
    listed = sum(len(part) for part in data.values() if isinstance(part, list))
    given = len(opening()) + 1  # the applications, and the sources, that a scenario need not write out
    accounts, applications = len(data.get("accounts", ())) or 1, len(data.get("applications", ())) + given
    travellers: int = sum(booking.get("client_participants", 1) for booking in data.get("bookings", ()))
    made: int = generated.get("bookings", 0) + generated.get("messages", 0) + thread.get("messages", 0)
    return listed + travellers + accounts * (applications + given) + made
