"""What an operation answers, before it becomes bytes: records, embedded associations, and the place in a list."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import orjson

from inbox_mock.api.request_context import RequestContext, ids_in
from inbox_mock.api.visibility import visible
from inbox_mock.domain.errors import NotFound
from inbox_mock.resources.declaration import Link, Resource
from inbox_mock.resources.registry import RESOURCES
from inbox_mock.resources.serialization import JSON, reader
from inbox_mock.store import records
from inbox_mock.store.records import Rows, Selection

MEMBERS = {"Client": "clients", "Host": "hosts"}


@dataclass(frozen=True, slots=True)
class Listed:
    """Where in a list an answer stands; ``deleted_ids`` is None unless the call asked for ``updated_since``."""

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
    """Records of a resource, or nothing, or one object ``alone`` under its own key, as only /auth answers."""

    resource: Resource
    records: list[JSON] | None = None
    listed: Listed | None = None
    location: str | None = None
    alone: tuple[str, JSON] | None = None


def listing(call: RequestContext, selection: Selection, deleted: Callable[[str], list[int]] | None = None) -> Result:
    """Answer one page of a selection; ``deleted`` finds the ids that are gone since a time."""
    query, resource = call.query, call.operation.resource
    page, per_page = query.number("page", 1), min(query.number("per_page", call.cap), call.cap)
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
            call.why.append("updated_since is no time, and counts as blank")
    ids, total = records.page(call.work.db, selection, per_page, max(0, (page - 1) * per_page - call.shifted))
    total += call.shifted
    return Result(resource, _shown(call, records.read(call.work.db, resource.view, ids)), Listed(total, page, per_page, deleted_ids))


def by_ids(call: RequestContext, selection: Selection, deleted: Callable[[str], list[int]] | None = None) -> Result:
    """Answer the records whose ids are in the path; several come as a list in pages, of which ``updated_since`` leaves what changed.

    Raises:
        NotFound: the selection holds none of them.

    """
    query, view = call.query, call.operation.resource.view
    wanted = ids_in(call.path["ids"])
    if len(wanted) > 1 and "updated_since" in query.given and records.existing(call.work.db, selection, wanted):
        return listing(call, selection.among(wanted), lambda since: [gone for gone in deleted(since) if gone in wanted] if deleted else [])
    page, per_page = 1, min(query.number("per_page", call.cap), call.cap)
    if len(wanted) == 1:
        rows = records.read_one(call.work.db, view, selection, wanted[0])
        total = len(rows.rows)
    else:
        found = records.existing(call.work.db, selection, wanted)
        total = len(found)
        if total > 1:
            page = query.number("page", 1)
            begin = max(0, (page - 1) * per_page - call.shifted)
            found, total = found[begin : begin + per_page], total + call.shifted
        rows = records.read(call.work.db, view, found)
    if not total:
        raise NotFound
    deleted_ids: list[int] | None = [] if "updated_since" in query.given else None
    return Result(call.operation.resource, _shown(call, rows), Listed(total, page, per_page, deleted_ids))


def created(call: RequestContext, record_id: int) -> Result:
    """Answer a record that was just made, with the address where it is found from now on."""
    resource = call.operation.resource
    rows = records.read(call.work.db, resource.view, [record_id])
    return Result(resource, _shown(call, rows), location=f"{call.origin}/api/v3/{resource.path}/{record_id}")


def changed(call: RequestContext, record_id: int) -> Result:
    """Answer a record that was just changed."""
    resource = call.operation.resource
    return Result(resource, _shown(call, records.read(call.work.db, resource.view, [record_id])))


def _shown(call: RequestContext, rows: Rows) -> list[JSON]:
    resource = call.operation.resource
    shown = read_all(call, resource, rows, call.fields)
    for name in call.query.names("include"):
        link = next((link for link in resource.links if link.name == name), None)
        if link is not None:
            _embed(call, link, rows, shown)
    return shown


def read_all(call: RequestContext, resource: Resource, rows: Rows, fields: frozenset[str] | None = None) -> list[JSON]:
    """Turn rows into records; of bookings that are another application's, an owner's token sees the public part."""
    view = call.view_of(resource.plural, fields)
    read, place = reader(resource, rows.columns, view), call.place
    if view.public and "bookings_write_owned" in call.grant.scopes:
        mine = reader(resource, rows.columns, replace(view, public=False))
        owner = rows.columns.index("application_id")
        return [(mine if row[owner] == call.grant.application_id else read)(row, place) for row in rows.rows]
    return [read(row, place) for row in rows.rows]


def _embed(call: RequestContext, link: Link, rows: Rows, shown: list[JSON]) -> None:
    """Put the associated records inside each record, under the association's name."""
    if link.name == "member":
        _embed_members(call, rows, shown)
    elif link.served and link.target in RESOURCES:
        _embed_targets(call, link, rows, shown)
    elif not link.target and link.name != "created_by":
        for record in shown:
            if link.name in record["links"]:  # type: ignore[operator]  # the public part of a record has fewer
                record[link.name] = [] if link.many else None


def _embed_members(call: RequestContext, rows: Rows, shown: list[JSON]) -> None:
    kinds = [str(row[rows.columns.index("member_type")]) for row in rows.rows]
    numbers = [row[rows.columns.index("member_id")] for row in rows.rows]
    found = {
        kind: _fetched(call, plural, [n for n, k in zip(numbers, kinds, strict=True) if k == kind]) for kind, plural in MEMBERS.items()
    }
    for record, kind, number in zip(shown, kinds, numbers, strict=True):
        members = found[kind]
        if members is not None:
            record["member"] = members.get(number)


def _embed_targets(call: RequestContext, link: Link, rows: Rows, shown: list[JSON]) -> None:
    position = rows.columns.index(link.name)
    wanted = [orjson.loads(str(row[position])) if link.many else [row[position]] for row in rows.rows]
    targets = _fetched(call, link.target, [number for numbers in wanted for number in numbers if number is not None])
    if targets is None:
        return
    for record, numbers in zip(shown, wanted, strict=True):
        if link.name not in record["links"]:  # type: ignore[operator]  # the public part of a record has fewer
            continue
        embedded = [targets[number] for number in numbers if number in targets]
        record[link.name] = embedded if link.many else (embedded[0] if embedded else None)


def _fetched(call: RequestContext, plural: str, ids: list[object]) -> dict[object, JSON] | None:
    """Return those of the records that the token sees, by id, or None if it has no scope for them."""
    resource = RESOURCES[plural]
    if call.grant.scopes.isdisjoint(resource.read_scopes):
        call.why.append(f"{plural} are not included: the token lacks {' or '.join(resource.read_scopes)}")
        return None
    seen = records.existing(call.work.db, visible(call, plural), [int(str(number)) for number in dict.fromkeys(ids)])
    rows = records.read(call.work.db, resource.view, seen)
    position = rows.columns.index("id")
    return {row[position]: record for row, record in zip(rows.rows, read_all(call, resource, rows), strict=True)}
