"""What every successful response looks like: envelope, headers, ETag, and the types of the values in it."""

import re

from inbox_contracts.provider.api import JSON, Api, plural_of
from inbox_contracts.provider.expectations import NotJudged, PropertyViolation, expect, same, shown
from inbox_contracts.provider.resources import UNKNOWN, path_of, sure
from inbox_contracts.provider.trial import Trial, claim
from inbox_mock.domain.enumerations import MEMBER_TYPES
from inbox_mock.domain.fidelity import assumed, documented, recorded
from inbox_mock.domain.values import whole_number
from inbox_mock.resources.declaration import Attribute, Resource
from inbox_mock.resources.serialization import templates as templates_of

TIME = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ", re.ASCII)
DECIMAL = re.compile(r"-?\d+\.(0|\d*[1-9])", re.ASCII)
SYNCED_AT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", re.ASCII)
DIGITS = 18
SUCCESS = "application/vnd.api+json; charset=utf-8"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SECONDS = re.compile(r"\d+\.\d+", re.ASCII)
WEAK_ETAG = re.compile(r'W/"[0-9a-f]{32}"')
RECORDINGS = recorded("every recording of the service")
JSON_KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict,
}  # fmt: skip


@claim("envelope", fidelity=RECORDINGS)
def envelope(trial: Trial) -> None:
    """An answer holds links, the records under their plural, and meta, in this order; content type application/vnd.api+json."""
    for resource in trial.readable():
        first = trial.everything(resource)[:1]
        for path in (path_of(resource.plural), *(f"{path_of(resource.plural)}/{record['id']}" for record in first)):
            answer = trial.api.call("GET", path)
            if answer.status == 404:  # a past or cancelled booking
                continue
            same(plural_of(answer), resource.plural, f"{answer.about}: the key of the records")
            keys = list(answer.json)
            same(keys[-1], "meta", f"{answer.about}: the last key")
            if resource.links:
                same(keys[0], "links", f"{answer.about}: the first key")
            else:
                bare = "links" not in keys and all("links" not in record for record in answer.json[resource.plural])
                expect(bare, f"{answer.about}: there are links, and {resource.plural} have no associations")
            same(answer.header("Content-Type"), SUCCESS, f"{answer.about}: Content-Type")
    empty = trial.api.get(path_of("conversations"), updated_since="2100-01-01T00:00:00Z")
    same(list(empty.json), ["links", "conversations", "meta"], f"{empty.about}: the keys of an empty list")
    me = trial.api.get("/me")
    same(list(me.json), ["links", "accounts_applications", "meta"], f"{me.about}: the keys")


@claim("templates", fidelity=recorded("the official Ruby client expands them; without one, each relation raises"))
def templates(trial: Trial) -> None:
    """The envelope's links are absolute URI templates on the host that was asked, one for each association."""
    trial.need_all_views()
    for resource in trial.readable():
        given = trial.api.get(path_of(resource.plural)).json.get("links", {})
        for key, path in templates_of(resource):
            wanted = f"{trial.target.connection.root}/api/v3/{path}"
            expect(key in given, f"the links of {resource.plural} have no template {key}, expected {wanted}")
            same(given[key], wanted, f"the template {key}")


@claim("kinds", fidelity=documented("/reference/enums#formats"))
def kinds(trial: Trial) -> None:
    """Ids are integers, times 2030-06-01T12:00:00Z, decimals text; links are ids, arrays of ids, or an id with a type."""
    for resource in trial.readable():
        for record in trial.everything(resource):
            expect(type(record["id"]) is int, f"the id of one of the {resource.plural} is {record['id']!r}, expected an integer")
            for attribute in resource.attributes:
                if attribute.name in record:
                    _well_formed(resource, record["id"], attribute, record[attribute.name])
            _links_well_formed(resource, record)


def _well_formed(resource: Resource, record_id: int, attribute: Attribute, value: object) -> None:
    told = f"{attribute.name} of {resource.name} {record_id} is {shown(value)}"
    if value is None:
        expect(attribute.null or attribute.fidelity.level == "assumed", f"{told}, which is never null")
        return
    kind = JSON_KINDS[str(attribute.kind.schema["type"])]
    expect(isinstance(value, kind) and (kind is bool or not isinstance(value, bool)), f"{told}, expected {attribute.kind.schema['type']}")
    if attribute.kind.field == "Time":
        expect(TIME.fullmatch(str(value)), f"{told}, expected a time written 2030-06-01T12:00:00Z")
    if attribute.kind.field == "DecimalText":
        expect(DECIMAL.fullmatch(str(value)), f'{told}, expected a decimal written "2700.0"')
    if attribute.kind.field == "Choice" and value != "all":  # recordings of 2018 have a visibility that no longer exists
        expect(value in attribute.kind.options["values"], f"{told}, expected one of {attribute.kind.options['values']}")


