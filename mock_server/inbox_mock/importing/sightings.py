"""What recorded answers, webhooks and requests show of records: attributes and links, in the order of the API's time."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any, TypeGuard

import orjson

from inbox_mock.domain import limits
from inbox_mock.domain.enumerations import MEMBERS
from inbox_mock.domain.values import whole_number
from inbox_mock.importing.calls import DIGITS, OF_A_FAKE, ApiExchange, webhook_of
from inbox_mock.recordings import Lost, header
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.declaration import Attribute, Link, Resource
from inbox_mock.webhooks.event_types import event_types

JSON = dict[str, Any]
Order = tuple[datetime, int]
"""When something was seen: the API's time, and the number of the exchange."""
Key = tuple[str, int]
"""A record: the plural of its resource, and its id."""
IMPLIED = {
    ("conversations", "messages"): ("messages", "conversation"),
    ("conversations", "participants"): ("participants", "conversation"),
    ("conversations", "inquiries"): ("inquiries", "conversation"),
    ("hosts", "participants"): ("participants", "member"),
    ("sources", "bookings"): ("bookings", "source"),
    ("attachments", "messages"): ("messages", "attachments"),
    ("bookings", "conversations"): ("conversations", "bookings"),
}
"""Links that the fake works out from the other side: of which resource they are, and the link there that stands for them."""
NOT_FILTERS = frozenset({"page", "per_page", "include", "fields"})


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one exchange showed of a record: attributes and links by name, as JSON."""

    order: Order
    shown: bytes

    def record(self) -> JSON:
        """Return it."""
        found: JSON = orjson.loads(self.shown)
        return found


@dataclass(slots=True)
class ListSeen:
    """A list with one set of filters: the total that it told first, records on a page, and the ids on the pages that were seen."""

    order: Order
    total: int
    per_page: int
    pages: dict[int, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Sightings:
    """All that was seen.

    ``own`` are records that the client created; ``touched`` says when its writes were about a record, ``referred`` when only its
    id was told. ``implied`` are the records at the other end of a link that tell of it, which ``whole`` names with their link: it has
    told of all. ``deleted`` says in which list since which time a record was said to be deleted, ``unsure``
    when the client tried to make a record, and was not told whether it did.
    """

    seen: dict[Key, list[Sighting]] = field(default_factory=dict)
    implied: dict[Key, dict[str, dict[int, None]]] = field(default_factory=dict)
    whole: set[tuple[str, int, str]] = field(default_factory=set)
    referred: dict[Key, Order] = field(default_factory=dict)
    own: set[Key] = field(default_factory=set)
    touched: dict[Key, list[Order]] = field(default_factory=dict)
    deleted: dict[Key, tuple[Order, str]] = field(default_factory=dict)
    lists: dict[tuple[str, frozenset[tuple[str, str]], int], ListSeen] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    unsure: list[tuple[str, datetime]] = field(default_factory=list)
    first_write: Order | None = None
    _known: set[bytes] = field(default_factory=set)

    @property
    def told_alone(self) -> tuple[Collection[Key], ...]:
        """The records of which ids are told, shown or not."""
        return self.own, self.referred, self.implied, self.deleted

    def note(self, call: ApiExchange, order: Order) -> None:
        """Take what a call shows."""
        if call.part == "uploads":
            self._file(call, order)
            return
        if call.part == "webhook":
            event = webhook_of(call.exchange) or {}
            about = RESOURCES[event_types()[event["event"]].plural]
            self._records(about, objects([event["resource"].get(about.name)]), order)
            return
        resource, body = call.resource, call.answer
        if call.part == "api" and call.method == "GET" and resource is not None and (call.succeeded or call.not_modified):
            self._listed(call, resource, body, order)
        if call.method == "POST" and call.writes and resource is not None and call.is_unsure:
            self.unsure.append((resource.plural, order[0]))
        if call.part != "api" or not call.succeeded:
            return
        if call.writes:
            self.first_write = order if self.first_write is None else min(self.first_write, order)
            self._written(call, body, order)
        if resource is None:
            return
        raw = blake2b(call.exchange.response.body or b"", digest_size=16, key=b"body").digest() if call.exchange.response else b""
        if raw not in self._known:
            self._known.add(raw)
            self._records(resource, objects(body.get(resource.plural)), order)

    def _file(self, call: ApiExchange, order: Order) -> None:
        """Keep a file that was downloaded; on a fake its address tells the attachment."""
        answer = call.exchange.response
        if answer is None or answer.status != 200:
            return
        content = answer.body if Lost.BINARY not in call.exchange.lost else None
        if content is not None and sum(map(len, self.files.values())) + len(content) <= limits.UPLOADS:
            self.files[call.path] = content
        named = OF_A_FAKE.fullmatch(call.path)
        if named is not None:
            found = {"id": int(named[1]), "url": call.path, "file_content_type": answer.header("Content-Type")}
            self._records(RESOURCES["attachments"], [found | ({} if content is None else {"file_size": len(content)})], order)

    def _records(self, resource: Resource, records: list[JSON], order: Order) -> None:
        for record in records:
            for target, nested in _embedded(resource, record):
                self._records(target, nested, order)
            if resource.has_id and is_id(record.get("id")):
                self._record(resource, record, order)
            elif not resource.has_id:
                self._refer("accounts", _links(record).get("account"), order)

    def _record(self, resource: Resource, record: JSON, order: Order) -> None:
        key = resource.plural, record["id"]
        shown = orjson.dumps(normalised(resource, record))
        mark = blake2b(shown, digest_size=16, key=f"{key}".encode()).digest()
        if mark not in self._known:
            self._known.add(mark)
            self.seen.setdefault(key, []).append(Sighting(order, shown))
        for name, found in _links(record).items():
            target, link = IMPLIED.get((resource.plural, name), ("", ""))
            if not target or not isinstance(found, list):
                continue
            self.whole.add((*key, name))
            for other in filter(is_id, found):
                self.implied.setdefault((target, other), {}).setdefault(link, {})[key[1]] = None

    def _listed(self, call: ApiExchange, resource: Resource, body: JSON, order: Order) -> None:
        query, records = call.query, objects(body.get(resource.plural))
        meta = body.get("meta")
        deleted = meta.get("deleted_ids") if isinstance(meta, dict) else None
        for number in deleted if isinstance(deleted, list) else ():
            if is_id(number):
                self.deleted.setdefault((resource.plural, number), (order, query.get("updated_since", "")))
        if call.ids or not resource.has_id:
            return
        total, per_page = told_number(call, body, "X-Total-Count"), told_number(call, body, "X-Per-Page")
        if total is None or not per_page:
            return
        filters = frozenset((name, value) for name, value in query.items() if name not in NOT_FILTERS)
        token = hash(header(call.exchange.request.headers, "Authorization"))
        found = self.lists.setdefault((resource.plural, filters, token), ListSeen(order, total, per_page))
        page = whole_number(query.get("page", "1"), DIGITS) or 1
        if (found.total, found.per_page) == (total, per_page):
            found.pages.setdefault(page, [record["id"] for record in records if is_id(record.get("id"))])

    def _written(self, call: ApiExchange, body: JSON, order: Order) -> None:
        """Note what a client's write was about: records that it made, and those that it, or its answer, names."""
        resource = call.resource
        if resource is None:
            return
        about: set[Key] = {(resource.plural, number) for number in call.ids}
        answered = objects(body.get(resource.plural))
        for record in answered:
            if is_id(record.get("id")):
                about.add((resource.plural, record["id"]))
                if call.method == "POST":
                    self.own.add((resource.plural, record["id"]))
            about |= {key for name in _links(record) for key in references(resource, name, _links(record)[name])}
        about |= set(_named(resource, call.sent))
        for key in about:
            self.touched.setdefault(key, []).append(order)
            self.referred.setdefault(key, order)

    def _refer(self, plural: str, number: object, order: Order) -> None:
        if is_id(number):
            self.referred.setdefault((plural, number), order)


