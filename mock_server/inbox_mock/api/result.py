"""The result of an operation before it is serialized: records, embedded associations, and the position in a list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import orjson

from inbox_mock.api.request_context import RequestContext, ids_in
from inbox_mock.api.visibility import visible
from inbox_mock.domain.enumerations import MEMBERS
from inbox_mock.domain.errors import NotFound
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.declaration import Link, Resource
from inbox_mock.resources.serialization import FULL, JSON, Projection, RenderContext, projection, reader
from inbox_mock.store import records
from inbox_mock.store.records import Rows, Selection


@dataclass(frozen=True, slots=True)
class PagePosition:
    """The position of a page in its list; ``deleted_ids`` is None unless the request asked for ``updated_since``."""

    total: int
    page: int
    per_page: int
    deleted_ids: list[int] | None = None

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.per_page))


@dataclass(frozen=True, slots=True)
class Result:
    """The records of a resource, or nothing, or one object ``alone`` under its own key, as /auth returns.

    ``projection`` says whose links have their templates in the envelope.
    """

    resource: Resource
    records: list[JSON] | None = None
    listed: PagePosition | None = None
    location: str | None = None
    alone: tuple[str, JSON] | None = None
    projection: Projection = FULL


def listing(context: RequestContext, selection: Selection, deleted: Callable[[str], list[int]] | None = None) -> Result:
    """Return one page of a selection; ``deleted`` finds the ids of records deleted since a time."""
    query, resource = context.query, context.resource
    page, per_page = query.number("page", 1), min(query.number("per_page", context.cap), context.cap)
    deleted_ids: list[int] | None = None
    if "ids" in query.given:
        selection = selection.among(ids_in(query.given["ids"]))
    if "updated_since" in query.given:
        deleted_ids = []
        since = query.time("updated_since")
        if since is not None:
            selection = selection.narrowed("updated_at >= ?", since)
            deleted_ids = deleted(since) if deleted else []
        elif query.given["updated_since"].strip():
            context.work.explain("updated_since_ignored")
    ids, total = records.page(context.work.db, selection, per_page, max(0, (page - 1) * per_page - context.shifted))
    total += context.shifted
    return _result(context, records.read(context.work.db, resource.view, ids), PagePosition(total, page, per_page, deleted_ids))


def by_ids(context: RequestContext, selection: Selection, deleted: Callable[[str], list[int]] | None = None) -> Result:
    """Return the records whose ids are in the path; several are a list with pages, which ``updated_since`` filters.

    Raises:
        NotFound: none of them is in the selection.
    """
    query, view = context.query, context.resource.view
    wanted = ids_in(context.path["ids"])
    if len(wanted) > 1 and "updated_since" in query.given and records.existing(context.work.db, selection, wanted):
        return listing(
            context, selection.among(wanted), lambda since: [gone for gone in deleted(since) if gone in wanted] if deleted else []
        )
    page, per_page = 1, min(query.number("per_page", context.cap), context.cap)
    if len(wanted) == 1:
        rows = records.read_one(context.work.db, view, selection, wanted[0])
        total = len(rows.rows)
    else:
        found = records.existing(context.work.db, selection, wanted)
        total = len(found)
        if total > 1:
            page = query.number("page", 1)
            begin = max(0, (page - 1) * per_page - context.shifted)
            found, total = found[begin : begin + per_page], total + context.shifted
        rows = records.read(context.work.db, view, found)
    if not total:
        raise NotFound
    deleted_ids: list[int] | None = [] if "updated_since" in query.given else None
    return _result(context, rows, PagePosition(total, page, per_page, deleted_ids))


def created(context: RequestContext, record_id: int) -> Result:
    """Return a new record, with its address."""
    resource = context.resource
    rows = records.read(context.work.db, resource.view, [record_id])
    return _result(context, rows, location=f"{context.origin}/api/v3/{resource.path}/{record_id}")


def changed(context: RequestContext, record_id: int) -> Result:
    """Return a changed record."""
    return _result(context, records.read(context.work.db, context.resource.view, [record_id]))


def _result(context: RequestContext, rows: Rows, listed: PagePosition | None = None, location: str | None = None) -> Result:
    resource, query = context.resource, context.query
    fields, included = (frozenset(query.names("fields")) or None, query.names("include")) if query.given else (None, ())
    seen = _seen(context, resource)
    if not context.grant.scopes.isdisjoint(resource.owner_scopes):
        seen = replace(seen, public=False)
    shown = read_all(context, resource, rows, fields)
    for name in included:
        link = next((link for link in resource.links if link.name == name), None)
        if link is not None:
            _embed(context, link, rows, shown)
    return Result(resource, shown, listed, location, projection=seen)


def _seen(context: RequestContext, resource: Resource, fields: frozenset[str] | None = None) -> Projection:
    return projection(resource, context.grant.scopes, str(context.work.settings.assume["created_by"]), fields)


def read_all(context: RequestContext, resource: Resource, rows: Rows, fields: frozenset[str] | None = None) -> list[JSON]:
    """Return the records of rows, with the attributes in ``fields``, or all; restricted to what the token may see."""
    return list(map(_reading(context, resource, rows.columns, fields), rows.rows))


def _reading(
    context: RequestContext, resource: Resource, columns: tuple[str, ...], fields: frozenset[str] | None = None
) -> Callable[[Sequence[object]], JSON]:
    """Return the function that turns a row into the record that the token may see."""
    scopes, application_id = context.grant.scopes, context.grant.application_id
    seen = _seen(context, resource, fields)
    host = "" if context.work.settings.assume["attachment_urls"] == "relative" else context.origin
    render_context = RenderContext(f"{host}/uploads/{context.work.sandbox_id}", application_id)
    read = reader(resource, columns, seen)
    if seen.public and not scopes.isdisjoint(resource.owner_scopes):
        read_own = reader(resource, columns, replace(seen, public=False))
        owner = columns.index("application_id")
        return lambda row: (read_own if row[owner] == application_id else read)(row, render_context)
    return lambda row: read(row, render_context)


def _embed(context: RequestContext, link: Link, rows: Rows, shown: list[JSON]) -> None:
    """Embed the associated records in each record, under the association's name."""
    if link.name == "member":
        _embed_members(context, rows, shown)
    elif link.target in RESOURCES:
        _embed_targets(context, link, rows, shown)
    elif link.target and (link.many or link.name not in rows.columns):
        for record in shown:
            if link.name in record["links"]:
                record[link.name] = [] if link.many else None


