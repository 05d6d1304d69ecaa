"""What a recording does not show, but implies: records told by id alone, the rest of lists, who read them, what was cancelled."""

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import islice
from typing import Any

from inbox_mock.channels import opening
from inbox_mock.domain import times
from inbox_mock.importing.histories import Change, instant
from inbox_mock.importing.sightings import JSON, Key, ListSeen, references
from inbox_mock.importing.world import ORDER, ImportedRecords, record_in_words
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.privacy import PRIVATE

ONLY_ID = "only the id is shown"
STAYED = timedelta(days=-37), timedelta(days=-30)
"""When a stay was of which nothing shows the dates: in the past, so that it is in no list that was seen."""


def refer(world: ImportedRecords) -> None:
    """Join records by what is told at either end, and make up those to which a reference leads, and that are not there."""
    for (plural, number), links in world.sightings.implied.items():
        record = world.records[plural].get(number)
        if record is not None:
            record |= {link: _linked(plural, link, found) for link, found in links.items() if link not in record}
    for plural in ("bookings", "inquiries", "participants", "messages"):
        for record in list(world.records[plural].values()):
            world.require(plural, record)
    _make_up(world)


def _make_up(world: ImportedRecords) -> None:
    """Make up records until each reference leads to one."""
    shown = world.shown
    sent = {record["sender"]: record for (plural, _), record in reversed(shown) if plural == "messages" and record.get("sender")}
    told = {*world.sightings.implied, *world.sightings.referred}
    told.update(key for (plural, _), record in shown for key in _referred(plural, record))
    waiting = [(ORDER.index(plural), number) for plural, number in told if world.lacks(plural, number)]
    heapify(waiting)
    while waiting:
        place, number = heappop(waiting)
        plural = ORDER[place]
        if world.lacks(plural, number):
            made = world.placeholder(plural, number, _hints(world, (plural, number), sent.get(number, {})))
            world.tell(plural, record_in_words(plural, number), ONLY_ID)
            for other in _referred(plural, made):
                if world.lacks(*other):
                    heappush(waiting, (ORDER.index(other[0]), other[1]))


def _hints(world: ImportedRecords, key: Key, sent: JSON) -> JSON:
    """Return the links of a record that others tell; of a participant, also what a message tells that they ``sent``."""
    found: JSON = {link: _linked(key[0], link, told) for link, told in world.sightings.implied.get(key, {}).items()}
    if key[0] == "bookings":
        days = (times.wire(world.start + part)[:10] for part in STAYED)
        found |= {name: f"{day}T16:00:00Z" for name, day in zip(("start_at", "end_at"), days, strict=True)}
    if key[0] == "participants" and sent:
        found.setdefault("conversation", sent.get("conversation"))
        if "member" not in found:
            is_host = sent.get("origin") == "bookingsync_inbox" or sent.get("visibility") == "internal"
            found["member"] = world.member("Host" if is_host else "Client", found["conversation"])
    return found


def _linked(plural: str, link: str, told: Iterable[int]) -> object:
    """Return the value of a link, of which the records at its other end tell."""
    if link == "member":
        return {"id": min(told), "type": "Host"}
    many = any(one.name == link and one.many for one in RESOURCES[plural].links)
    return sorted(told) if many else min(told)


def _referred(plural: str, record: JSON) -> list[Key]:
    """Return the records that a record refers to, and whoever made it."""
    resource = RESOURCES.get(plural)
    if resource is None:
        return []
    found = [key for link in resource.links if link.name in record for key in references(resource, link.name, record[link.name])]
    if isinstance(record.get("created_by_id"), int):
        found.append(("users" if record.get("created_by_type") == "User" else "applications", record["created_by_id"]))
    return found


def cancel(world: ImportedRecords) -> list[Change]:
    """Cancel the bookings that a list named as deleted; return the later cancellations of those that had been shown before."""
    later: list[Change] = []
    for (plural, number), (order, since) in world.sightings.deleted.items():
        key, written = (plural, number), world.sightings.touched.get((plural, number), ())
        record = world.records["bookings"].get(number, {})
        if plural != "bookings" or key in world.sightings.own or record.get("canceled_at") or any(one < order for one in written):
            continue
        was_shown = any(seen.order < order for seen in world.sightings.seen.get(key, ()))
        at = times.wire(order[0] if was_shown else min(instant(since, world.start), world.start))
        canceled: JSON = {"status": "Canceled", "canceled_at": at, "updated_at": at}
        if was_shown:
            later.append(Change(order[0], key, canceled, appeared=False))
        else:
            world.records["bookings"].setdefault(number, {}).update(canceled)
            world.tell("bookings", record_in_words(*key), "only said to be cancelled since a time")
    return later


