"""The operations that most resources have: list, get, create, update, and attaching one record to another."""

from collections.abc import Callable

from inbox_mock.api.operation import EMBEDDING, LISTING, Operation
from inbox_mock.api.request_context import RequestContext
from inbox_mock.api.result import Result, by_ids, changed, created, listing
from inbox_mock.api.visibility import visible
from inbox_mock.domain.fidelity import Fidelity, documented
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.resources.declaration import Resource
from inbox_mock.store.database import Row

Create = Callable[[UnitOfWork, Actor, Row], int]
Edit = Callable[[UnitOfWork, Actor, int, Row], None]
Attach = Callable[[UnitOfWork, Actor, int, int], None]


def list_operation(resource: Resource) -> Operation:
    """Return the operation that lists a resource."""

    def run(context: RequestContext) -> Result:
        return listing(context, visible(context, resource.plural))

    return Operation(
        method="GET",
        rule=f"/{resource.path}",
        name=f"list_{resource.plural}",
        summary=f"List {_title(resource)}",
        resource=resource,
        scopes=resource.read_scopes,
        run=run,
        query=LISTING,
        fidelity=documented(resource.page),
    )


def get_operation(resource: Resource) -> Operation:
    """Return the operation that reads one or several records by id."""

    def run(context: RequestContext) -> Result:
        return by_ids(context, visible(context, resource.plural))

    return Operation(
        method="GET",
        rule=f"/{resource.path}/<ids>",
        name=f"get_{resource.plural}",
        summary=f"Get one of the {_title(resource)}, or several by ids joined with commas",
        resource=resource,
        scopes=resource.read_scopes,
        run=run,
        query=EMBEDDING,
        refusals=(404, 414),
        fidelity=documented(resource.page),
    )


def create_operation(resource: Resource, create: Create) -> Operation:
    """Return the operation that creates a record."""

    def run(context: RequestContext) -> Result:
        return created(context, create(context.work, context.grant.actor, context.written))

    return Operation(
        method="POST",
        rule=f"/{resource.path}",
        name=f"create_{resource.name}",
        summary=f"Create a {resource.name}",
        resource=resource,
        scopes=resource.write_scopes,
        run=run,
        body="create",
        status=201,
        query=EMBEDDING,
        refusals=(400, 422),
        fidelity=documented(resource.page),
    )


def update_operation(resource: Resource, edit: Edit, fidelity: Fidelity | None = None) -> Operation:
    """Return the operation that changes a record."""

    def run(context: RequestContext) -> Result:
        record_id = context.record_id
        edit(context.work, context.grant.actor, record_id, context.written)
        return changed(context, record_id)

    return Operation(
        method="PUT",
        rule=f"/{resource.path}/<ids>",
        name=f"update_{resource.name}",
        summary=f"Update a {resource.name}",
        resource=resource,
        scopes=resource.write_scopes,
        run=run,
        body="update",
        query=EMBEDDING,
        refusals=(400, 404, 422),
        fidelity=fidelity or documented(resource.page),
    )


def attach_operation(resource: Resource, action: str, other: str, attach: Attach) -> Operation:
    """Return the operation ``action``, which attaches to a record one of the resource ``other``, or detaches it."""

    def run(context: RequestContext) -> Result:
        record_id = context.record_id
        attach(context.work, context.grant.actor, record_id, context.reference)
        return changed(context, record_id)

    return Operation(
        method="PUT",
        rule=f"/{resource.path}/<ids>/{action}",
        name=action,
        summary=f"{action.replace('_', ' ').capitalize()} of a {resource.name}",
        resource=resource,
        scopes=resource.write_scopes,
        run=run,
        body=other,
        query=EMBEDDING,
        refusals=(400, 404),
        fidelity=documented(resource.page),
    )


def _title(resource: Resource) -> str:
    return resource.plural.replace("_", " ")
