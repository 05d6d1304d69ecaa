"""What every successful response looks like: envelope, headers, ETag, and the types of the values in it."""

import re

from inbox_contracts.provider.api import JSON, Api, plural_of, the_record
from inbox_contracts.provider.expectations import NotJudged, expect, same, shown
from inbox_contracts.provider.headers import allowance_of, tells_its_making
from inbox_contracts.provider.resources import UNKNOWN, path_of, sure
from inbox_contracts.provider.trial import Trial, claim
from inbox_mock.domain.enumerations import MEMBER_TYPES
from inbox_mock.domain.fidelity import assumed, documented, recorded
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.declaration import Attribute, Resource
from inbox_mock.resources.serialization import templates as templates_of

TIME = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ", re.ASCII)
DECIMAL = re.compile(r"-?\d+\.(0|\d*[1-9])", re.ASCII)
SYNCED_AT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", re.ASCII)
SUCCESS = "application/vnd.api+json; charset=utf-8"
RECORDINGS = recorded("every recording of the service")
JSON_KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict,
}  # fmt: skip


@claim("envelope", fidelity=RECORDINGS)
def envelope(trial: Trial) -> None:
    """An answer holds links, the records under their plural, and meta, in this order; content type application/vnd.api+json."""
    for resource in trial.readable():
        for answer in trial.answers(resource):
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


@claim("me", fidelity=documented("/reference/endpoints/me"))
def me(trial: Trial) -> None:
    """/me answers the application on the token's account, one record without an id, with the figures of a list of one."""
    answer = trial.api.get("/me")
    same(list(answer.json), ["links", "accounts_applications", "meta"], f"{answer.about}: the keys")
    template = f"{trial.target.connection.root}/api/v3/accounts/{{accounts_applications.account}}"
    same(answer.json["links"], {"accounts_applications.account": template}, f"{answer.about}: the templates")
    record = the_record(answer)
    accounts = [account["id"] for account in trial.everything(RESOURCES["accounts"])]
    own = record["links"]["account"]
    expect(own in accounts, f"{answer.about}: links.account is {shown(own)}, expected one of {accounts}")
    expect(isinstance(record.get("partnership_invoice_recipient"), str), f"{answer.about}: no partnership_invoice_recipient")
    figures = {name: answer.json["meta"].get(name) for name in ("X-Total-Pages", "X-Total-Count")}
    same(figures, {"X-Total-Pages": "1", "X-Total-Count": "1"}, f"{answer.about}: the figures in meta")


@claim("templates", fidelity=recorded("the official Ruby client expands them; without one, each relation raises"))
def templates(trial: Trial) -> None:
    """The envelope's links are absolute URI templates on the host that was asked, one for each association."""
    trial.need_all_views()
    for resource in trial.readable():
        for answer in trial.answers(resource):
            given = answer.json.get("links", {})
            for key, path in templates_of(resource):
                wanted = f"{trial.target.connection.root}/api/v3/{path}"
                expect(key in given, f"{answer.about}: the links of {resource.plural} have no template {key}, expected {wanted}")
                same(given[key], wanted, f"{answer.about}: the template {key}")


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
        for answer in trial.answers(resource):
            synced = answer.header("x-updated-since-request-synced-at")
            good = synced is not None and SYNCED_AT.fullmatch(synced)
            expect(good, f"{answer.about}: x-updated-since-request-synced-at is {shown(synced)}, expected 2030-06-01 12:00:00 UTC")


@claim("usual-headers", fidelity=recorded("every answer"))
def usual_headers(trial: Trial) -> None:
    """Answers are kept by nobody unasked (Cache-Control), each has a UUID of its own (X-Request-Id) and tells seconds (X-Runtime)."""
    ids = set[str]()
    for resource in trial.readable():
        for answer in trial.answers(resource):
            same(answer.header("Cache-Control"), "max-age=0, private, must-revalidate", f"{answer.about}: Cache-Control")
            tells_its_making(answer)
            told = answer.header("X-Request-Id") or ""
            expect(told not in ids, f"{answer.about}: X-Request-Id is {told}, as that of a request before")
            ids.add(told)
    if trial.target.is_fake:  # elsewhere who asks too often is refused
        tells_its_making(trial.api.call("GET", f"{path_of('conversations')}/{UNKNOWN}"))


@claim("vary", fidelity=recorded("Origin from 2018 to 2021, Accept and Origin in 2021 and later"))
def vary(trial: Trial) -> None:
    """Vary names Origin, so that no cache gives one page's answer to another."""
    for resource in trial.readable():
        for answer in trial.answers(resource):
            named = [name.strip().lower() for name in (answer.header("Vary") or "").split(",")]
            expect("origin" in named, f"{answer.about}: Vary is {answer.header('Vary')!r}, expected Origin in it")


HEADERS_OF_GET = ("Content-Type", "ETag", "Link", "X-Total-Pages", "X-Total-Count", "X-Per-Page", "Cache-Control", "X-RateLimit-Limit")


@claim("head", fidelity=assumed("RFC 9110 wants it, and Rack does it; no recording has a HEAD"), reads=False)
def head(trial: Trial) -> None:
    """HEAD is answered with the status and the headers that GET has, and without a body."""
    unknown = f"{path_of('conversations')}/{UNKNOWN}"
    paths = [path_of(resource.plural) for resource in trial.readable()]
    ones = [f"{path_of(resource.plural)}/{record['id']}" for resource in trial.readable() for record in trial.everything(resource)[-1:]]
    for path in (*paths, *ones, unknown):
        got = trial.api.call("GET", path)
        asked = trial.api.call("HEAD", path)
        same(asked.status, got.status, f"{asked.about}: the status, which GET has")
        same(asked.body, b"", f"{asked.about}: the body")
        for name in HEADERS_OF_GET:
            same(asked.header(name), got.header(name), f"{asked.about}: {name}, as GET has it")
        synced = "x-updated-since-request-synced-at"
        expect(asked.header(synced) or not got.header(synced), f"{asked.about}: no {synced}, which GET has")


@claim("rate-limit-headers", fidelity=documented("/reference; full hours are recorded"))
def rate_limit_headers(trial: Trial) -> None:
    """X-RateLimit-Limit, one for all, -Remaining and -Reset are sent; Remaining falls with each call, Reset is a full hour."""
    limits = {allowance_of(answer)[0]: answer.about for resource in trial.readable() for answer in trial.answers(resource)}
    expect(
        len(limits) == 1,
        f"an application has one limit, X-RateLimit-Limit is {', '.join(f'{n} with {told}' for n, told in limits.items())}",
    )
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
    return allowance_of(api.get("/accounts", **query))


HEADER_NAMES = ("X-Total-Pages", "X-Total-Count", "X-Per-Page", "Link", "x-updated-since-request-synced-at")


@claim("header-names", fidelity=recorded("the PHP client reads names of headers as they are written"))
def header_names(trial: Trial) -> None:
    """Headers of lists are written X-Total-Pages, X-Total-Count, X-Per-Page, Link, x-updated-since-request-synced-at."""
    answer = trial.api.get(path_of("conversations"))
    names = [name for name, _ in answer.headers]
    capitals = ["-".join(word.capitalize() for word in name.split("-")) for name in names]
    if names in ([name.lower() for name in names], capitals):
        raise NotJudged(
            "all names of headers are in lower case, or each word has a capital: so HAProxy and Caddy write what any server says"
        )
    written = {name.lower(): name for name in names}
    for name in HEADER_NAMES:
        same(written.get(name.lower()), name, f"{answer.about}: how the header's name is written")
