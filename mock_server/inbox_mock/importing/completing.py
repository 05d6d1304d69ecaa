"""What a recording does not show, but implies: records of which only the id is told, and the unseen rest of a list."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Any

from inbox_mock.channels import opening
from inbox_mock.domain import times
from inbox_mock.importing.histories import Change
from inbox_mock.importing.sightings import JSON, Key, Sightings, references
from inbox_mock.resources import RESOURCES
from inbox_mock.scenarios.exact import nouns

ORDER = tuple(name for name in nouns() if name not in {"installations", "tokens", "events"})
"""The resources in an order in which each comes after those that it refers to."""
ONLY_ID = "only the id is shown"
STAYED = timedelta(days=-37), timedelta(days=-30)
"""When a stay was of which nothing shows the dates: in the past, so that it is in no list that was seen."""


@dataclass(frozen=True, slots=True)
class MadeUp:
    """What was invented, or could not be known: of which resource, how often, an example without private data, and why."""

    what: str
    count: int
    example: str
    why: str


@dataclass(slots=True)
class World:
    """The records at the start by resource and id, with times as the API shows them, and what was made up among them.

    ``elsewhere`` are records that come later, or that the client makes: nothing stands in for them. ``invented`` are records that
    hold nothing private.
    """

    sightings: Sightings
    start: datetime
    records: dict[str, dict[int, JSON]]
    elsewhere: dict[Key, JSON]
    invented: set[Key] = field(default_factory=set)
    taken: dict[str, set[int]] = field(init=False)
    _highest: dict[str, int] = field(init=False)
    _seats: dict[object, list[int]] = field(default_factory=dict)
    _loose: dict[str, int] = field(default_factory=dict)
    _sent: dict[int, JSON] = field(default_factory=dict)
    _told: Counter[tuple[str, str]] = field(default_factory=Counter)
    _examples: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note which ids are taken: by records, and by what is told of alone, or comes later."""
        self.taken = {plural: set(found) for plural, found in self.records.items()}
        for plural, number in (*self.elsewhere, *(key for told in self.sightings.told_alone for key in told)):
            self.taken.setdefault(plural, set()).add(number)
        self._highest = {plural: max(found, default=0) for plural, found in self.taken.items()}
        for number, participant in self.records["participants"].items():
            self._seats.setdefault(participant.get("conversation"), []).append(number)

    def client(self) -> int:
        """Return the client's application; it is made up, if nothing shows it."""
        shown = [*self.elsewhere.items(), *_keyed(self.records)]
        own = [record.get("created_by_id") for key, record in shown if key in self.sightings.own or record.get("owned_by_app")]
        found = client_among(self.records["applications"], [number for number in own if number is not None])
        if found is None:
            found = 17 if 17 not in self.taken["applications"] else self.free("applications")
            self.tell("applications", f"application {found}", "the client's own is not shown")
        if found not in self.records["applications"]:
            self.placeholder("applications", found, {"name": "Your application"})
        return found

    def installed(self) -> list[JSON] | None:
        """Return which applications are installed where, if a list that was seen whole lacks one that others name."""
        listed: set[int] = set()
        for (plural, _, _), seen in self.sightings.lists.items():
            ids = {number for page in seen.pages.values() for number in page}
            listed |= ids if plural == "applications" and len(ids) == seen.total else set()
        if not listed or listed >= self.records["applications"].keys():
            return None
        return [{"application": number, "account": account} for number in sorted(listed) for account in sorted(self.records["accounts"])]

    def cancel(self) -> list[Change]:
        """Cancel bookings that a list said to be deleted; return those that were shown before, and are cancelled later."""
        later: list[Change] = []
        for (plural, number), (order, since) in self.sightings.deleted.items():
            key, written = (plural, number), self.sightings.touched.get((plural, number), ())
            record = self.records["bookings"].get(number, {})
            if plural != "bookings" or key in self.sightings.own or record.get("canceled_at") or any(one < order for one in written):
                continue
            if any(seen.order < order for seen in self.sightings.seen.get(key, ())):
                at = times.wire(order[0])
                later.append(Change(order[0], key, {"status": "Canceled", "canceled_at": at, "updated_at": at}, appeared=False))
                continue
            at = times.wire(min(instant(since, self.start), self.start))
            self.records["bookings"].setdefault(number, {}).update({"status": "Canceled", "canceled_at": at, "updated_at": at})
            self.tell("bookings", named(*key), "only said to be cancelled since a time")
        return later

    def read(self) -> None:
        """Let a host that was made up have read each conversation that somebody has: its ``read_at`` follows from that."""
        for number, conversation in self.records["conversations"].items():
            moment = conversation.get("read_at")
            seats = [seat for seat in self._seats.get(number, ()) if self.records["participants"][seat]["member"]["type"] == "Host"]
            if moment is None or any(self.records["participants"][seat].get("read_at") == moment for seat in seats):
                continue
            made = next((seat for seat in seats if ("participants", seat) in self.invented), None)
            if made is None:
                self.tell("conversations", named("conversations", number), "which host has read it is not shown")
            else:
                self.records["participants"][made]["read_at"] = moment

    def refer(self) -> None:
        """Join records by what is told at either end, and make up those to which a reference leads, and that are not there."""
        self._join()
        for plural in ("bookings", "inquiries", "participants", "messages"):
            for record in list(self.records[plural].values()):
                self._require(plural, record)
        self._refer()

    def tell(self, what: str, example: object, why: str, count: int = 1) -> None:
        """Note what was made up, or is not known."""
        self._told[what, why] += count
        self._examples.setdefault((what, why), str(example))

    @property
    def made_up(self) -> tuple[MadeUp, ...]:
        """All that was told."""
        return tuple(MadeUp(what, count, self._examples[what, why], why) for (what, why), count in self._told.items())

    def _join(self) -> None:
        """Give records the links that were shown from their other end alone."""
        for (plural, number), links in self.sightings.implied.items():
            record = self.records[plural].get(number)
            for link, found in links.items() if record is not None else ():
                if record is not None and link not in record:
                    record[link] = _linked(plural, link, found)

    def _refer(self) -> None:
        """Make up records until each reference leads to one."""
        shown = [*self.elsewhere.items(), *_keyed(self.records)]
        self._sent = {record["sender"]: record for (plural, _), record in reversed(shown) if plural == "messages" and record.get("sender")}
        told = {*self.sightings.implied, *self.sightings.referred}
        told.update(key for (plural, _), record in shown for key in _referred(plural, record))
        waiting = [(ORDER.index(plural), number) for plural, number in told if self._is_missing(plural, number)]
        heapify(waiting)
        while waiting:
            place, number = heappop(waiting)
            plural = ORDER[place]
            if self._is_missing(plural, number):
                made = self.placeholder(plural, number, self._hints((plural, number)))
                self.tell(plural, named(plural, number), ONLY_ID)
                for other in _referred(plural, made):
                    if self._is_missing(*other):
                        heappush(waiting, (ORDER.index(other[0]), other[1]))

    def _is_missing(self, plural: str, number: int) -> bool:
        is_known = number in self.records.get(plural, {number: {}})
        return not is_known and (plural, number) not in self.elsewhere and (plural, number) not in self.sightings.own

    def _hints(self, key: Key) -> JSON:
        """Return the links of a record that others tell."""
        found: JSON = {link: _linked(key[0], link, told) for link, told in self.sightings.implied.get(key, {}).items()}
        if key[0] != "participants":
            return found | (self._stayed() if key[0] == "bookings" else {})
        sent = self._sent.get(key[1], {})
        if sent and "conversation" not in found:
            found["conversation"] = sent.get("conversation")
        if sent and "member" not in found:
            is_host = sent.get("origin") == "bookingsync_inbox" or sent.get("visibility") == "internal"
            found["member"] = self._member("Host" if is_host else "Client", found.get("conversation"))
        return found

    def _stayed(self) -> JSON:
        days = (times.wire(self.start + part)[:10] for part in STAYED)
        return {name: f"{day}T16:00:00Z" for name, day in zip(("start_at", "end_at"), days, strict=True)}

    def placeholder(self, plural: str, number: int, known: Mapping[str, Any] | None = None) -> JSON:
        """Make a record of an id up, with what is known of it, and return it."""
        made = {**_named(plural, number), **{name: value for name, value in (known or {}).items() if value is not None}}
        self._require(plural, made)
        self.records[plural][number] = made
        self.taken[plural].add(number)
        self._highest[plural] = max(self._highest[plural], number)
        if plural == "participants":
            self._seats.setdefault(made["conversation"], []).append(number)
            conversation = self.records["conversations"].get(made["conversation"], {})
            if made["member"]["type"] == "Host" and conversation.get("read_at"):
                made["read_at"] = conversation["read_at"]  # which is that of its hosts
        self.invented.add((plural, number))
        return made

    def _require(self, plural: str, made: JSON) -> None:
        """Give a record the links without which none exists, where they were not shown."""
        if plural in {"bookings", "inquiries"} and made.get("rental") is None:
            made["rental"] = self._any("rentals")
        if plural in {"messages", "participants"} and made.get("conversation") is None:
            made["conversation"] = self.loose_conversation(plural)
        if plural == "messages" and made.get("sender") is None:
            made["sender"] = self._sender(made["conversation"])
        if plural == "participants" and made.get("member") is None:
            others = [self.records["participants"][seat] for seat in self._seats.get(made["conversation"], ())]
            has_guest = any(p["member"]["type"] == "Client" for p in others if p.get("member"))
            made["member"] = self._member("Host" if has_guest else "Client", made["conversation"])

    def loose_conversation(self, plural: str) -> int:
        """Return a conversation that has not shown all of its messages or participants; it is made up, if there is none."""
        if plural in self._loose:
            return self._loose[plural]
        for number in self.records["conversations"]:
            if ("conversations", number, plural) not in self.sightings.whole:
                self._loose[plural] = number
                return number
        number = self._loose[plural] = self.free("conversations")
        self.placeholder("conversations", number)
        self.tell("conversations", f"conversation {number}", f"{plural} that were not shown need one")
        return number

    def free(self, plural: str) -> int:
        """Return an id above all that records have, or will have."""
        return self._highest[plural] + 1

    def _any(self, plural: str) -> int:
        """Return the first record of a resource; it is made up, if there is none."""
        if not self.records[plural]:
            number = self.free(plural)
            self.placeholder(plural, number)
            self.tell(plural, named(plural, number), "none was shown, and others need one")
        return min(self.records[plural])

    def _member(self, kind: str, conversation: object) -> JSON:
        """Return whom a participant that was not shown stands for: a host that has not told of all its participants, or a guest."""
        loose = [number for number in self.records["hosts"] if ("hosts", number, "participants") not in self.sightings.whole]
        if kind == "Host" and (loose or not self.records["hosts"]):
            return {"id": min(loose, default=0) or self._any("hosts"), "type": kind}
        booked = self.records["conversations"].get(conversation, {}).get("bookings") if isinstance(conversation, int) else None
        clients = [self.records["bookings"].get(number, {}).get("client") for number in booked or ()]
        found = next((client for client in clients if isinstance(client, int)), None)
        if found is None:
            found = self.free("clients")
            self.placeholder("clients", found)
            self.tell("clients", f"client {found}", "a guest whom nothing shows")
        return {"id": found, "type": "Client"}

    def _sender(self, conversation: object) -> int:
        there = self._seats.get(conversation, ())
        if there:
            return min(there)
        number = self.free("participants")
        self.placeholder("participants", number, {"conversation": conversation})
        self.tell("participants", f"participant {number}", "messages that were not shown need a sender")
        return number