def _links_well_formed(resource: Resource, record: JSON) -> None:
    for link in resource.links:
        links = record["links"]
        if link.name not in links:
            continue
        value, told = links[link.name], f"links.{link.name} of {resource.name} {record['id']} is {shown(links[link.name])}"
        if link.many:
            good = isinstance(value, list) and all(type(each) is int for each in value)
            expect(good, f"{told}, expected an array of integers")
        elif link.name in {"member", "created_by"}:
            good = isinstance(value, dict) and type(value.get("id")) is int and isinstance(value.get("type"), str)
            expect(good or (link.null and value is None), f'{told}, expected {{"id": 1, "type": "..."}}')
            if good and link.name == "member":
                expect(value["type"] in MEMBER_TYPES, f"{told}, expected one of the types {', '.join(MEMBER_TYPES)}")
        else:
            expect(type(value) is int or (link.null and value is None), f"{told}, expected an id{' or null' if link.null else ''}")


@claim("attributes", fidelity=documented("/reference/endpoints"))
def attributes(trial: Trial) -> None:
    """A record has every attribute and association that is documented or recorded for it, null where there is nothing."""
    for resource in trial.readable():
        for record in trial.everything(resource):
            if resource.plural == "bookings" and "booked" not in record:  # the public part, for tokens without bookings_read
                continue
            missing = [a.name for a in sure(resource) if a.name not in record and a.scope is None]
            expect(not missing, f"{resource.name} {record['id']} has no {', '.join(missing)}")
            untied = [n.name for n in resource.links if n.fidelity.level != "assumed" and n.scope is None and n.name not in record["links"]]
            expect(not untied, f"the links of {resource.name} {record['id']} have no {', '.join(untied)}")


@claim("synced-at", fidelity=recorded("every answer since 2016-12; the official sync library raises without it"))
def synced_at(trial: Trial) -> None:
    """Every answer tells in x-updated-since-request-synced-at what to ask for next time."""
    for resource in trial.readable():
        for more in ({}, {"page": 2}):
            answer = trial.api.get(path_of(resource.plural), **more)
            synced = answer.header("x-updated-since-request-synced-at")
            good = synced is not None and SYNCED_AT.fullmatch(synced)
            expect(good, f"{answer.about}: x-updated-since-request-synced-at is {shown(synced)}, expected 2030-06-01 12:00:00 UTC")


@claim("usual-headers", fidelity=recorded("every answer"))
def usual_headers(trial: Trial) -> None:
    """Answers are kept by nobody unasked (Cache-Control), each has a UUID of its own (X-Request-Id) and tells seconds (X-Runtime)."""
    answers = [trial.api.get(path_of("conversations"), per_page=1) for _ in range(2)]
    for answer in answers:
        same(answer.header("Cache-Control"), "max-age=0, private, must-revalidate", f"{answer.about}: Cache-Control")
        for name, pattern in (("X-Request-Id", UUID), ("X-Runtime", SECONDS)):
            value = answer.header(name)
            expect(value is not None and pattern.fullmatch(value), f"{answer.about}: {name} is {shown(value)}, expected {pattern.pattern}")
    ids = [answer.header("X-Request-Id") for answer in answers]
    expect(ids[0] != ids[1], f"{answers[1].about}: X-Request-Id is {ids[1]}, as that of the request before")


@claim("vary", fidelity=recorded("Origin from 2018 to 2021, Accept and Origin in 2021 and later"))
def vary(trial: Trial) -> None:
    """Vary names Origin, so that no cache gives one page's answer to another."""
    answer = trial.api.get(path_of("conversations"), per_page=1)
    named = [name.strip().lower() for name in (answer.header("Vary") or "").split(",")]
    expect("origin" in named, f"{answer.about}: Vary is {answer.header('Vary')!r}, expected Origin in it")


@claim("head", fidelity=assumed("RFC 9110 wants it, and Rack does it; no recording has a HEAD"), reads=False)
def head(trial: Trial) -> None:
    """HEAD is answered with the status and the headers that GET has, and without a body."""
    for path in (path_of("conversations"), f"{path_of('conversations')}/{UNKNOWN}"):
        got = trial.api.call("GET", path)
        asked = trial.api.call("HEAD", path)
        same(asked.status, got.status, f"{asked.about}: the status, which GET has")
        same(asked.body, b"", f"{asked.about}: the body")
        for name in ("Content-Type", "ETag", "Link", "X-Total-Count"):
            same(asked.header(name), got.header(name), f"{asked.about}: {name}, as GET has it")


