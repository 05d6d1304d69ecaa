"""Recorded traffic to a scenario: the records that it shows, as they were at its start, and what others did later."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Any

from inbox_mock.domain import times
from inbox_mock.importing.completing import MadeUp, World
from inbox_mock.importing.histories import Change, histories
from inbox_mock.importing.sightings import JSON, Key, Sightings
from inbox_mock.importing.traffic import Host, Traffic
from inbox_mock.importing.written import ORDER, Writer
from inbox_mock.recordings.exchange import Exchange
from inbox_mock.resources.disguise import Disguise

Progress = Callable[[int], None]
"""Is called with the number of exchanges that are read."""
PROGRESS_EVERY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a recording became.

    ``scenario`` is what a scenario file holds; ``start`` is the API's time of the first exchange, ``bases`` the addresses before
    ``/api/v3``, ``hosts`` how many exchanges each had. ``made_up`` tells what was invented or is not known, ``settled`` the
    settings that the traffic decides, ``own`` the records that the client made, which the scenario does not hold.
    """

    scenario: dict[str, Any]
    start: datetime
    bases: tuple[str, ...]
    hosts: tuple[Host, ...]
    made_up: tuple[MadeUp, ...]
    settled: dict[str, object]
    own: frozenset[Key]

    @property
    def counts(self) -> dict[str, int]:
        """How many records there are, by resource."""
        return {plural: len(found) for plural, found in self.scenario["records"].items()}


def import_exchanges(exchanges: Iterable[Exchange], *, keep: frozenset[str] = frozenset(), progress: Progress | None = None) -> Imported:
    """Return the scenario that recorded exchanges show; they are read once, and not kept.

    What is private is replaced, unless it is to ``keep``.

    Raises:
        NothingToImportError: they show no record of the API.
    """
    sightings, traffic = Sightings(), Traffic()
    for number, exchange in enumerate(exchanges):
        found = traffic.take(exchange)
        if found is not None:
            sightings.note(found[0], (found[1], number))
        if progress is not None and number % PROGRESS_EVERY == 0:
            progress(number)
    start = traffic.start
    records: dict[str, dict[int, JSON]] = {plural: {} for plural in ORDER}
    elsewhere = {key: sightings.seen[key][0].record() for key in sightings.own if key in sightings.seen}
    later: list[Change] = []
    for (plural, number), history in histories(sightings, start):
        if history.first is not None:
            records[plural][number] = history.first
        else:
            elsewhere[plural, number] = history.later[0].changed
        later += history.later
    world = World(sightings, start, records, elsewhere)
    world.complete()
    writer = Writer(world.records, start, Disguise(token_bytes(32), keep), world.client(), world.tell)
    scenario = {
        "description": f"From {sum(host.used for host in traffic.hosts)} recorded exchanges.",
        "clock": {"mode": "manual", "now": times.wire(start)},
        "records": {
            plural: [writer.record(plural, number, found[number]) for number in sorted(found)]
            for plural, found in world.records.items()
            if found
        },
    }
    return Imported(
        scenario=scenario,
        start=start,
        bases=tuple(traffic.bases),
        hosts=traffic.hosts,
        made_up=world.made_up,
        settled={},
        own=frozenset(sightings.own),
    )