def _named(plural: str, number: int) -> JSON:
    """Return what a record of an id is called, where nothing shows it."""
    channels = {policy.own_id: policy.title for policy in opening()}
    return {
        "accounts": {"business_name": f"Account {number}"},
        "applications": {"name": channels.get(number, f"Application {number}")},
        "users": {"fullname": f"User {number}"},
        "sources": {"name": f"Source {number}"},
        "rentals": {"name": f"Rental {number}"},
        "hosts": {"firstname": "Host", "lastname": str(number)},
        "clients": {"fullname": f"Guest {number}"},
        "inquiries": {"firstname": "Guest", "lastname": str(number), "email": f"guest-{number}@example.com"},
        "attachments": {"name": f"file-{number}.png"},
        "messages": {"content": f"Message {number}, which was not shown."},
    }.get(plural, {})


def named(plural: str, number: int) -> str:
    """Return a record in words."""
    return f"{RESOURCES[plural].name if plural in RESOURCES else plural.removesuffix('s')} {number}"


def _linked(plural: str, link: str, told: Iterable[int]) -> object:
    """Return the value of a link, of which the records at its other end tell."""
    if link == "member":
        return {"id": min(told), "type": "Host"}
    many = any(one.name == link and one.many for one in RESOURCES[plural].links)
    return sorted(told) if many else min(told)


def _keyed(records: Mapping[str, Mapping[int, JSON]]) -> Iterable[tuple[Key, JSON]]:
    return (((plural, number), record) for plural, found in records.items() for number, record in found.items())


def _referred(plural: str, record: JSON) -> list[Key]:
    """Return the records that a record refers to, and whoever made it."""
    resource = RESOURCES.get(plural)
    if resource is None:
        return []
    found = [key for link in resource.links if link.name in record for key in references(resource, link.name, record[link.name])]
    if isinstance(record.get("created_by_id"), int):
        found.append(("users" if record.get("created_by_type") == "User" else "applications", record["created_by_id"]))
    return found


def client_among(applications: Mapping[int, JSON], made_by: Iterable[int]) -> int | None:
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


def instant(text: object, otherwise: datetime) -> datetime:
    """Return a time that is written, or another one if it is none."""
    try:
        return times.parse(str(text)) if text else otherwise
    except ValueError:
        return otherwise
