"""A workspace for writing, and the minimal attributes of its records: records that one refers to are created on demand."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from inbox_contracts.provider.api import JSON, Api, the_record, wanted
from inbox_contracts.provider.expectations import NotJudged, PropertyViolation
from inbox_contracts.provider.http import ApiResponse, BudgetSpent
from inbox_contracts.provider.resources import created_at, path_of
from inbox_mock.client import SandboxClient
from inbox_mock.domain import times

FREE = datetime(2041, 1, 1, 16, tzinfo=UTC)
SENT_AT = "2030-06-01T12:00:00Z"
A_FILE = "data:text/plain;base64,SGVsbG8K"


@dataclass(frozen=True, slots=True)
class Ref:
    """A placeholder for the id of a record that the workspace creates."""

    plural: str

    def __repr__(self) -> str:
        return f"<id of one of the {self.plural}>"


@dataclass
class Workspace:
    """The API of one account, and on a fake the sandbox behind it; ``days`` are numbers of days that no booking uses yet."""

    api: Api
    sandbox: SandboxClient | None
    days: Iterator[int]
    _made: dict[str, int] = field(default_factory=dict)
    _bookings: list[int] = field(default_factory=list)

    def id(self, plural: str) -> int:
        """Return the id of a record of the workspace, created on the first call; a rental is one that the account has."""
        if plural not in self._made:
            self._made[plural] = self.rental() if plural == "rentals" else self.new(plural)["id"]
        return self._made[plural]

    def rental(self) -> int:
        """Return a rental of the account.

        Raises:
            NotJudged: the account has none.
        """
        found = self.api.get("/rentals").json["rentals"]
        if not found:
            raise NotJudged("the account has no rental")
        return int(found[-1]["id"])

    def new(self, plural: str, **attributes: object) -> JSON:
        """Create a record from its minimal attributes and ``attributes``."""
        return the_record(wanted(self.attempt(plural, {**self.least(plural), **attributes}), 201))

    def least(self, plural: str) -> JSON:
        """Return the minimal attributes of a new record."""
        return LEAST[plural](self)

    def attempt(self, plural: str, attributes: JSON) -> ApiResponse:
        """Try to create a record; references are resolved."""
        path = created_at(plural)
        if "{rental}" in path:
            path = path.format(rental=self.id("rentals"))
        answer = self.api.call("POST", path, {plural: [self.resolved(attributes)]})
        if plural == "bookings" and answer.status == 201:
            self._bookings.append(the_record(answer)["id"])
        return answer

    def change(self, plural: str, record_id: int, attributes: JSON) -> JSON:
        """Change a record and return it."""
        return the_record(self.api.put(f"{path_of(plural)}/{record_id}", plural, self.resolved(attributes)))

    def resolved(self, attributes: JSON) -> JSON:
        """Return attributes with references replaced by ids."""
        return {name: self._resolved(value) for name, value in attributes.items()}

    def _resolved(self, value: object) -> object:
        if isinstance(value, Ref):
            return self.id(value.plural)
        return [self._resolved(item) for item in value] if isinstance(value, list) else value

    def stay(self) -> tuple[str, str]:
        """Return start and end of a stay of four hours, on a day that no other booking uses."""
        begin = FREE + timedelta(days=next(self.days))
        return times.wire(begin), times.wire(begin + timedelta(hours=4))

    def advance(self, duration: str) -> None:
        """Advance the clock of a sandbox; do nothing on other servers."""
        if self.sandbox is not None:
            self.sandbox.clock.advance(duration)

    @property
    def fake(self) -> SandboxClient:
        """The sandbox, for properties that need a fake's admin API.

        Raises:
            NotJudged: the server is not a fake.
        """
        if self.sandbox is None:
            raise NotJudged("it needs what only a fake's admin API can do")
        return self.sandbox

    def tidy(self) -> None:
        """Cancel the bookings that were created."""
        for booking_id in self._bookings:
            with suppress(PropertyViolation, BudgetSpent):
                self.api.call("DELETE", f"/bookings/{booking_id}")


def _booking(workspace: Workspace) -> JSON:
    start_at, end_at = workspace.stay()
    return {"start_at": start_at, "end_at": end_at, "booked": True}


def _inquiry(workspace: Workspace) -> JSON:
    start_at, end_at = workspace.stay()
    tomorrow = times.wire(times.parse(end_at) + timedelta(days=1))
    return {"firstname": "Ada", "lastname": "Bauer", "email": "ada@example.com", "start_at": start_at, "end_at": tomorrow}


LEAST: dict[str, Callable[[Workspace], JSON]] = {
    "sources": lambda _: {"name": "Trial"},
    "hosts": lambda _: {"firstname": "Trial", "lastname": "Host"},
    "clients": lambda _: {"fullname": "Trial Client"},
    "conversations": lambda _: {"subject": "Trial"},
    "participants": lambda workspace: {
        "conversation_id": workspace.id("conversations"),
        "member_id": workspace.id("hosts"),
        "member_type": "Host",
    },
    "attachments": lambda _: {"name": "trial.txt", "file": A_FILE},
    "messages": lambda workspace: {
        "conversation_id": workspace.id("conversations"),
        "sender_id": workspace.id("participants"),
        "content": "Trial",
        "origin": "bookingsync_inbox",
        "visibility": "internal",
        "sent_at": SENT_AT,
    },
    "bookings": _booking,
    "inquiries": _inquiry,
}


MORE: dict[str, JSON] = {
    "clients": {
        "notes": "Vegetarian",
        "company": "Bauer & Co",
        "emails": [{"label": "default", "email": "ada@example.com"}],
        "phones": [{"label": "mobile", "number": "+33 6 00 00 00 00"}],
        "addresses": [{"label": "home", "city": "Nevache"}],
    },
    "bookings": {"adults": 2, "children": 1, "notes": "Late"},
    "hosts": {"email": "trial@example.com"},
    "inquiries": {"adults": 2, "message": "With a dog"},
}
"""Attributes beyond the minimal ones, which a change of others must keep."""


def furnish(workspace: Workspace) -> None:
    """Create a record of each resource with more than the minimal attributes: money, notes, addresses, an attachment.

    On a server that is no fake, no channel is named, so that nothing leaves it.
    """
    channel = {} if workspace.sandbox is None else {"channel": "email"}
    client = workspace.new("clients", **MORE["clients"])
    money = {"initial_price": "3000.0", "final_price": "2700.5", "discount": "299.5", "commission": "12.25", "damage_deposit": "500.0"}
    workspace.new("bookings", client_id=client["id"], source_id=workspace.id("sources"), **MORE["bookings"], **money)
    workspace.new("hosts", source_id=workspace.id("sources"), **MORE["hosts"])
    preferred = {f"default_{name}": value for name, value in channel.items()}
    conversation = workspace.new("conversations", source_id=workspace.id("sources"), assignee_id=workspace.id("hosts"), **preferred)
    workspace.new("messages", **channel, visibility="external", attachment_ids=[workspace.id("attachments")])
    workspace.advance("1m")
    workspace.change("conversations", conversation["id"], {"closed": True, "marked_as_spam": True})
    workspace.change("participants", workspace.id("participants"), {"read": True})
