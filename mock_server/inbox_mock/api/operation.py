"""An operation of the API, declared once: routing, scopes, validation and OpenAPI are derived from it; and finding one by a path."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, replace
from functools import lru_cache
from inspect import getdoc

from inbox_mock.api.request_context import RequestContext
from inbox_mock.api.result import Result
from inbox_mock.domain.access import PUBLIC
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
    """Return the operations among a module's names, alone or in tuples, in the order of their declarations."""
    held = (found if isinstance(found, tuple) else (found,) for found in names.values())
    return tuple(one for several in held for one in several if isinstance(one, Operation))


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
PREFIX = "/api/v3/"
MOST_KEPT = 2_000  # characters of a path that is found again without a search
POWERS = ("read", "write", "write_owned")
Found = tuple[Operation, dict[str, str]]


class OperationIndex:
    """Operations by method and path. PATCH counts as PUT; a path may end in a slash."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._known: dict[tuple[str, int], list[tuple[tuple[str, ...], Operation]]] = {}
        for operation in operations:
            parts = tuple(operation.rule.strip("/").split("/"))
            self._known.setdefault((operation.method, len(parts)), []).append((parts, operation))
        self._found = lru_cache(maxsize=4096)(self._find)

    def match(self, method: str, path: str) -> Found | None:
        """Return the operation, and the variable parts of the path by their names; None if there is none."""
        return self._found(method, path) if len(path) <= MOST_KEPT else self._find(method, path)

    def of(self, method: str, path: str) -> Operation | None:
        """Return the operation of a method and a path."""
        found = self.match(method, path)
        return None if found is None else found[0]

    def scopes(self, method: str, path: str) -> tuple[str, ...]:
        """Return the scopes of which a request uses any one; none for an unknown operation.

        A public operation shows more to an application that holds a scope of the resource.
        """
        found = self.of(method, path)
        if found is None or found.scopes != (PUBLIC,):
            return () if found is None else found.scopes
        return (PUBLIC, *(f"{found.resource.plural}_{power}" for power in POWERS))

    def _find(self, method: str, path: str) -> Found | None:
        parts = path.removeprefix(PREFIX).removesuffix("/").split("/")
        if not path.startswith(PREFIX) or "" in parts:
            return None
        for rule, operation in self._known.get(("PUT" if method == "PATCH" else method, len(parts)), ()):
            pairs = tuple(zip(rule, parts, strict=True))
            if all(wanted == found or wanted[0] == "<" for wanted, found in pairs):
                return operation, {wanted[1:-1]: found for wanted, found in pairs if wanted[0] == "<"}
        return None