def _embed_members(context: RequestContext, rows: Rows, shown: list[JSON]) -> None:
    kinds = [str(row[rows.columns.index("member_type")]) for row in rows.rows]
    numbers = [row[rows.columns.index("member_id")] for row in rows.rows]
    found = {
        kind: _fetched(context, plural, [n for n, k in zip(numbers, kinds, strict=True) if k == kind]) for kind, plural in MEMBERS.items()
    }
    for record, kind, number in zip(shown, kinds, numbers, strict=True):
        members = found[kind]
        if members is not None:
            record["member"] = members.get(number)


def _embed_targets(context: RequestContext, link: Link, rows: Rows, shown: list[JSON]) -> None:
    position = rows.columns.index(link.name)
    wanted = [orjson.loads(str(row[position])) if link.many else [row[position]] for row in rows.rows]
    targets = _fetched(context, link.target, [number for numbers in wanted for number in numbers if number is not None])
    if targets is None:
        return
    for record, numbers in zip(shown, wanted, strict=True):
        if link.name not in record["links"]:
            continue
        embedded = [targets[number] for number in numbers if number in targets]
        record[link.name] = embedded if link.many else (embedded[0] if embedded else None)


def _fetched(context: RequestContext, plural: str, ids: list[object]) -> dict[object, orjson.Fragment] | None:
    """Return those of the records that the token may see as JSON, by id, or None if it lacks the scope for all of them.

    Each is written at once, as text, which takes no more memory than it needs: a hundred thousand as rows and as objects, or as
    the bytes that orjson returns, would take several times the memory of their answer.
    """
    resource = RESOURCES[plural]
    if context.grant.scopes.isdisjoint(resource.read_scopes):
        context.work.explain("not_included", plural=plural, scopes=" or ".join(resource.read_scopes))
        return None
    seen = records.existing(context.work.db, visible(context, plural), [int(str(number)) for number in dict.fromkeys(ids)])
    columns, rows = records.each(context.work.db, resource.view, seen)
    read, position = _reading(context, resource, columns), columns.index("id")
    return {row[position]: orjson.Fragment(orjson.dumps(read(row)).decode()) for row in rows}
