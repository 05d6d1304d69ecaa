"""What a recording became, for people and for programs."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from inbox_mock.importing.calls import HostExchanges
from inbox_mock.importing.sightings import Key
from inbox_mock.importing.world import MadeUp
from inbox_mock.resources import RESOURCES


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
    hosts: tuple[HostExchanges, ...]
    made_up: tuple[MadeUp, ...]
    settled: dict[str, object]
    own: frozenset[Key]

    @property
    def counts(self) -> dict[str, int]:
        """How many records there are, by resource."""
        return {plural: len(found) for plural, found in self.scenario["records"].items()}


def as_json(found: Imported) -> dict[str, Any]:
    """Return the report as JSON: exchanges by host, records by resource, what was made up, what comes later, what is settled."""
    return {
        "start": found.scenario["clock"]["now"],
        "hosts": [asdict(host) for host in found.hosts],
        "records": found.counts,
        "made_up": [asdict(one) for one in found.made_up],
        "timeline": found.scenario.get("timeline", []),
        "settled": found.settled,
    }


def lines(found: Imported) -> Iterator[str]:
    """Yield the report as lines of text."""
    yield from told_lines(found)
    if found.made_up:
        yield "Made up, or not known:"
    for one in found.made_up:
        yield f"  {one.what}: {one.count}, such as {one.example}: {one.why}"


def told_lines(found: Imported) -> Iterator[str]:
    """Yield what the traffic told, as lines of text."""
    for host in found.hosts:
        yield f"{host.name}: {_count(host.used, 'exchange')} used, {host.ignored} ignored"
    if sum(host.used > 0 for host in found.hosts) > 1:
        yield "These hosts are taken for one service. If they are several, import the traffic of each by itself."
    yield "Records: " + ", ".join(
        _count(count, RESOURCES[plural].name if plural in RESOURCES else plural.removesuffix("s"), plural)
        for plural, count in found.counts.items()
    )
    later = found.scenario.get("timeline", [])
    if later:
        yield f"Later, by others than the client: {_count(len(later), 'entry', 'entries')} of the timeline, the last at {later[-1]['at']}"
    for name, value in found.settled.items():
        for settled, one in value.items() if isinstance(value, dict) else [(name, value)]:
            yield f"Settled by the traffic: {settled} is {str(one).lower()}"


def _count(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or f'{one}s'}"
