"""An operation of the API, declared once: routing, scopes, validation and OpenAPI are derived from it."""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, replace
from inspect import getdoc

from inbox_mock.api.request_context import RequestContext
from inbox_mock.api.result import Result
from inbox_mock.domain.fidelity import Fidelity, assumed, documented, recorded
from inbox_mock.resources.declaration import Resource

Run = Callable[[RequestContext], Result]


def _undeclared(_: RequestContext) -> Result:
    raise NotImplementedError


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """An operation: ``run`` answers a request whose token has any one of the ``scopes``.

    ``body`` is ``create``, ``update``, ``optional``, or the plural of the records that the body refers to by id; ``query`` names
    the query parameters; ``refusals`` are the statuses that a refusal can have besides those of every operation.
    """

    method: str
    rule: str
    _: KW_ONLY
    resource: Resource
    fidelity: Fidelity
    scopes: tuple[str, ...] = ()
    body: str | None = None
    status: int = 200
    query: tuple[str, ...] = ()
    refusals: tuple[int, ...] = ()
    run: Run = _undeclared
    name: str = ""
    summary: str = ""

    def __call__(self, run: Run) -> "Operation":
        """Declare a function as the operation: its name is the operation id, the first line of its docstring the summary.

        Either may be given instead. ``scopes`` default to those for reading or writing the resource.
        """
        summary = self.summary or (getdoc(run) or "").partition("\n")[0].rstrip(".")
        scopes = self.scopes or (self.resource.read_scopes if self.method == "GET" else self.resource.write_scopes)
        return replace(self, run=run, name=self.name or run.__name__, summary=summary, scopes=scopes)


operation = Operation
"""The decorator of the function that carries out an operation."""


def declared_in(names: Mapping[str, object]) -> tuple[Operation, ...]:
    """Return the operations among a module's names, in the order of their declarations."""
    return tuple(found for found in names.values() if isinstance(found, Operation))


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter: its description and fidelity."""

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
