"""The operations that most resources have: list, get, create, update, and tying two records."""

from collections.abc import Callable

from inbox_mock.api.operation import EMBEDDING, LISTING, Operation
from inbox_mock.api.request_context import RequestContext
from inbox_mock.api.result import Result, by_ids, changed, created, listing
from inbox_mock.api.visibility import visible
from inbox_mock.domain.fidelity import documented
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.resources.declaration import Resource
from inbox_mock.store.database import Row

Create = Callable[[UnitOfWork, Actor, Row], int]
Edit = Callable[[UnitOfWork, Actor, int, Row], None]
Tie = Callable[[UnitOfWork, Actor, int, int], None]


def reading(resource: Resource, page: str) -> tuple[Operation, Operation]:
    """Return the two operations that read a resource: a list, and one or several by id."""
    title = resource.plural.replace("_", " ")

    def list_them(call: RequestContext) -> Result:
        return listing(call, visible(call, resource.plural))

    def show_them(call: RequestContext) -> Result:
        return by_ids(call, visible(call, resource.plural))

    return (
        Operation(
            method="GET",
            rule=f"/{resource.path}",
            name=f"list_{resource.plural}",
            summary=f"List {title}",
            resource=resource,
            scopes=resource.read_scopes,
            run=list_them,
            query=LISTING,
            fidelity=documented(page),
        ),
        Operation(
            method="GET",
            rule=f"/{resource.path}/<ids>",
            name=f"get_{resource.plural}",
            summary=f"Get one of the {title}, or several by ids joined with commas",
            resource=resource,
            scopes=resource.read_scopes,
            run=show_them,
            query=EMBEDDING,
            refusals=(404, 414),
            fidelity=documented(page),
        ),
    )


def creating(resource: Resource, page: str, verb: Create) -> Operation:
    """Return the operation that creates a record."""

    def create(call: RequestContext) -> Result:
        return created(call, verb(call.work, call.actor, call.written))

    return Operation(
        method="POST",
        rule=f"/{resource.path}",
        name=f"create_{resource.name}",
        summary=f"Create a {resource.name}",
        resource=resource,
        scopes=resource.write_scopes,
        run=create,
        body="create",
        status=201,
        query=EMBEDDING,
        refusals=(400, 422),
        fidelity=documented(page),
    )


def editing(resource: Resource, page: str, verb: Edit) -> Operation:
    """Return the operation that changes a record."""

    def edit(call: RequestContext) -> Result:
        record_id = call.record_id
        verb(call.work, call.actor, record_id, call.written)
        return changed(call, record_id)

    return Operation(
        method="PUT",
        rule=f"/{resource.path}/<ids>",
        name=f"update_{resource.name}",
        summary=f"Update a {resource.name}",
        resource=resource,
        scopes=resource.write_scopes,
        run=edit,
        body="update",
        query=EMBEDDING,
        refusals=(400, 404, 422),
        fidelity=documented(page),
    )


def tying(resource: Resource, page: str, action: str, other: str, verb: Tie) -> Operation:
    """Return the operation that ties a record to another one, or unties it; it answers the record in the path."""

    def tie(call: RequestContext) -> Result:
        record_id = call.record_id
        verb(call.work, call.actor, record_id, call.reference)
        return changed(call, record_id)

    return Operation(
        method="PUT",
        rule=f"/{resource.path}/<ids>/{action}",
        name=action,
        summary=f"{action.replace('_', ' ').capitalize()} of a {resource.name}",
        resource=resource,
        scopes=resource.write_scopes,
        run=tie,
        body=other,
        query=EMBEDDING,
        refusals=(400, 404),
        fidelity=documented(page),
    )
