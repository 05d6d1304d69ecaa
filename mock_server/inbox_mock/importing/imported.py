"""What a recording became."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inbox_mock.importing.sightings import Key
from inbox_mock.importing.traffic import Host
from inbox_mock.importing.world import MadeUp


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
