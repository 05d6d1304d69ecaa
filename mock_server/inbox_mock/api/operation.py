"""An operation of the API, declared once: routing, scopes, checking and OpenAPI all read it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inbox_mock.domain.fidelity import Fidelity, assumed, documented, recorded
from inbox_mock.resources.declaration import Resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from inbox_mock.api.request_context import RequestContext
    from inbox_mock.api.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """``scopes``: any one of them will do. ``body``: create, update, optional, or the plural of records referred to by id."""

    method: str
    rule: str
    name: str
    summary: str
    resource: Resource
    scopes: tuple[str, ...]
    run: "Callable[[RequestContext], Result]"
    fidelity: Fidelity
    body: str | None = None
    status: int = 200
    query: tuple[str, ...] = ()
    refusals: tuple[int, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether the operation may change something."""
        return self.method != "GET"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter: what it does, and how sure that is."""

    says: str
    fidelity: Fidelity


GENERAL = documented("/reference")
BOOKINGS = documented("/reference/endpoints/bookings")
QUERY: dict[str, Parameter] = {
    "page": Parameter("Which page, from 1; anything else counts as 1.", GENERAL),
    "per_page": Parameter("How many records on a page; the default is also the most, and anything else counts as the default.", GENERAL),
    "fields": Parameter(
        "Names of the attributes wanted, joined by commas; id and links come along, unknown names are ignored.",
        assumed("documented for GET; that id and links come along, and that unknown names are ignored, is not said"),
    ),
    "include": Parameter(
        "Names of associations to embed in each record, joined by commas; unknown names are ignored.",
        recorded("rentals, 2017; a client in production asks for unknown names"),
    ),
    "updated_since": Parameter(
        "Only what changed at this time or later; `meta.deleted_ids` comes along. Blank, or what is no time, means everything.",
        assumed("documented for some resources, recorded blank; that the time itself is included, and what junk means, is not said"),
    ),
    "ids": Parameter("Only these ids, joined by commas.", assumed("in the query only another interface of the service documents it")),
    "from": Parameter("Bookings that end after this time; now, if nothing is said.", BOOKINGS),
    "until": Parameter("Bookings that start before this time.", BOOKINGS),
    "months": Parameter("Bookings that start within so many months after `from`.", BOOKINGS),
    "status": Parameter("Comma list of booked, unavailable, tentative.", BOOKINGS),
    "include_canceled": Parameter("`true` shows cancelled bookings too; needs bookings_read or bookings_write.", BOOKINGS),
    "rental_id": Parameter("Bookings of these rentals, joined by commas.", BOOKINGS),
    "client_id": Parameter("Bookings of these clients, joined by commas.", BOOKINGS),
}
EMBEDDING = ("fields", "include")
LISTING = ("page", "per_page", *EMBEDDING, "updated_since", "ids")
