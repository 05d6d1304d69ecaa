"""The operations that most resources have: list, get, create, update, and attaching one record to another."""

from collections.abc import Callable

from inbox_mock.api.operation import EMBEDDING, LISTING, Operation, operation
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


def crud(
    resource: Resource, create: Create | None = None, edit: Edit | None = None, *, update: Fidelity | None = None
) -> tuple[Operation, ...]:
    """Return the operations that list a resource, get records by id and, with ``create`` and ``edit``, create and change a record.

    ``update`` is the fidelity of the last one, where it differs.
    """
    plural, rule = resource.plural, f"/{resource.path}"

    @operation(
        "GET",
        rule,
        name=f"list_{plural}",
        summary=f"List {_title(resource)}",
        resource=resource,
        query=LISTING,
        fidelity=documented(resource.page),
    )
    def list_records(context: RequestContext) -> Result:
        return listing(context, visible(context, plural))

    found = [list_records, get_operation(resource)]
    if create is not None:
        found.append(creation(resource, rule, lambda context: create(context.work, context.grant.actor, context.written), (400, 422)))
    if edit is not None:
        found.append(
            change(resource, lambda context, record_id: edit(context.work, context.grant.actor, record_id, context.written), update)
        )
    return tuple(found)


def get_operation(resource: Resource) -> Operation:
    """Return the operation that reads one or several records by id."""

    @operation(
        "GET",
        f"/{resource.path}/<ids>",
        name=f"get_{resource.plural}",
        summary=f"Get one of the {_title(resource)}, or several by ids joined with commas",
        resource=resource,
        query=EMBEDDING,
        refusals=(404, 414),
        fidelity=documented(resource.page),
    )
    def get_records(context: RequestContext) -> Result:
        return by_ids(context, visible(context, resource.plural))

    return get_records


def creation(
    resource: Resource, rule: str, create: Callable[[RequestContext], int], refusals: tuple[int, ...] = (400, 404, 422)
) -> Operation:
    """Return the operation that creates a record."""

    @operation(
        "POST",
        rule,
        name=f"create_{resource.name}",
        summary=f"Create {_one(resource)}",
        resource=resource,
        body="create",
        status=201,
        query=EMBEDDING,
        refusals=refusals,
        fidelity=documented(resource.page),
    )
    def create_record(context: RequestContext) -> Result:
        return created(context, create(context))

    return create_record


def change(resource: Resource, edit: Callable[[RequestContext, int], None], fidelity: Fidelity | None = None) -> Operation:
    """Return the operation that changes a record."""

    @operation(
        "PUT",
        f"/{resource.path}/<ids>",
        name=f"update_{resource.name}",
        summary=f"Update {_one(resource)}",
        resource=resource,
        body="update",
        query=EMBEDDING,
        refusals=(400, 404, 422),
        fidelity=fidelity or documented(resource.page),
    )
    def update_record(context: RequestContext) -> Result:
        record_id = context.record_id
        edit(context, record_id)
        return changed(context, record_id)

    return update_record


def attach_operation(resource: Resource, action: str, other: str, attach: Attach) -> Operation:
    """Return the operation ``action``, which attaches to a record one of the resource ``other``, or detaches it."""

    @operation(
        "PUT",
        f"/{resource.path}/<ids>/{action}",
        name=action,
        summary=f"{action.replace('_', ' ').capitalize()} of a {resource.name}",
        resource=resource,
        body=other,
        query=EMBEDDING,
        refusals=(400, 404),
        fidelity=documented(resource.page),
    )
    def attach_record(context: RequestContext) -> Result:
        record_id = context.record_id
        attach(context.work, context.grant.actor, record_id, context.reference)
        return changed(context, record_id)

    return attach_record


def _one(resource: Resource) -> str:
    return f"{'an' if resource.name[0] in 'aeiou' else 'a'} {resource.name}"


def _title(resource: Resource) -> str:
    return resource.plural.replace("_", " ")
