"""Recorded traffic to a scenario: the records that it shows, as they were at its start, and what others did later."""

from collections.abc import Iterable
from datetime import datetime
from secrets import token_bytes

from inbox_mock.domain import limits, times
from inbox_mock.importing.calls import ApiTraffic, HostExchanges, NothingToImportError
from inbox_mock.importing.completing import cancel, fill, installed, read, refer
from inbox_mock.importing.histories import Change, histories
from inbox_mock.importing.report import Imported
from inbox_mock.importing.settling import SettingsEvidence
from inbox_mock.importing.sightings import JSON, Key, Sightings
from inbox_mock.importing.world import ORDER, ImportedRecords, MadeUp
from inbox_mock.importing.written import ScenarioWriter
from inbox_mock.recordings import Exchange
from inbox_mock.resources.disguise import Disguise
from inbox_mock.scenarios.size import values_in


def import_exchanges(exchanges: Iterable[Exchange], *, keep: frozenset[str] = frozenset(), seed: str | None = None) -> Imported:
    """Return the scenario that recorded exchanges show; they are read once, and not kept.

    What is private is replaced, unless its kind is to be kept (`inbox_mock.resources.privacy`): each time otherwise, or for each
    ``seed`` in the same way.

    Raises:
        NothingToImportError: they show no record of the API.
    """
    sightings, traffic, evidence = Sightings(), ApiTraffic(), SettingsEvidence()
    for number, exchange in enumerate(exchanges):
        found = traffic.take(exchange)
        if found is not None:
            sightings.note(found[0], (found[1], number))
            evidence.note(*found)
    start = traffic.start
    world, later = _seen(sightings, start)
    for reason, places in traffic.unreadable.items():
        world.tell("answers", places[0], reason, len(places))
    later += cancel(world)
    refer(world)
    fill(world)
    refer(world)
    read(world)
    settled = evidence.settled(sightings)
    writer = ScenarioWriter(world, Disguise(token_bytes(32) if seed is None else seed.encode(), keep), evidence.client_id)
    scenario: JSON = {
        "description": f"From {sum(host.used for host in traffic.hosts)} recorded exchanges.",
        "clock": {"mode": "manual", "now": times.wire(start)},
        **settled,
        "records": writer.section(),
    }
    installations = installed(world)
    if installations is not None:
        scenario["records"]["installations"] = installations
    timeline = writer.timeline(later)
    if timeline:
        scenario["timeline"] = timeline
    size = values_in(scenario)
    if size > limits.SCENARIO_VALUES:
        world.tell("scenario", f"{size:,} values and keys", f"a file that can be served may have {limits.SCENARIO_VALUES}")
    return Imported(
        scenario=scenario,
        start=start,
        bases=tuple(traffic.bases),
        hosts=traffic.hosts,
        made_up=world.made_up,
        settled=settled,
        own=frozenset(sightings.own),
    )


def _seen(sightings: Sightings, start: datetime) -> tuple[ImportedRecords, list[Change]]:
    """Return the records that were there at the start, as they were then, and what others have changed later."""
    records: dict[str, dict[int, JSON]] = {plural: {} for plural in ORDER}
    elsewhere: dict[Key, JSON] = {}
    later: list[Change] = []
    for (plural, number), history in histories(sightings, start):
        if history.first is not None:
            records[plural][number] = history.first
        else:
            elsewhere[plural, number] = history.later[0].changed
        later += history.later
    elsewhere |= {key: sightings.seen[key][0].record() for key in sightings.own if key in sightings.seen}
    return ImportedRecords(sightings, start, records, elsewhere), later


__all__ = ["HostExchanges", "Imported", "MadeUp", "NothingToImportError", "import_exchanges"]
