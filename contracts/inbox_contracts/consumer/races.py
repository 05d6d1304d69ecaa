"""Races: worlds in which the events of one scenario are placed between a client's requests, in every way that can make a difference.

A client is told to synchronise twice. Each event happens before one of its requests, or between the two, in the scenario's order.
Two neighbouring places are the same where the request between them reads nothing that the event changes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import comb
from random import Random
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from inbox_contracts.consumer.driver import JSON
from inbox_contracts.consumer.recording import Recording
from inbox_contracts.consumer.worlds import MEANWHILE, PASSES, SYNCS, World, kind_of
from inbox_mock.domain.endpoints import API
from inbox_mock.engine import durations
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import Scenario
from inbox_mock.simulation.actions import actions

PAUSE: JSON = {PASSES: "1m"}
MOMENT: JSON = {PASSES: "2s"}
WRITING = frozenset({"conversations", "participants", "messages"})
CHANGES: Mapping[str, frozenset[str]] = {
    "guest_writes": WRITING,
    "staff_writes": WRITING,
    "host_writes_on_channel": WRITING,
    "guest_cancels": frozenset({"bookings"}),
    "staff_moves": frozenset({"bookings"}),
    "staff_changes": frozenset({"conversations"}),
    "channel_adds_host": frozenset({"participants"}),
}
"""The lists in which an action shows; any other action may show in every list."""
SHIFTS = frozenset({"guest_cancels", "staff_moves"})
"""Actions that take a record out of its place in a list: between two of its pages the later one shifts, and no client can know."""
NOUNS = {"booking": "bookings", "conversation": "conversations", "client": "clients", "rental": "rentals"}
"""What arguments refer to of which no action says so."""


class BaselineRequest(NamedTuple):
    """A request of the baseline: which command it belongs to, and the ``nth`` of its method and path there."""

    command: int
    method: str
    path: str
    nth: int
    page: str
    reads: frozenset[str]


def baseline(scenario: Scenario) -> World:
    """Return the world in which nothing happens: its requests are what events are placed between.

    Raises:
        ScenarioError: the scenario has no timeline.
    """
    if not scenario.data.get("timeline"):
        raise ScenarioError(scenario.name, 1, "no timeline", "a scenario with events to place between the client's requests")
    data = {name: part for name, part in scenario.data.items() if name not in {"timeline", "trial"}}
    return World(data, ({SYNCS: {}}, PAUSE, {SYNCS: {}}))


class Placings(NamedTuple):
    """The worlds to try, and ``about``, a sentence on how many placings there are, and how many of them are the same as others."""

    worlds: list[World]
    about: str


def placings(scenario: Scenario, recording: Recording, most: int, seed: int) -> Placings:
    """Return a world for each placing of the scenario's events, at most so many: beyond that, a choice by the seed.

    Raises:
        ScenarioError: an event cannot be a step of a trial.
    """
    events, asked = list(_events(scenario)), _requests(recording)
    world = baseline(scenario)
    places = [_places(event[-2], asked) for event in events]
    ways = count_ways(places)
    different = ways[0][0]
    numbers: Iterable[int] = range(different)
    if different > most:
        dice, drawn = Random(seed), set[int]()  # noqa: S311 - a reproducible choice is what it is for
        while len(drawn) < most:
            drawn.add(dice.randrange(different))
        numbers = sorted(drawn)
    about = f"{len(events)} event{'s' if len(events) > 1 else ''} between {len(asked)} requests can be placed in "
    about += f"{comb(len(asked) + len(events), len(events))} ways, of which {different} can make a difference, "
    about += "since each event comes right after a request that reads what it changes, or together with the event before it; "
    about += "all of these are tried" if different <= most else f"{most} of these are tried, chosen by seed {seed} (--worlds)"
    return Placings([world.with_steps(list(_steps(nth_placing(number, places, ways), events, asked))) for number in numbers], about)


def _from(place: int, some: Mapping[int, bool]) -> list[int]:
    """Return where an event makes a difference if the one before it is at ``place``: together with that one, and at later places."""
    first, *later = (one for one in sorted(some) if one >= place)
    return [first, *(one for one in later if some[one])]


def count_ways(places: Sequence[Mapping[int, bool]]) -> list[dict[int, int]]:
    """Return, for each event and each place of the one before it, in how many ways it and all after it can be placed; last, 1 for none."""
    everywhere = set().union(*places)
    found = [dict.fromkeys(everywhere, 1)]
    for some in reversed(places):
        found.insert(0, {place: sum(found[0][one] for one in _from(place, some)) for place in everywhere})
    return found


def nth_placing(number: int, places: Sequence[Mapping[int, bool]], ways: Sequence[Mapping[int, int]]) -> list[int]:
    """Return the nth placing, in the order of places."""
    chosen = [0]
    for some, following in zip(places, ways[1:], strict=True):
        for place in _from(chosen[-1], some):
            if number < following[place]:
                chosen.append(place)
                break
            number -= following[place]
    return chosen[1:]


def _events(scenario: Scenario) -> Iterator[list[JSON]]:
    """Yield the steps of each event, in their order: the time that passes before it, the event, and a moment.

    Without that, a request of the same second would have it come again, whatever the client asks from.
    """
    nouns = {kind: {**NOUNS, **action.refers} for kind, action in actions().items()}
    named = {
        (noun, record["as"]): record["id"]
        for noun in {noun for found in nouns.values() for noun in found.values()}
        for record in scenario.data.get(noun, [])
        if "as" in record and "id" in record
    }
    timeline: list[JSON] = scenario.data["timeline"]
    order = sorted(range(len(timeline)), key=lambda number: durations.parse(_at(timeline[number])))
    before = durations.parse("0s")
    for number in order:
        entry, at = timeline[number], durations.parse(_at(timeline[number]))
        kind = next(key for key in entry if key != "at")
        if not actions()[kind].in_trials:
            raise scenario.error(("timeline", number, kind), kind, "an event that can be a step of a trial")
        passes: list[JSON] = [{PASSES: f"{int((at - before).total_seconds())}s"}] if at > before else []
        before = at
        yield [*passes, {kind: _by_id(entry[kind], nouns[kind], named)}, MOMENT]


def _at(entry: JSON) -> str:
    return str(entry["at"]).removeprefix("+") if entry["at"] else "0s"


def _by_id(given: Any, nouns: Mapping[str, str], named: Mapping[tuple[str, str], int]) -> Any:  # noqa: ANN401 - whatever an action takes
    """Return an event's arguments with ids in place of names: a trial's steps know no names."""
    if not isinstance(given, dict):
        return given
    return {key: named.get((nouns.get(key, ""), value), value) if isinstance(value, str) else value for key, value in given.items()}


def _requests(recording: Recording) -> list[BaselineRequest]:
    """Return the requests of both synchronisations, in their order."""
    found: list[BaselineRequest] = []
    syncs = [event for event in recording.events if event.who == "client"][1:]  # the first is told to start
    for command, event in enumerate(syncs[:2]):
        seen: Counter[tuple[str, str]] = Counter()
        for entry in recording.entries:
            if event.entries[0] < entry["id"] <= event.entries[1] and entry["delivery_id"] is None:
                kind = entry["method"], entry["path"].removeprefix(API).rstrip("/")
                seen[kind] += 1
                found.append(BaselineRequest(command, *kind, seen[kind], _parameter(entry, "page") or "1", _read_by(entry)))
    return found


def _parameter(entry: JSON, name: str) -> str:
    found: list[str] = parse_qs(entry["query"]).get(name, [""])
    return found[0]


def _read_by(entry: JSON) -> frozenset[str]:
    plural = next((part for part in reversed(entry["path"].split("/")) if not part[:1].isdigit()), "")
    return frozenset({plural, *_parameter(entry, "include").split(",")})


def _places(event: JSON, asked: Sequence[BaselineRequest]) -> dict[int, bool]:
    """Return where an event can happen, and whether it makes a difference there that it made at no place before.

    A place is the number of the request before which it happens, or of none, for the end.
    """
    kind = kind_of(event)
    changes = CHANGES.get(kind)
    found = {0: True, len(asked): True}
    for number in range(1, len(asked)):
        before, after = asked[number - 1], asked[number]
        if kind not in SHIFTS or after.page == "1":
            found[number] = changes is None or bool(before.reads & changes) or before.command != after.command
    return found


def _steps(chosen: Sequence[int], events: Sequence[Sequence[JSON]], asked: Sequence[BaselineRequest]) -> Iterator[JSON]:
    """Yield the steps of a world: what happens before requests is planned ahead of the command that they belong to."""
    of: dict[int, list[JSON]] = {}
    for place, steps in zip(chosen, events, strict=True):
        of.setdefault(place, []).extend(steps)
    for command in (0, 1):
        for place in sorted(place for place in of if place < len(asked) and asked[place].command == command):
            one = asked[place]
            if place == 0 or asked[place - 1].command != command:
                yield from of[place]
                continue
            which = {
                "path": one.path,
                **({} if one.method == "GET" else {"method": one.method}),
                **({} if one.nth == 1 else {"nth": one.nth}),
            }
            yield {MEANWHILE: {**which, "steps": of[place]}}
        yield {SYNCS: {}}
        yield PAUSE
    yield from of.get(len(asked), [])
    yield {SYNCS: {}}