def read(world: ImportedRecords) -> None:
    """Note that a host who was made up has read each conversation that somebody has read: its ``read_at`` follows from that."""
    participants = world.records["participants"]
    for number, conversation in world.records["conversations"].items():
        moment = conversation.get("read_at")
        seats = [seat for seat in world.seats.get(number, ()) if participants[seat]["member"]["type"] == "Host"]
        if moment is None or any(participants[seat].get("read_at") == moment for seat in seats):
            continue
        made = next((seat for seat in seats if ("participants", seat) in world.invented), None)
        if made is None:
            world.tell("conversations", record_in_words("conversations", number), "which host has read it is not shown")
        else:
            participants[made]["read_at"] = moment


def installed(world: ImportedRecords) -> list[JSON] | None:
    """Return which applications are installed where, if a list that was seen whole lacks one that others name."""
    listed: set[int] = set()
    for (plural, _, _), seen in world.sightings.lists.items():
        ids = {number for page in seen.pages.values() for number in page}
        listed |= ids if plural == "applications" and len(ids) == seen.total else set()
    if not listed or listed >= world.records["applications"].keys():
        return None
    return [{"application": number, "account": account} for number in sorted(listed) for account in sorted(world.records["accounts"])]


def client(world: ImportedRecords) -> int:
    """Return the client's application; it is made up, if nothing shows it."""
    own = [record.get("created_by_id") for key, record in world.shown if key in world.sightings.own or record.get("owned_by_app")]
    found = _client_among(world.records["applications"], [number for number in own if number is not None])
    if found is None:
        found = 17 if 17 not in world.taken["applications"] else world.free("applications")
        world.tell("applications", record_in_words("applications", found), "the client's own is not shown")
    if found not in world.records["applications"]:
        world.placeholder("applications", found, {"name": "Your application"})
    return found


def _client_among(applications: Mapping[int, JSON], made_by: Iterable[int]) -> int | None:
    """Return the application that the client is: whose records it made, else the only one that is no channel's."""
    counted = Counter(made_by).most_common(1)
    if counted:
        return counted[0][0]
    others = [number for number, application in applications.items() if channel_of(number, application) is None]
    return min(others, default=None)


def channel_of(number: int, application: JSON) -> str | None:
    """Return the channel that an application belongs to, by its id or its name."""
    for policy in opening():
        if number == policy.own_id or application.get("name") in {policy.title, policy.application_name or policy.title}:
            return policy.name
    return None


MOST = 10_000
"""The most records that are made up; totals of longer lists are not reached."""
REST_OF_LIST = "a list was seen in part: as many as its total says"
NO_ROOM = "a list was seen in part, and its rest is left out: too many, or no ids are free between those seen"


def fill(world: ImportedRecords) -> None:
    """Make up the rest of each list that was seen in part: those of all records, of bookings, and of what changed since a time."""
    for (plural, filters, _), seen in sorted(world.sightings.lists.items(), key=lambda item: len(item[0][1])):
        if not filters - {("updated_since", "")}:
            _fill(world, plural, {}, seen)
        elif plural == "bookings" or {name for name, _ in filters} == {"updated_since"}:
            _fill(world, plural, dict(filters), seen)


def _fill(world: ImportedRecords, plural: str, filters: Mapping[str, str], seen: ListSeen) -> None:
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


def _place(world: ImportedRecords, plural: str, number: int) -> tuple[Any, ...]:
    return _order(plural, number, world.records[plural][number])


def _between(world: ImportedRecords, plural: str, low: tuple[Any, ...] | None, high: tuple[Any, ...] | None, lacking: int) -> None:
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
        world.tell(plural, record_in_words(plural, ids[0]), REST_OF_LIST, len(ids))
    if len(ids) < lacking:
        world.tell(plural, f"besides {record_in_words(plural, min(world.records[plural], default=1))}", NO_ROOM, lacking - len(ids))


def _clone(world: ImportedRecords, plural: str, number: int, like: JSON) -> None:
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
    """Return the key by which the records of a list are sorted."""
    return (record.get("rental") or 0, record.get("start_at") or "", number) if plural == "bookings" else (number,)
