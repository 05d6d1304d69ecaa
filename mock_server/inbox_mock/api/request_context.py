"""A call as an operation sees it: who calls, what for, and what was written."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from inbox_mock.api.operation import Operation
from inbox_mock.domain import times
from inbox_mock.domain.errors import BadRequest, NotFound
from inbox_mock.domain.values import whole_number
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.resources.field_types import LARGEST_ID
from inbox_mock.resources.serialization import Projection, RenderContext
from inbox_mock.resources.validation import check
from inbox_mock.services.oauth import Grant
from inbox_mock.store.database import Row

MOST_NAMES = 100


@dataclass(slots=True)
class Query:
    """The query parameters; of one that comes twice the last counts.

    ``lists`` holds every value of those that come twice and are named like a list, ``name[]``.
    """

    given: dict[str, str]
    lists: Mapping[str, list[str]] | None = None

    @property
    def echoed(self) -> Mapping[str, str | list[str]]:
        """The parameters as the Link header repeats them."""
        return {**self.given, **self.lists} if self.lists else self.given

    def names(self, parameter: str) -> tuple[str, ...]:
        """Return a comma-joined parameter's parts, each once; nobody means more than a hundred."""
        text = self.given.get(parameter)
        return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))[:MOST_NAMES] if text else ()

    def number(self, parameter: str, otherwise: int) -> int:
        """Return a whole number from 1 up, or ``otherwise`` for anything else."""
        return whole_number(self.given.get(parameter, ""), 15) or otherwise

    def time(self, parameter: str) -> str | None:
        """Return a time as the wire writes it, or None if it is missing, blank or cannot be read."""
        try:
            return times.wire(times.parse(self.given[parameter]))
        except (KeyError, ValueError):
            return None


@dataclass
class RequestContext:
    """One request that was let in: its token is good and has the scope.

    ``shifted``: so many records have appeared in front of the list since its first page was read.
    """

    operation: Operation
    work: UnitOfWork
    grant: Grant
    query: Query
    path: dict[str, str]
    origin: str
    body: object = None
    shifted: int = 0

    @property
    def why(self) -> list[str]:
        """What is to be told of things that the answer does not show."""
        return self.work.why

    @property
    def actor(self) -> Actor:
        """The application, acting for the token's account."""
        return self.grant.actor

    @property
    def record_id(self) -> int:
        """The one id in the path.

        Raises:
            NotFound: there is no single good id in it.

        """
        found = only_id(self.path["ids"])
        if found is None:
            raise NotFound
        return found

    @property
    def rental_id(self) -> int:
        """The one rental in the path; an id that no rental has, if there is no single good one."""
        return only_id(self.path["rental_id"]) or LARGEST_ID

    @cached_property
    def place(self) -> RenderContext:
        """Where records are shown."""
        host = "" if self.work.settings.assume["attachment_urls"] == "relative" else self.origin
        return RenderContext(f"{host}/uploads/{self.work.sandbox_id}", self.grant.application_id)

    @property
    def fields(self) -> frozenset[str] | None:
        """The attributes wanted of the operation's own records, or None for all."""
        named = self.query.names("fields")
        return frozenset(named) if named else None

    def view_of(self, plural: str, fields: frozenset[str] | None = None) -> Projection:
        """Return how much of a resource's records this token sees."""
        return _view(plural, fields, self.grant.scopes, str(self.work.settings.assume["created_by"]))

    @property
    def cap(self) -> int:
        """The most records on a page, which is what a page holds if nothing is asked for."""
        return self.work.settings.page_cap or self.operation.resource.cap

    def owned_only(self, area: str) -> bool:
        """Whether the token may do with an area's own records only what it wants: it has no more than ``write_owned``."""
        return f"{area}_write_owned" in self.grant.scopes and f"{area}_write" not in self.grant.scopes

    @cached_property
    def written(self) -> Row:
        """What the client wrote of the one record in the body, checked against the resource's declaration.

        Raises:
            Unreadable: the body is no object with one record under the resource's plural.
            Invalid: a constraint is broken.

        """
        resource, creating = self.operation.resource, self.operation.body == "create"
        record = only_record(self.body, resource.plural)
        if resource.plural != "messages":
            return check(resource, record, creating=creating)
        optional: tuple[str, ...] = ()
        if self.work.settings.assume["sent_at_optional"]:
            optional = ("sent_at",)
            record = {name: value for name, value in record.items() if name != "sent_at" or value is not None}
        if record.get("visibility") == "all" and self.work.settings.assume["visibility_all"]:
            return check(resource, record | {"visibility": "external"}, creating=creating, optional=optional) | {"visibility": "all"}
        return check(resource, record, creating=creating, optional=optional)

    @cached_property
    def reference(self) -> int:
        """The id of the one record that the body refers to.

        Raises:
            Unreadable: the body is no object with one record under the right plural.
            NotFound: the record has no good id.

        """
        given = only_record(self.body, str(self.operation.body)).get("id")
        found = only_id(str(given)) if isinstance(given, int | str) and not isinstance(given, bool) else None
        if found is None:
            raise NotFound
        return found


@lru_cache(maxsize=512)
def _view(plural: str, fields: frozenset[str] | None, scopes: frozenset[str], created_by: str) -> Projection:
    public = plural == "bookings" and "bookings_read" not in scopes
    hidden = frozenset({"inbox_email"}) if plural == "accounts" and "inbox_read" not in scopes else frozenset[str]()
    return Projection(fields, public, hidden, created_by)


def only_record(body: object, plural: str) -> dict[str, object]:
    """Return the one record of a body.

    Raises:
        Unreadable: the body is no object with one record under ``plural``.

    """
    wanted = f'a body looks like {{"{plural}":[{{...}}]}}'
    if not isinstance(body, dict) or plural not in body:
        raise BadRequest(f"{plural} is missing: {wanted}")
    records = body[plural]
    if not isinstance(records, list) or len(records) != 1 or not isinstance(records[0], dict):
        raise BadRequest(f"{plural} must be a list of one object: {wanted}")
    return records[0]


def only_id(text: str) -> int | None:
    """Return the id that a text is; None for anything else, a list that holds one good id included."""
    return None if "," in text else next(iter(ids_in(text)), None)


def ids_in(text: str) -> list[int]:
    """Return the good ids of a comma-joined list, each once."""
    found = dict.fromkeys(whole_number(part, 19) for part in text.split(","))
    return [record_id for record_id in found if record_id and record_id <= LARGEST_ID]
