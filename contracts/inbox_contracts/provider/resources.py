"""The contract of each resource: its path, the scopes of its operations, and its attributes.

Attributes and links come from the declarations. Scopes and operations are repeated here from the documentation:
an error in a declaration must not hide itself.
"""

from dataclasses import dataclass

from inbox_mock.resources import RESOURCES
from inbox_mock.resources.declaration import Attribute, Resource

INBOX = ("inbox_read",), ("inbox_write",)
BOOKINGS_WRITE = ("bookings_write", "bookings_write_owned")
INQUIRIES_WRITE = ("inquiries_write", "inquiries_write_owned")
SCOPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "conversations": INBOX,
    "participants": INBOX,
    "messages": INBOX,
    "attachments": INBOX,
    "hosts": INBOX,
    "bookings": (("public",), BOOKINGS_WRITE),
    "clients": (("clients_read",), ("clients_write",)),
    "sources": (("bookings_read", *BOOKINGS_WRITE), BOOKINGS_WRITE),
    "inquiries": (("inquiries_read", *INQUIRIES_WRITE), INQUIRIES_WRITE),
    "applications": (("applications_read",), ("applications_write",)),
    "rentals": (("public",), ()),
    "accounts": (("public",), ()),
}
"""Scopes by resource: any one of the first lets a token read it, any one of the second lets it write."""

EVERYTHING: dict[str, dict[str, object]] = {"bookings": {"from": "2000-01-01", "include_canceled": "true"}}
"""The query with which a list shows all of its records: without one, bookings are future ones."""

CANCELLED_TOO: dict[str, dict[str, object]] = {"bookings": {"include_canceled": "true"}}
"""The query with which a single record is answered, though it may be a cancelled booking."""

UNKNOWN = 987_654_321
"""An id that no record has."""

LISTED: tuple[Resource, ...] = tuple(RESOURCES[plural] for plural in SCOPES)
CREATED = ("sources", "hosts", "clients", "conversations", "participants", "attachments", "messages", "bookings", "inquiries")
CHANGED = (*CREATED, "applications")
UNDER_RENTALS = ("bookings", "inquiries")


@dataclass(frozen=True, slots=True)
class ContractOperation:
    """A method on a path, and the scopes that allow it; ``{id}`` represents a record of the resource, ``{rental}`` a rental."""

    method: str
    path: str
    plural: str
    scopes: tuple[str, ...]


def path_of(plural: str) -> str:
    """Return the path of a resource's list."""
    return f"/{RESOURCES[plural].path}"


def address_of(plural: str, record_id: int) -> str:
    """Return the path of a record."""
    return f"{path_of(plural)}/{record_id}"


def created_at(plural: str) -> str:
    """Return the path where records of a resource are created; it may contain ``{rental}``."""
    return f"/rentals/{{rental}}/{plural}" if plural in UNDER_RENTALS else path_of(plural)


def operations() -> tuple[ContractOperation, ...]:
    """Return every operation of the contract."""
    found: list[ContractOperation] = []
    for plural, (reading, writing) in SCOPES.items():
        path = path_of(plural)
        found += [ContractOperation("GET", path, plural, reading), ContractOperation("GET", f"{path}/{{id}}", plural, reading)]
        if plural in CREATED:
            found.append(ContractOperation("POST", created_at(plural), plural, writing))
        if plural in CHANGED:
            found.append(ContractOperation("PUT", f"{path}/{{id}}", plural, writing))
    writing = SCOPES["conversations"][1]
    return (
        *found,
        ContractOperation("PUT", "/inbox/conversations/{id}/connect_booking", "bookings", writing),
        ContractOperation("PUT", "/inbox/conversations/{id}/disconnect_booking", "bookings", writing),
        ContractOperation("PUT", "/inbox/messages/{id}/add_attachment", "attachments", writing),
        ContractOperation("DELETE", "/bookings/{id}", "bookings", BOOKINGS_WRITE),
        ContractOperation("GET", "/me", "accounts", ("public",)),
    )


def sure(resource: Resource) -> tuple[Attribute, ...]:
    """Return the readable attributes that are documented or recorded."""
    return tuple(a for a in resource.attributes if a.read and a.fidelity.level != "assumed")
