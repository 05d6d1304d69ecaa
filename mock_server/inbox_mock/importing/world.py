"""The records at the start of a recording, and those that are made up among them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inbox_mock.channels import opening
from inbox_mock.importing.sightings import JSON, Key, Sightings
from inbox_mock.resources import RESOURCES
from inbox_mock.scenarios.exact import nouns

ORDER = tuple(name for name in nouns() if name not in {"installations", "tokens", "events"})
"""The resources in an order in which each comes after those that it refers to."""


@dataclass(frozen=True, slots=True)
class MadeUp:
    """What was invented, or could not be known: of which resource, how often, an example without private data, and why."""

    what: str
    count: int
    example: str
    why: str


@dataclass(slots=True)
class ImportedRecords:
    """The records at the start by resource and id, with times as the API shows them, and what was made up among them.

    ``elsewhere`` are records that come later, or that the client makes: nothing stands in for them. ``invented`` are records that
    hold nothing private. ``taken`` are the ids by resource that no other record may have, ``seats`` the participants by conversation.
    """

    sightings: Sightings
    start: datetime
    records: dict[str, dict[int, JSON]]
    elsewhere: dict[Key, JSON]
    invented: set[Key] = field(default_factory=set)
    taken: dict[str, set[int]] = field(init=False)
    seats: dict[object, list[int]] = field(default_factory=dict)
    _highest: dict[str, int] = field(init=False)
    _loose: dict[str, int] = field(default_factory=dict)
    _told: Counter[tuple[str, str]] = field(default_factory=Counter)
    _examples: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note which ids are taken: by records, and by what is told of alone, or comes later."""
        self.taken = {plural: set(found) for plural, found in self.records.items()}
        for plural, number in (*self.elsewhere, *(key for told in self.sightings.told_alone for key in told)):
            self.taken.setdefault(plural, set()).add(number)
        self._highest = {plural: max(found, default=0) for plural, found in self.taken.items()}
        for number, participant in self.records["participants"].items():
            self.seats.setdefault(participant.get("conversation"), []).append(number)

    def tell(self, what: str, example: object, why: str, count: int = 1) -> None:
        """Note what was made up, or is not known."""
        self._told[what, why] += count
        self._examples.setdefault((what, why), str(example))

    @property
    def made_up(self) -> tuple[MadeUp, ...]:
        """All that was told."""
        return tuple(MadeUp(what, count, self._examples[what, why], why) for (what, why), count in self._told.items())

    @property
    def shown(self) -> list[tuple[Key, JSON]]:
        """Every record, those that come later first."""
        found = (((plural, number), record) for plural, records in self.records.items() for number, record in records.items())
        return [*self.elsewhere.items(), *found]

    def lacks(self, plural: str, number: int) -> bool:
        """Return whether a record is neither there, nor comes later, nor is made by the client."""
        is_known = number in self.records.get(plural, {number: {}})
        return not is_known and (plural, number) not in self.elsewhere and (plural, number) not in self.sightings.own

    def free(self, plural: str) -> int:
        """Return an id above all that records have, or will have."""
        return self._highest[plural] + 1

    def placeholder(self, plural: str, number: int, known: Mapping[str, Any] | None = None) -> JSON:
        """Make a record of an id up, with what is known of it, and return it."""
        made = {**_called(plural, number), **{name: value for name, value in (known or {}).items() if value is not None}}
        self.require(plural, made)
        self.records[plural][number] = made
        self.taken[plural].add(number)
        self._highest[plural] = max(self._highest[plural], number)
        if plural == "participants":
            self.seats.setdefault(made["conversation"], []).append(number)
            conversation = self.records["conversations"].get(made["conversation"], {})
            if made["member"]["type"] == "Host" and conversation.get("read_at"):
                made["read_at"] = conversation["read_at"]  # which is that of its hosts
        self.invented.add((plural, number))
        return made

    def require(self, plural: str, made: JSON) -> None:
        """Give a record the links without which none exists, where they were not shown."""
        if plural in {"bookings", "inquiries"} and made.get("rental") is None:
            made["rental"] = self._any("rentals")
        if plural in {"messages", "participants"} and made.get("conversation") is None:
            made["conversation"] = self._loose_conversation(plural)
        if plural == "messages" and made.get("sender") is None:
            made["sender"] = self._sender(made["conversation"])
        if plural == "participants" and made.get("member") is None:
            others = [self.records["participants"][seat] for seat in self.seats.get(made["conversation"], ())]
            has_guest = any(p["member"]["type"] == "Client" for p in others if p.get("member"))
            made["member"] = self.member("Host" if has_guest else "Client", made["conversation"])

    def member(self, kind: str, conversation: object) -> JSON:
        """Return whom a participant that was not shown stands for: a host that has not told of all its participants, or a guest."""
        loose = [number for number in self.records["hosts"] if ("hosts", number, "participants") not in self.sightings.whole]
        if kind == "Host" and (loose or not self.records["hosts"]):
            return {"id": min(loose, default=0) or self._any("hosts"), "type": kind}
        booked = self.records["conversations"].get(conversation, {}).get("bookings") if isinstance(conversation, int) else None
        clients = [self.records["bookings"].get(number, {}).get("client") for number in booked or ()]
        found = next((client for client in clients if isinstance(client, int)), None)
        return {"id": self._invent("clients", "a guest whom nothing shows") if found is None else found, "type": "Client"}

    def _any(self, plural: str) -> int:
        """Return the first record of a resource; it is made up, if there is none."""
        return min(self.records[plural]) if self.records[plural] else self._invent(plural, "none was shown, and others need one")

    def _loose_conversation(self, plural: str) -> int:
        """Return a conversation that has not shown all of its messages or participants; it is made up, if there is none."""
        if plural not in self._loose:
            whole = self.sightings.whole
            found = next((number for number in self.records["conversations"] if ("conversations", number, plural) not in whole), None)
            self._loose[plural] = self._invent("conversations", f"{plural} that were not shown need one") if found is None else found
        return self._loose[plural]

    def _sender(self, conversation: object) -> int:
        """Return the first participant of a conversation; it is made up, if there is none."""
        there = self.seats.get(conversation, ())
        why = "messages that were not shown need a sender"
        return min(there) if there else self._invent("participants", why, {"conversation": conversation})

    def _invent(self, plural: str, why: str, known: Mapping[str, Any] | None = None) -> int:
        """Make a record up of which nothing tells, and return its id."""
        number = self.free(plural)
        self.placeholder(plural, number, known)
        self.tell(plural, record_in_words(plural, number), why)
        return number


def record_in_words(plural: str, number: int) -> str:
    """Return a record in words."""
    return f"{RESOURCES[plural].name if plural in RESOURCES else plural.removesuffix('s')} {number}"


def _called(plural: str, number: int) -> JSON:
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