@claim("rate-limit-headers", fidelity=documented("/reference; full hours are recorded"))
def rate_limit_headers(trial: Trial) -> None:
    """X-RateLimit-Limit, -Remaining and -Reset are told; Remaining falls with each call, Reset is a full hour."""
    before = _allowance(trial.api)
    after = _allowance(trial.api, page=2)
    expect(before[1] <= before[0], f"X-RateLimit-Remaining is {before[1]}, more than X-RateLimit-Limit, {before[0]}")
    same(before[2] % 3600, 0, "X-RateLimit-Reset, seconds after a full hour")
    if not before[1]:
        raise NotJudged("no request of this hour is left, so none can be counted off")
    if before[2] == after[2]:
        falls = after[1] == before[1] - 1 if trial.target.is_fake else after[1] < before[1]  # elsewhere others call, too
        expect(falls, f"X-RateLimit-Remaining is {before[1]}, and {after[1]} after one more call, expected one less")


def _allowance(api: Api, **query: object) -> tuple[int, int, int]:
    answer = api.get("/accounts", **query)
    found: list[int] = []
    for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
        value = answer.header(name)
        number = None if value is None else whole_number(value, DIGITS)
        if number is None:
            raise PropertyViolation(f"{answer.about}: {name} is {shown(value)}, expected a number")
        found.append(number)
    return found[0], found[1], found[2]


@claim("etag", fidelity=recorded("every recording of a 200; that it tells bodies apart is what an ETag is for"))
def etag(trial: Trial) -> None:
    """Every success has a weak ETag of 32 hex digits: the same one for the same body, another one for another."""
    for resource in trial.readable():
        first, second = (trial.api.get(path_of(resource.plural)) for _ in range(2))
        found = first.header("ETag") or ""
        expect(WEAK_ETAG.fullmatch(found), f'{first.about}: ETag is {shown(found)}, expected W/"<32 hex digits>"')
        if first.body == second.body:
            same(second.header("ETag"), first.header("ETag"), f"{second.about}: the ETag of the same body")
        other = trial.api.get(path_of(resource.plural), per_page=1)
        if other.body != first.body:
            expect(other.header("ETag") != first.header("ETag"), f"{other.about}: another body has the same ETag, {first.header('ETag')}")


@claim("not-modified", fidelity=assumed("ETag and must-revalidate are recorded, what becomes of If-None-Match is not"))
def not_modified(trial: Trial) -> None:
    """If-None-Match with the current ETag is answered 304, without a body."""
    for resource in trial.readable():
        path = path_of(resource.plural)
        first = trial.api.get(path)
        etag = first.header("ETag") or ""
        again = trial.api.call("GET", path, headers={"If-None-Match": etag})
        same(again.status, 304, f"{again.about}: the status, with the current ETag in If-None-Match")
        same(again.body, b"", f"{again.about}: the body of a 304")
        same(again.header("ETag"), etag, f"{again.about}: the ETag of a 304")


@claim("new-etag", fidelity=recorded("RFC 9110, which the recorded headers invoke"), reads=False)
def new_etag(trial: Trial) -> None:
    """When a record has changed, its ETag and that of its list are others, and the old ones are answered 200."""
    with trial.workspace() as workspace:
        path, booking = path_of("conversations"), {"id": workspace.id("bookings")}
        one = f"{path}/{workspace.id('conversations')}"
        last_page = f"{path}?page={workspace.api.get(path).header('X-Total-Pages')}"  # where the newest is
        changes = (
            (last_page, one, "conversations", {"closed": True}),
            (one, one, "conversations", {"closed": False}),
            (one, f"{one}/connect_booking", "bookings", booking),  # which moves no updated_at
        )
        for address, changed, plural, written in changes:
            before = workspace.api.get(address)
            workspace.advance("3s")
            workspace.api.put(changed, plural, written)
            held = {"If-None-Match": before.header("ETag") or ""}
            after = workspace.api.call("GET", address, headers=held)
            same(after.status, 200, f"{after.about}: the status after a change, with the ETag of before")
            expect(after.header("ETag") != before.header("ETag"), f"{after.about}: the ETag is still {after.header('ETag')} after a change")


HEADER_NAMES = ("X-Total-Pages", "X-Total-Count", "X-Per-Page", "Link", "x-updated-since-request-synced-at")


@claim("header-names", fidelity=recorded("the PHP client reads names of headers as they are written"))
def header_names(trial: Trial) -> None:
    """Headers of lists are written X-Total-Pages, X-Total-Count, X-Per-Page, Link, x-updated-since-request-synced-at."""
    answer = trial.api.get(path_of("conversations"))
    written = {name.lower(): name for name, _ in answer.headers}
    for name in HEADER_NAMES:
        same(written.get(name.lower()), name, f"{answer.about}: how the header's name is written")


@claim("modified", fidelity=recorded("RFC 9110, which the recorded headers invoke"))
def modified(trial: Trial) -> None:
    """If-None-Match with another ETag is answered as if it were not there."""
    for resource in trial.readable():
        stale = trial.api.call("GET", path_of(resource.plural), headers={"If-None-Match": f'W/"{"0" * 32}"'})
        same(stale.status, 200, f"{stale.about}: the status, with another ETag in If-None-Match")
