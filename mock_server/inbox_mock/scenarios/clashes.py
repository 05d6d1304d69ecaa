"""What cannot be in one scenario together, though each part of it is valid."""

from collections.abc import Iterator, Mapping
from typing import Any

from inbox_mock.scenarios.defaults import DEFAULTS

Clash = tuple[tuple[str | int, ...], str, str]
"""The place in a scenario, what was found there, and what was expected."""
MADE = frozenset({"changes", "generate"})
"""Sections that make records, besides those that exact records are called after."""


def clashes(data: Mapping[str, Any]) -> Iterator[Clash]:
    """Yield what clashes in a scenario."""
    yield from _beside_records(data)
    yield from _conversations(data)


def _beside_records(data: Mapping[str, Any]) -> Iterator[Clash]:
    """Yield the sections that make records, where there are exact ones."""
    for name in sorted((DEFAULTS.keys() | MADE) - {"tokens"} & data.keys()) if "records" in data else ():
        yield (name,), f"the section {name!r} beside 'records'", f"{name} in records, or an action of the timeline"


def _conversations(data: Mapping[str, Any]) -> Iterator[Clash]:
    """Yield each conversation's id that was given before: a channel opens one for each booking, and would take another id."""
    taken = {record.get("id") for record in data.get("records", {}).get("conversations", ())}
    for place, given in _given(data):
        if given in taken:
            yield place, f"the conversation {given} a second time", "an id of its own: a channel opens a conversation for each booking"
        taken.add(given)


def _given(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], int]]:
    """Yield the ids that conversations are to get, each with its place."""
    for section, key in (("conversations", "id"), ("bookings", "conversation")):
        for number, record in enumerate(data.get(section, ())):
            if key in record:
                yield (section, number, key), record[key]
    for number, entry in enumerate(data.get("timeline", ())):
        if "conversation" in entry.get("guest_books", {}):
            yield ("timeline", number, "guest_books", "conversation"), entry["guest_books"]["conversation"]
