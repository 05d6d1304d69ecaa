"""From rows to JSON: one plain function per resource and view, made from its declaration."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from orjson import Fragment, loads

from inbox_mock.resources.declaration import Attribute, Link, Resource
from inbox_mock.resources.field_types import UPLOAD

JSON = dict[str, Any]
Columns = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Projection:
    """The part of a record that is shown.

    ``fields`` names the attributes wanted, or None for all; ``public`` leaves out what needs a read scope; ``hidden``
    names attributes and links that this token may not see; ``created_by`` is the switch of that name.
    """

    fields: frozenset[str] | None = None
    public: bool = False
    hidden: frozenset[str] = frozenset()
    created_by: str = "both"


@dataclass(frozen=True, slots=True)
class RenderContext:
    """The context of a response: the prefix of uploads' addresses, and the application that reads."""

    uploads: str = ""
    application_id: int | None = None


DETAILS = "details"
"""The column, of a table that has it, with the attributes that have none of their own: an object, as the API shows them."""

Reader = Callable[[Sequence[object], RenderContext], JSON]
FULL = Projection()


@lru_cache(maxsize=512)
def projection(resource: Resource, scopes: frozenset[str], created_by: str, fields: frozenset[str] | None = None) -> Projection:
    """Return the part of a resource's records that a token with these scopes sees, of ``fields``, or of all attributes."""
    public = bool(resource.full_scopes) and scopes.isdisjoint(resource.full_scopes)
    needed = [(a.name, a.scope) for a in resource.attributes] + [(link.name, link.scope) for link in resource.links]
    hidden = frozenset(name for name, scope in needed if scope is not None and scope not in scopes)
    return Projection(fields, public, hidden, created_by)


def templates(resource: Resource, projection: Projection = FULL) -> tuple[tuple[str, str], ...]:
    """Return the URI templates of the links that are shown: key, and path under the API's base."""
    return tuple(template for link in _links_shown(resource, projection) for template in link.templates_under(resource.plural))


@lru_cache(maxsize=512)
def reader(resource: Resource, columns: Columns, projection: Projection = FULL) -> Reader:
    """Return the function that turns a row with these columns into the record that the API shows."""
    index = {name: position for position, name in enumerate(columns)}
    links, attributes = _links_shown(resource, projection), _attributes_shown(resource, projection)
    names = ("links", *(("id",) if resource.has_id else ()), *(a.name for a in attributes))
    take = _taker([index.get(name, 0) for name in names])
    converted = [(a.name, a.kind.reads) for a in attributes if a.kind.reads is not None and a.name in index]
    detailed = [a.name for a in attributes if DETAILS in index and a.name not in index]
    uploads = [a.name for a in attributes if a.kind.options.get("role") == UPLOAD]
    owned = "owned_by_app" in names
    link_names = tuple(link.name for link in links)
    take_links = _taker([index.get(name, 0) for name in link_names])
    lists = tuple(link.name for link in links if link.many and link.name in index)
    worked_out = [(link.name, _link(link, index)) for link in links if link.name not in index or link.name == "member"]

    def read(row: Sequence[object], context: RenderContext) -> JSON:
        record: JSON = dict(zip(names, take(row), strict=True))
        if links:
            found: JSON = dict(zip(link_names, take_links(row), strict=True))
            record["links"] = found
            for name in lists:
                found[name] = Fragment(found[name])
            for name, link in worked_out:
                found[name] = link(row)
        else:
            del record["links"]
        for name, convert in converted:
            record[name] = convert(record[name])
        if detailed:
            details = loads(str(row[index[DETAILS]]))
            record.update({name: details[name] for name in detailed})
        for name in uploads:
            record[name] = f"{context.uploads}/{record['id']}/{record[name]}"
        if owned:
            record["owned_by_app"] = context.application_id is not None and row[index["application_id"]] == context.application_id
        return record

    return read


def _links_shown(resource: Resource, projection: Projection) -> list[Link]:
    shown = [link for link in resource.links if link.name not in projection.hidden and (link.public or not projection.public)]
    return [link for link in shown if link.name != "created_by" or projection.created_by != "attributes"]


def _attributes_shown(resource: Resource, projection: Projection) -> list[Attribute]:
    shown = [a for a in resource.attributes if a.read and a.name not in projection.hidden and (a.public or not projection.public)]
    if projection.created_by == "links":
        shown = [a for a in shown if not a.name.startswith("created_by_") or resource.name == "booking"]
    return [a for a in shown if projection.fields is None or a.name in projection.fields]


def _taker(positions: list[int]) -> Callable[[Sequence[object]], Sequence[object]]:
    if len(positions) == 1:
        return lambda row: (row[positions[0]],)
    return itemgetter(*positions) if positions else lambda _row: ()


def _link(link: Link, index: Mapping[str, int]) -> Callable[[Sequence[object]], object]:
    if link.name == "created_by":
        number, kind = index["created_by_id"], index["created_by_type"]
        return lambda row: None if row[number] is None else {"id": row[number], "type": row[kind]}
    if link.name == "member":
        number, kind = index["member_id"], index["member_type"]
        return lambda row: {"id": row[number], "type": row[kind]}
    return (lambda _row: []) if link.many else (lambda _row: None)