def normalised(resource: Resource, record: JSON) -> JSON:
    """Return the attributes and links of a record that its own row holds, by name; what embeds other records is left out."""
    links = _links(record)
    found = {a.name: record[a.name] for a in resource.attributes if a.read and a.name in record and _is_value(a, record[a.name])}
    kept = [link for link in resource.links if link.name in links and is_kept(resource, link.name)]
    found |= {link.name: links[link.name] for link in kept if _is_link(link, links[link.name])}
    creator = links.get("created_by")
    found.pop("created_by", None)
    if isinstance(creator, dict) and is_id(creator.get("id")):
        found |= {"created_by_id": creator.get("id"), "created_by_type": creator.get("type")}
    return found


def _is_value(attribute: Attribute, value: object) -> bool:
    """Return whether an attribute can have a value of this form: a list or an object, or neither."""
    if attribute.kind.field == "RecordId":
        return value is None or is_id(value)
    return isinstance(value, list | dict) == (attribute.kind.schema.get("type") in {"array", "object"}) or value is None


def _is_link(link: Link, value: object) -> bool:
    """Return whether a link can have this value."""
    if link.name in {"member", "created_by"}:
        return isinstance(value, dict) and is_id(value.get("id")) and (link.name != "member" or value.get("type") in MEMBERS)
    return isinstance(value, list) and all(map(is_id, value)) if link.many else value is None or is_id(value)


