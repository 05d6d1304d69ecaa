"""An operation of the API, declared once: routing, scopes, checking and OpenAPI all read it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mock_server.domain.fidelity import Fidelity
from mock_server.resources.declaration import Resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from mock_server.api.call import Call
    from mock_server.api.reply import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """``scopes``: any one of them will do. ``body``: create, update, optional, or the plural of records referred to by id."""

    method: str
    rule: str
    name: str
    summary: str
    resource: Resource
    scopes: tuple[str, ...]
    run: "Callable[[Call], Reply]"
    fidelity: Fidelity
    body: str | None = None
    status: int = 200
    query: tuple[str, ...] = ()
    refusals: tuple[int, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether the operation may change something."""
        return self.method != "GET"


QUERY: dict[str, str] = {
    "page": "Which page, from 1.",
    "per_page": "How many records on a page; the default is also the most.",
    "fields": "Names of the attributes wanted, joined by commas; id and links come along.",
    "include": "Names of associations to embed in each record, joined by commas.",
    "updated_since": "Only what changed at this time or later; `meta.deleted_ids` comes along. Blank means everything.",
    "ids": "Only these ids, joined by commas.",
    "from": "Bookings that end after this time; now, if nothing is said.",
    "until": "Bookings that start before this time.",
    "months": "With `from`: bookings that start within so many months.",
    "status": "Comma list of booked, unavailable, tentative.",
    "include_canceled": "`true` shows cancelled bookings too; needs bookings_read or bookings_write.",
    "rental_id": "Bookings of these rentals, joined by commas.",
    "client_id": "Bookings of these clients, joined by commas.",
}
EMBEDDING = ("fields", "include")
LISTING = ("page", "per_page", *EMBEDDING, "updated_since", "ids")
