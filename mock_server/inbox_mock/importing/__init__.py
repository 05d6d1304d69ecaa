"""Recorded traffic to a scenario: the records that it shows, as they were at its start, and what others did later."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from inbox_mock.domain import times
from inbox_mock.importing.calls import call_of, time_of
from inbox_mock.importing.histories import histories, times_of
from inbox_mock.importing.sightings import JSON, Key, Order, Sightings
from inbox_mock.recordings.exchange import Exchange

Progress = Callable[[int], None]
"""Is called with the number of exchanges that are read."""
PROGRESS_EVERY = 200
ORDER = (
    "accounts", "applications", "users", "sources", "rentals", "hosts", "clients", "attachments", "inquiries", "bookings", "conversations",
    "participants", "messages",
)  # fmt: skip
"""The resources in an order in which each comes after those that it refers to."""


class NothingToImportError(Exception):
    """What is recorded shows nothing of the API; the text says why."""


@dataclass(frozen=True, slots=True)
class MadeUp:
    """What was invented, or could not be known: of which resource, how often, an example without private data, and why."""

    what: str
    count: int
    example: str
    why: str


@dataclass(frozen=True, slots=True)
class Traffic:
    """The exchanges with one host: those that were used, and those that were ignored."""

    host: str
    used: int
    ignored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a recording became.

    ``scenario`` is what a scenario file holds; ``start`` is the API's time of the first exchange, ``bases`` the addresses before
    ``/api/v3``, ``traffic`` what there was for each host. ``made_up`` tells what was invented or is not known, ``settled`` the
    settings that the traffic decides, ``own`` the records that the client made, which the scenario does not hold.
    """

    scenario: dict[str, Any]
    start: datetime
    bases: tuple[str, ...]
    traffic: tuple[Traffic, ...]
    made_up: tuple[MadeUp, ...]
    settled: dict[str, object]
    own: frozenset[Key]

    @property
    def counts(self) -> dict[str, int]:
        """How many records there are, by resource."""
        return {plural: len(found) for plural, found in self.scenario["records"].items()}


def import_exchanges(exchanges: Iterable[Exchange], *, keep: frozenset[str] = frozenset(), progress: Progress | None = None) -> Imported:
    """Return the scenario that recorded exchanges show; they are read once, and not kept.

    Raises:
        NothingToImportError: they show no record of the API.
    """
    sightings, reading = Sightings(), _Reading()
    for number, exchange in enumerate(exchanges):
        reading.take(exchange, number, sightings)
        if progress is not None and number % PROGRESS_EVERY == 0:
            progress(number)
    start = reading.start
    records: dict[str, list[JSON]] = {plural: [] for plural in ORDER}
    for (plural, number), history in histories(sightings, start):
        if history.first is not None:
            records[plural].append(_written(plural, number, history.first, start))
    scenario = {
        "description": f"From {sum(reading.used.values())} recorded exchanges.",
        "clock": {"mode": "manual", "now": times.wire(start)},
        "records": {plural: sorted(found, key=lambda record: record["id"]) for plural, found in records.items() if found},
    }
    return Imported(
        scenario=scenario,
        start=start,
        bases=tuple(reading.bases),
        traffic=reading.traffic(),
        made_up=(),
        settled={},
        own=frozenset(sightings.own),
    )


class _Reading:
    """The exchanges by host, and the API's clock."""

    def __init__(self) -> None:
        self.used, self.ignored = Counter[str](), Counter[str]()
        self.bases: dict[str, None] = {}
        self.now: datetime | None = None
        self.first: datetime | None = None
        self.ahead = timedelta()

    def take(self, exchange: Exchange, number: int, sightings: Sightings) -> None:
        """Take an exchange."""
        call = call_of(exchange)
        host = exchange.request.url.split("/api/v3")[0].split("/oauth/")[0]
        if call is None or (call.part == "api" and call.endpoint is None):
            self.ignored[_host(exchange.request.url)] += 1
            return
        self.used[_host(exchange.request.url)] += 1
        if call.part == "api":
            self.bases.setdefault(host, None)
        sightings.note(call, (self._moment(exchange, of_api=call.part != "webhook"), number))

    def _moment(self, exchange: Exchange, *, of_api: bool) -> datetime:
        """Return the API's time of an exchange: its own word, else the recorder's clock as far as that was off, else the last time."""
        told = time_of(exchange) if of_api else None
        if told is not None and exchange.at is not None:
            self.ahead = told - exchange.at
        if told is None and exchange.at is not None:
            told = (exchange.at + self.ahead).replace(microsecond=0)
        self.now = told or self.now or datetime(2030, 6, 1, 12, tzinfo=UTC)
        self.first = self.now if self.first is None else min(self.first, self.now)
        return self.now

    @property
    def start(self) -> datetime:
        """The API's time of the first exchange.

        Raises:
            NothingToImportError: there was none.
        """
        if self.first is None:
            hosts = ", ".join(sorted(self.ignored)[:3])
            found = f"traffic with {hosts} alone" if hosts else "no exchange"
            raise NothingToImportError(f"found {found}; expected calls of /api/v3, such as /api/v3/inbox/conversations")
        return self.first

    def traffic(self) -> tuple[Traffic, ...]:
        """Return what there was, by host."""
        return tuple(Traffic(host, self.used[host], self.ignored[host]) for host in sorted({*self.used, *self.ignored}))


def _host(url: str) -> str:
    return url.split("://")[-1].split("/")[0] or "no host"


def _written(plural: str, number: int, shown: JSON, start: datetime) -> JSON:
    """Return a record as the scenario's ``records`` hold it: each time as an offset from the start."""
    dated = times_of(plural)
    return {"id": number} | {name: offset(value, start) if name in dated and value else value for name, value in shown.items()}


def offset(moment: str, start: datetime) -> str:
    """Return a time of the API as an offset from the start, such as ``-1d2h``; more than ten years, or no time, as it is."""
    try:
        seconds = int((times.parse(moment) - start).total_seconds())
    except ValueError:
        return moment
    if abs(seconds) > timedelta(days=3660).total_seconds():
        return moment
    parts, left = [], abs(seconds)
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        parts += [f"{count}{unit}"] if count else []
    return f"{'-' if seconds < 0 else '+'}{''.join(parts) or '0s'}"


__all__ = ["Imported", "MadeUp", "NothingToImportError", "Order", "Traffic", "import_exchanges"]