def is_kept(resource: Resource, name: str) -> bool:
    """Return whether a link is kept with the record itself: others follow from the record at their other end."""
    link = next(link for link in resource.links if link.name == name)
    known = link.target in RESOURCES or link.target == "users" or name in {"member", "created_by", "bookings_tags"}
    return known and (resource.plural, name) not in IMPLIED


def references(resource: Resource, name: str, value: object) -> Iterator[Key]:
    """Yield the records that a link of this name refers to."""
    if name == "member":
        if isinstance(value, dict) and value.get("type") in MEMBERS and is_id(value.get("id")):
            yield MEMBERS[value["type"]], value["id"]
        return
    target = next((link.target for link in resource.links if link.name == name), "")
    if target in RESOURCES or target == "users":
        for number in value if isinstance(value, list) else [value]:
            if is_id(number):
                yield target, number


def _named(resource: Resource, body: JSON) -> Iterator[Key]:
    """Yield the records that a written body names: by attributes such as ``sender_id``, or alone where they are attached."""
    for plural, records in body.items():
        target = RESOURCES.get(plural)
        if target is None:
            continue
        for record in objects(records):
            if target is not resource and is_id(record.get("id")):
                yield plural, record["id"]
            for name, value in record.items():
                link = re.sub("_id(s?)$", r"\1", name)
                yield from references(target, link, value) if link != name else ()


def told_number(call: ApiExchange, body: Mapping[str, Any], name: str) -> int | None:
    """Return a number that the answer's headers tell, or its meta."""
    meta = body.get("meta")
    found = call.answered(name) or (meta.get(name) if isinstance(meta, dict) else None)
    return whole_number(found, DIGITS) if isinstance(found, str) else None


def is_id(value: object) -> TypeGuard[int]:
    """Return whether a value can be the id of a record."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


def _embedded(resource: Resource, record: JSON) -> Iterator[tuple[Resource, list[JSON]]]:
    for link in resource.links:
        nested = record.get(link.name)
        if not nested or not isinstance(nested, dict | list):
            continue
        target = RESOURCES.get(link.target)
        if link.name == "member" and isinstance(_links(record).get("member"), dict):
            target = RESOURCES.get(MEMBERS.get(_links(record)["member"].get("type"), ""))
        if target is not None:
            yield target, objects(nested if isinstance(nested, list) else [nested])


def _links(record: JSON) -> JSON:
    found = record.get("links")
    return found if isinstance(found, dict) else {}


def objects(found: object) -> list[JSON]:
    """Return the objects of a list; none of what is no list."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
