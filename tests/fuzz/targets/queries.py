"""Addresses of the API: ids in the path, ``fields`` and ``include``, pages; read here once more, by regular expressions."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from math import ceil
from string import punctuation
from typing import Any
from urllib.parse import quote, unquote, unquote_plus

import orjson

from fuzz.served import TOKEN, asked
from fuzz.target import target
from hostile.wire import Reply, written
from inbox_mock.domain import limits
from inbox_mock.resources import RESOURCES
from whole import LISTS

STATUSES = {200, 400, 404, 405, 414}
USUAL_PER_PAGE = 100
ADDRESS = re.compile(rf"({'|'.join(map(re.escape, LISTS))})(?:/([^/?]+))?(?:\?(.*))?", re.DOTALL)
FILTERS = {"updated_since", "ids", "from", "until", "months", "status", "rental_id", "client_id", "include_canceled"}
JOINED = {name for resource in RESOURCES.values() for name in (resource.path, *(link.name for link in resource.links))}


def addresses() -> Iterator[bytes]:
    """Addresses with every parameter."""
    for path in LISTS:
        yield path.encode()
    yield b"/bookings/80,81%2C80,,x?fields=id,status,nothing&include=rental,client"
    yield b"/inbox/messages?page=2&per_page=1&fields=content&include=sender,attachments,conversation"
    yield b"/inbox/messages/21,22?per_page=1&page=+2&page=2&include[]=x&include[]=y"
    yield b"/bookings?from=20300601&until=2031-01-01T00:00:00%2B02:00&months=12&status=booked,tentative&include_canceled=true"
    yield b"/inbox/conversations?updated_since=2030-06-01%2010:00:00%20UTC&ids=11,12"
    yield b"/rentals/16.json/?per_page=%D9%A1&page=99999999999999999999"
    yield b"//bookings/80/?%zz&=&&a=%00"


@target(
    holds="no address is a bug of the fake, and a list holds exactly the ids, attributes, associations and pages that were asked for",
    seeds=addresses,
    words=(
        *(b",", b"&", b"=", b"%2C", b"%00", b"+", b"%20", b"?", b"/", b"[]", b"updated_since=", b"ids=", b"per_page=", b"page=", b".json"),
        *(b"fields=", b"include=", b"9223372036854775807", b"9223372036854775808", b"%D9%A1", b"%ff", b"links", b"id"),
        *(name.encode() for name in sorted(JOINED)),
    ),
    longest=1024,
)
def queries(sent: bytes) -> None:
    address = quote(sent, safe=punctuation.replace("#", ""))
    reply = get(f"/api/v3{address}")
    assert reply.status in STATUSES or not address.startswith("/"), reply.status
    found = ADDRESS.fullmatch(address)
    if reply.status >= 400:
        assert found is None or orjson.loads(reply.body)["errors"]
    if found is not None and not address.partition("?")[0].endswith(".json"):
        path, ids, query = found.groups()
        given = {
            unquote_plus(name): unquote_plus(value) for name, _, value in (pair.partition("=") for pair in (query or "").split("&") if pair)
        }
        judge(reply, path, None if ids is None else unquote(ids), given)


def get(target: str) -> Reply:
    return asked(written("GET", target, token=TOKEN))


def judge(reply: Reply, path: str, ids: str | None, given: Mapping[str, str]) -> None:
    """Hold a list to what was asked for."""
    known = whole(path)
    wanted = set(known) if ids is None else known.keys() & {int(part) for part in ids.split(",") if re.fullmatch("[0-9]{1,19}", part)}
    if reply.status == 414:
        return
    if not wanted and ids is not None:
        assert reply.status == 404, reply.status
    if reply.status != 200:
        assert not wanted or FILTERS & given.keys(), f"{reply.status} for {wanted}"
        return
    records = next(value for key, value in orjson.loads(reply.body).items() if key not in {"links", "meta"})
    found = [record["id"] for record in records]
    assert wanted.issuperset(found)
    if not FILTERS & given.keys():
        page, per_page = number(given, "page") or 1, min(number(given, "per_page") or USUAL_PER_PAGE, USUAL_PER_PAGE)
        if ids is not None and len(wanted) == 1:
            page = 1
        assert reply.headers["x-total-count"] == str(len(wanted))
        assert reply.headers["x-total-pages"] == str(max(1, ceil(len(wanted) / per_page)))
        assert len(found) == len(set(found)) == max(0, min(per_page, len(wanted) - (page - 1) * per_page))
    for record in records:
        judge_attributes(record, known[record["id"]], names(given, "fields"), names(given, "include"))


def judge_attributes(record: dict[str, Any], complete: dict[str, Any], fields: set[str], included: set[str]) -> None:
    """Hold a record to the attributes that were asked for."""
    joined = included & complete.get("links", {}).keys()
    shown = complete.keys() & (fields | {"id", "links"}) if fields else complete.keys()
    assert shown <= record.keys() <= shown | joined | JOINED & included, (record.keys(), shown)
    for name in shown - joined - {"links"}:
        assert record[name] == complete[name], name


def number(given: Mapping[str, str], name: str) -> int:
    """A number of up to 15 digits; 0 for anything else."""
    text = given.get(name, "")
    return int(text) if re.fullmatch("[0-9]{1,15}", text) else 0


def names(given: Mapping[str, str], name: str) -> set[str]:
    """The first hundred names of a list."""
    stripped = (part.strip() for part in given.get(name, "").split(","))
    return set(list(dict.fromkeys(part for part in stripped if part))[: limits.NAMES])


@cache
def whole(path: str) -> dict[int, dict[str, Any]]:
    """Every record of a list, complete, by id."""
    content = orjson.loads(get(f"/api/v3{path}").body)
    (records,) = (value for key, value in content.items() if key not in {"links", "meta"})
    return {record["id"]: record for record in records}
