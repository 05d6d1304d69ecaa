"""The unseen rest of a list of which some pages were recorded: as many records as its total says, where the pages leave room."""

from bisect import bisect
from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from inbox_mock.importing.histories import instant
from inbox_mock.importing.sightings import JSON, ListSeen
from inbox_mock.importing.world import World, named
from inbox_mock.resources.privacy import PRIVATE

MOST = 10_000
"""The most records that are made up; totals of longer lists are not reached."""
REST_OF_LIST = "a list was seen in part: as many as its total says"
NO_ROOM = "a list was seen in part, and its rest is left out: too many, or no ids are free between those seen"


def fill(world: World) -> None:
    """Make up the rest of each list that was seen in part: those of all records, of bookings, and of what changed since a time."""
    for (plural, filters, _), seen in sorted(world.sightings.lists.items(), key=lambda item: len(item[0][1])):
        if not filters - {("updated_since", "")}:
            _fill(world, plural, {}, seen)
        elif plural == "bookings" or {name for name, _ in filters} == {"updated_since"}:
            _fill(world, plural, dict(filters), seen)


def _fill(world: World, plural: str, filters: Mapping[str, str], seen: ListSeen) -> None:
    """Make up records between, before and after those on the pages of a list that were seen."""
    listed = {(page - 1) * seen.per_page + place: number for page, ids in seen.pages.items() for place, number in enumerate(ids)}
    gone = sorted(place for place, number in listed.items() if number not in world.records[plural])
    there = {place - bisect(gone, place): number for place, number in listed.items() if number in world.records[plural]}
    last = seen.total - len(gone) - 1
    if last < 0 or len(there) > last:
        return
    shown = set(there.values())
    known = sorted(
        _order(plural, number, record)
        for number, record in world.records[plural].items()
        if number not in shown and _belongs(plural, record, filters, seen.order[0])
    )
    places = sorted(there)
    for before, after in zip([None, *places], [*places, None], strict=True):
        lacking = (last + 1 if after is None else after) - (-1 if before is None else before) - 1
        if lacking > 0:
            low, high = (None if place is None else _place(world, plural, there[place]) for place in (before, after))
            between = (len(known) if high is None else bisect(known, high)) - (0 if low is None else bisect(known, low))
            _between(world, plural, low, high, lacking - between)


def _place(world: World, plural: str, number: int) -> tuple[Any, ...]:
    return _order(plural, number, world.records[plural][number])


def _between(world: World, plural: str, low: tuple[Any, ...] | None, high: tuple[Any, ...] | None, lacking: int) -> None:
    """Make up records that stand between two in the order of the list, like the first, or the second if there is no first."""
    like = low or high
    if lacking <= 0:
        return
    left = MOST - sum(one.count for one in world.made_up if one.why == REST_OF_LIST)
    taken = world.taken[plural]
    if like is None:
        candidates = range(1, lacking + len(taken) + 2)
    elif low is None:
        candidates = range(like[-1] - 1, 0, -1)
    elif high is not None and high[:-1] == low[:-1]:
        candidates = range(low[-1] + 1, high[-1])
    else:
        candidates = range(low[-1] + 1, low[-1] + lacking + len(taken) + 2)
    ids = list(islice((number for number in candidates if number not in taken), min(lacking, left)))
    for number in ids:
        _clone(world, plural, number, {} if like is None else world.records[plural][like[-1]])
    if ids:
        world.tell(plural, named(plural, ids[0]), REST_OF_LIST, len(ids))
    if len(ids) < lacking:
        world.tell(plural, f"besides {named(plural, min(world.records[plural], default=1))}", NO_ROOM, lacking - len(ids))


def _clone(world: World, plural: str, number: int, like: JSON) -> None:
    """Make up a record that stands in the same lists as another one, without what is private in that."""
    known = {name: value for name, value in like.items() if name not in PRIVATE.get(plural, {})}
    for link in ("bookings", "inquiry", "booking", "attachments"):
        known.pop(link, None)
    if known.get("source") is not None and ("sources", known["source"], plural) in world.sightings.whole:
        del known["source"]
    if known.get("member", {}).get("type") == "Host" and ("hosts", known["member"]["id"], plural) in world.sightings.whole:
        del known["member"]
    if ("conversations", known.get("conversation"), plural) in world.sightings.whole:
        known = {name: value for name, value in known.items() if name not in {"conversation", "sender", "member"}}
    world.placeholder(plural, number, known)


def _belongs(plural: str, record: JSON, filters: Mapping[str, str], now: datetime) -> bool:
    """Return whether a record is in a list with these filters at a time, as far as they are known here."""
    since = filters.get("updated_since", "").strip()
    if since and instant(record.get("updated_at"), now) < instant(since, now):
        return False
    if plural != "bookings":
        return True
    if record.get("canceled_at") is not None and filters.get("include_canceled") != "true":
        return False
    ends, begins = (instant(record.get(f"{name}_global") or record.get(name), now) for name in ("end_at", "start_at"))
    chosen = {name: filters[name].split(",") for name in ("rental_id", "client_id", "status") if filters.get(name, "").strip()}
    shown = {"rental_id": record.get("rental"), "client_id": record.get("client"), "status": str(record.get("status", "Booked")).lower()}
    if any(str(shown[name]) not in wanted for name, wanted in chosen.items()):
        return False
    return ends > instant(filters.get("from"), now) and ("until" not in filters or begins < instant(filters["until"], now))


def _order(plural: str, number: int, record: JSON) -> tuple[Any, ...]:
    """Return where a record stands in its list."""
    return (record.get("rental") or 0, record.get("start_at") or "", number) if plural == "bookings" else (number,)
