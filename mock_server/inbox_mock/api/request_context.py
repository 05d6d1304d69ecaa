"""The context of an operation: the request's token, query, path and body."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from inbox_mock.domain import limits, times
from inbox_mock.domain.errors import BadRequest, NotFound
from inbox_mock.domain.values import whole_number
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.resources.casting import record_id
from inbox_mock.resources.declaration import Resource
from inbox_mock.resources.field_types import LARGEST_ID
from inbox_mock.resources.validation import check
from inbox_mock.services.oauth import Grant
from inbox_mock.store.database import Row
from inbox_mock.store.records import read


@dataclass(slots=True)
class Query:
    """The query parameters; the last value of a repeated one counts.

    ``lists`` holds every value of repeated ones that are named like a list, ``name[]``; ``overridden`` are the names of others
    that had another value before the last one.
    """

    given: dict[str, str]
    lists: Mapping[str, list[str]] | None = None
    overridden: frozenset[str] = frozenset()

    def names(self, parameter: str) -> tuple[str, ...]:
        """Return the parts of a comma-separated parameter, each once, at most a hundred."""
        text = self.given.get(parameter)
        return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))[: limits.NAMES] if text else ()

    def number(self, parameter: str, otherwise: int) -> int:
        """Return a whole number from 1 up, or ``otherwise`` for anything else."""
        return whole_number(self.given.get(parameter, ""), 15) or otherwise

    def time(self, parameter: str) -> str | None:
        """Return a time in the API's format, or None if it is missing, blank or not a time."""
        try:
            return times.wire(times.parse(self.given[parameter]))
        except (KeyError, ValueError):
            return None


@dataclass
class RequestContext:
    """An authorized request: its token is valid and has the scope.

    ``resource`` is the operation's resource; ``body_kind`` is the operation's ``body``. ``shifted`` is the number of records
    that have appeared in front of the list since its first page was read.
    """

    resource: Resource
    body_kind: str | None
    work: UnitOfWork
    grant: Grant
    query: Query
    path: dict[str, str]
    origin: str
    body: object = None
    shifted: int = 0
    is_dated: bool = False

    @property
    def now(self) -> str:
        """The sandbox's time: the answer is true at that time only, and ``is_dated``."""
        self.is_dated = True
        return self.work.now

    @property
    def record_id(self) -> int:
        """The one id in the path.

        Raises:
            NotFound: the path does not hold exactly one valid id.
        """
        found = only_id(self.path["ids"])
        if found is None:
            raise NotFound
        return found

    @property
    def rental_id(self) -> int:
        """The one rental id in the path; an id that no rental has, if the path does not hold exactly one valid id."""
        return only_id(self.path["rental_id"]) or LARGEST_ID

    @property
    def cap(self) -> int:
        """The largest number of records on a page, which is also the default."""
        cap = self.work.settings.page_cap
        return self.resource.cap if cap is None else cap

    def owned_only(self, area: str) -> bool:
        """Return whether the token may write an area's records only if the application owns them."""
        return f"{area}_write_owned" in self.grant.scopes and f"{area}_write" not in self.grant.scopes

    @cached_property
    def written(self) -> Row:
        """The one record in the body, validated against the resource's declaration.

        Raises:
            BadRequest: the body is not an object with one record under the resource's plural.
            Invalid: a constraint is broken.
        """
        record = only_record(self.body, self.resource.plural)
        return check(self.resource, record, self._stored(), self.work.settings.assume)

    def _stored(self) -> Row | None:
        """Return the columns of the record that is updated, none if there is no such record; None for a new one."""
        if self.body_kind == "create":
            return None
        found = read(self.work.db, self.resource.view, [self.record_id])
        return dict(zip(found.columns, found.rows[0], strict=True)) if found.rows else {}

    @cached_property
    def reference(self) -> int:
        """The id of the one record that the body refers to.

        Raises:
            BadRequest: the body is not an object with one record under the expected plural.
            NotFound: the record has no valid id.
        """
        given = only_record(self.body, str(self.body_kind)).get("id")
        try:
            found = record_id(given)
        except ValueError:
            raise NotFound from None
        if found is None:
            raise NotFound
        return found


def only_record(body: object, plural: str) -> dict[str, object]:
    """Return the one record of a body.

    Raises:
        BadRequest: the body is not an object with one record under ``plural``.
    """
    wanted = f'a body looks like {{"{plural}":[{{...}}]}}'
    if not isinstance(body, dict) or plural not in body:
        raise BadRequest(f"{plural} is missing: {wanted}")
    records = body[plural]
    if not isinstance(records, list) or len(records) != 1 or not isinstance(records[0], dict):
        raise BadRequest(f"{plural} must be a list of one object: {wanted}")
    return records[0]


def only_id(text: str) -> int | None:
    """Return the id that a text consists of; None for anything else, including a list with one valid id."""
    return None if "," in text else next(iter(ids_in(text)), None)


def ids_in(text: str) -> list[int]:
    """Return the valid ids of a comma-separated list, each once."""
    found = dict.fromkeys(whole_number(part, 19) for part in text.split(","))
    return [record_id for record_id in found if record_id and record_id <= LARGEST_ID]
