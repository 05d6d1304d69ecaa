"""What an exact record of a scenario has where it leaves something out: a value, what follows from others, or else null."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from json import dumps

from inbox_mock.channels import opening, policies, policy_of
from inbox_mock.domain import times
from inbox_mock.domain.access import ALL_SCOPES
from inbox_mock.engine import durations
from inbox_mock.file_types import identify
from inbox_mock.services import accounts, bookings
from inbox_mock.services.attachments import placeholder
from inbox_mock.store.database import Row


@dataclass(frozen=True, slots=True)
class Known:
    """What defaults depend on: when the sandbox starts and was founded, and the records so far, by table and id.

    ``rotated``: whether pictures are measured as viewers show them.
    """

    start: datetime
    founded: str
    rotated: bool
    rows: dict[str, dict[int, Row]] = field(default_factory=dict)

    def of(self, table: str, record_id: object) -> Row:
        """Return a record; nothing of one that does not exist."""
        return self.rows.get(table, {}).get(record_id, {}) if isinstance(record_id, int) else {}

    def next_id(self, table: str) -> int:
        """Return the id of the next record."""
        return max(self.rows[table], default=0) + 1


Default = Callable[[Row, Known], object]


def _first(table: str) -> Default:
    return lambda _row, known: min(known.rows.get(table, ()), default=1)


def _of(table: str, column: str, what: str = "account_id") -> Default:
    return lambda row, known: known.of(table, row[column]).get(what)


def _same(column: str) -> Default:
    return lambda row, _known: row[column]


def _founded(_row: Row, known: Known) -> str:
    return known.founded


def _stay(days: int, hour: int) -> Default:
    return lambda _row, known: f"{durations.moment(f'+{days}d', known.start)[:10]}T{hour}:00:00Z"


def _global(column: str) -> Default:
    return lambda row, known: times.true_instant(row[column], known.of("rentals", row["rental_id"]).get("timezone", "UTC"))


def _status(row: Row, _known: Known) -> str:
    if row["canceled_at"]:
        return "Canceled"
    return next((word for column, word in bookings.STATES.items() if row[column]), "Booked")


def _channel_of_application(row: Row, _known: Known) -> str | None:
    return next((policy.name for policy in opening() if policy.own_id == row["id"]), None)


def _following(follow: Callable[[Row], object]) -> Default:
    return lambda row, _known: follow(row)


def _demo(part: str) -> Default:
    return lambda row, _known: accounts.DEMO[part] if row["client"] else None


def _origin(row: Row, known: Known) -> str:
    if known.of("participants", row["sender_id"]).get("member_type") == "Client":
        return policy_of(known.of("conversations", row["conversation_id"]).get("channel")).origin
    return "bookingsync_inbox"


STAMPS: dict[str, Default] = {"created_at": _founded, "updated_at": _same("created_at")}
IN_ACCOUNT: dict[str, Default] = {"account_id": _first("accounts"), **STAMPS}
OF_RENTAL: dict[str, Default] = {
    "account_id": _of("rentals", "rental_id"),
    **STAMPS,
    "start_at": _stay(30, 16),
    "end_at": _stay(37, 10),
}
OF_CONVERSATION: dict[str, Default] = {"account_id": _of("conversations", "conversation_id"), **STAMPS}
DEFAULTS: dict[str, tuple[Row, dict[str, Default]]] = {
    "accounts": (
        accounts.ACCOUNT,
        {**STAMPS, "inbox_email": lambda row, _: accounts.inbox_email(row["id"])},
    ),
    "applications": (
        {
            **accounts.APPLICATION,
            "scopes": " ".join(ALL_SCOPES),
            "redirect_uris": dumps(accounts.REDIRECT_URIS),
            "requests_this_hour": 0,
        },
        {
            **STAMPS,
            "channel": _channel_of_application,
            "name": lambda row, _: policies()[row["channel"]].title if row["channel"] else f"Application {row['id']}",
            "named_client_id": _demo("client_id"),
            "named_client_secret": _demo("client_secret"),
        },
    ),
    "installations": ({}, {"installed_at": _founded}),
    "users": ({}, {"account_id": _first("accounts"), "fullname": lambda row, _: f"User {row['id']}"}),
    "rentals": (
        {**accounts.RENTAL, **accounts.DETAILS},
        {**IN_ACCOUNT, "published_at": _same("created_at"), **{name: _following(follow) for name, follow in accounts.FOLLOWING.items()}},
    ),
    "sources": (
        {"internal": 0},
        {**IN_ACCOUNT, "name": lambda row, _: f"Source {row['id']}", "position": lambda _, known: len(known.rows["sources"]) + 1},
    ),
    "hosts": ({"firstname": "Host"}, {**IN_ACCOUNT, "lastname": lambda row, _: str(row["id"])}),
    "clients": ({"addresses": "[]", "emails": "[]", "phones": "[]"}, {**IN_ACCOUNT, "fullname": lambda row, _: f"Client {row['id']}"}),
    "inquiries": ({"lastname": "", "email": "guest@example.com"}, {**OF_RENTAL, "firstname": lambda row, _: f"Guest {row['id']}"}),
    "bookings": (
        {"channel": "direct", "unavailable": 0, "bookings_tag_ids": "[]"},
        {
            **OF_RENTAL,
            "start_at_global": _global("start_at"),
            "end_at_global": _global("end_at"),
            "booked": lambda row, _: int(not row["unavailable"] and row["tentative_expires_at"] is None),
            "status": _status,
            "reference": lambda row, _: bookings.reference(row["id"]),
            "currency": _of("rentals", "rental_id", "currency"),
            "imported": lambda row, _: int(policy_of(row["channel"]).owns_conversations),
        },
    ),
    "conversations": ({"relay_fails": 0, "bookings": []}, IN_ACCOUNT),
    "participants": ({"by_channel": 0}, OF_CONVERSATION),
    "attachments": (
        {"file": None},
        {
            **IN_ACCOUNT,
            "file_name": lambda row, _: row["name"] or "file",
            "name": _same("file_name"),
            "file": lambda row, _: placeholder(row["file_name"]),
            "file_size": lambda row, _: len(row["file"]),
            "file_content_type": lambda row, known: identify(row["file"], rotated=known.rotated).content_type,
            "image_width": lambda row, known: identify(row["file"], rotated=known.rotated).width,
            "image_height": lambda row, known: identify(row["file"], rotated=known.rotated).height,
        },
    ),
    "messages": (
        {"content": "", "visibility": "external", "attachments": []},
        {**OF_CONVERSATION, "sent_at": _same("created_at"), "origin": _origin},
    ),
    "tokens": ({"kind": "access", "scopes": " ".join(ALL_SCOPES)}, {"issued_at": _founded}),
    "events": ({"about": "{}", "happened": 0}, {"due_at": lambda _, known: durations.moment("+0s", known.start)}),
}
