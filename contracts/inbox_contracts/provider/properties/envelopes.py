"""What every successful answer looks like: envelope, headers, and the kinds of the values in it."""

import re

from inbox_contracts.provider.api import Api, plural_of
from inbox_contracts.provider.expectations import Broken, Property, expect, same, shown
from inbox_contracts.provider.resources import path_of, sure
from inbox_contracts.provider.trial import Trial
from inbox_mock.domain.fidelity import documented, recorded
from inbox_mock.resources.declaration import Attribute, Resource

TIME = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ")
DECIMAL = re.compile(r"-?\d+\.\d+")
SYNCED_AT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
SUCCESS = "application/vnd.api+json; charset=utf-8"
JSON_KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "boolean": bool, "array": list, "object": dict,
}  # fmt: skip


def _envelope(trial: Trial) -> None:
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
                expect("links" not in keys, f"{answer.about}: there are links, and {resource.plural} have no associations")
            same(answer.header("Content-Type"), SUCCESS, f"{answer.about}: Content-Type")


def _templates(trial: Trial) -> None:
    for resource in trial.readable():
        given = trial.api.get(path_of(resource.plural)).json.get("links", {})
        for key, path in resource.templates():
            wanted = f"{trial.target.connection.root}/api/v3/{path}"
            expect(key in given, f"the links of {resource.plural} have no template {key}, expected {wanted}")
            same(given[key], wanted, f"the template {key}")


def _kinds(trial: Trial) -> None:
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
    if attribute.kind.field == "Choice" and resource.plural != "messages":  # recordings of 2018 hold a visibility that is gone
        expect(value in attribute.kind.options["values"], f"{told}, expected one of {attribute.kind.options['values']}")  # type: ignore[operator]


def _links_well_formed(resource: Resource, record: dict[str, object]) -> None:
    for link in resource.links:
        links: dict[str, object] = record["links"]  # type: ignore[assignment]
        if link.name not in links:
            continue
        value, told = links[link.name], f"links.{link.name} of {resource.name} {record['id']} is {shown(links[link.name])}"
        if link.many:
            good = isinstance(value, list) and all(type(each) is int for each in value)
            expect(good, f"{told}, expected an array of integers")
        elif link.name in {"member", "created_by"}:
            good = isinstance(value, dict) and type(value.get("id")) is int and isinstance(value.get("type"), str)
            expect(good or (link.null and value is None), f'{told}, expected {{"id": 1, "type": "..."}}')
        else:
            expect(type(value) is int or (link.null and value is None), f"{told}, expected an id{' or null' if link.null else ''}")


def _attributes(trial: Trial) -> None:
    for resource in trial.readable():
        for record in trial.everything(resource)[:3]:
            if resource.plural == "bookings" and "booked" not in record:  # the public part, for tokens without bookings_read
                continue
            missing = [a.name for a in sure(resource) if a.name not in record and a.name != "inbox_email"]
            expect(not missing, f"{resource.name} {record['id']} has no {', '.join(missing)}")


def _headers(trial: Trial) -> None:
    for resource in trial.readable():
        answer = trial.api.get(path_of(resource.plural))
        synced = answer.header("x-updated-since-request-synced-at")
        good = synced is not None and SYNCED_AT.fullmatch(synced)
        expect(good, f"{answer.about}: x-updated-since-request-synced-at is {synced!r}, expected 2030-06-01 12:00:00 UTC")
        expect(answer.header("X-Request-Id"), f"{answer.about}: no X-Request-Id")


def _rate_limit(trial: Trial) -> None:
    before = _allowance(trial.api)
    after = _allowance(trial.api)
    expect(before[1] <= before[0], f"X-RateLimit-Remaining is {before[1]}, more than X-RateLimit-Limit, {before[0]}")
    same(before[2] % 3600, 0, "X-RateLimit-Reset, seconds after a full hour")
    if before[2] == after[2]:
        expect(after[1] < before[1], f"X-RateLimit-Remaining is {before[1]}, and {after[1]} after one more call, expected less")


def _allowance(api: Api) -> tuple[int, int, int]:
    answer = api.get("/accounts")
    found: list[int] = []
    for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
        value = answer.header(name)
        if value is None or not value.isdigit():
            raise Broken(f"{answer.about}: {name} is {value!r}, expected a number")
        found.append(int(value))
    return found[0], found[1], found[2]


RECORDINGS = recorded("every recording of the service")
PROPERTIES = (
    Property(
        name="envelope",
        says="An answer holds links, the records under their plural, and meta, in this order; content type application/vnd.api+json.",
        fidelity=RECORDINGS,
        judge=_envelope,
    ),
    Property(
        name="templates",
        says="The envelope's links are absolute URI templates on the host that was asked, one for each association.",
        fidelity=recorded("the official Ruby client expands them; without one, each relation raises"),
        judge=_templates,
    ),
    Property(
        name="kinds",
        says="Ids are integers, times 2030-06-01T12:00:00Z, decimals text; links are ids, arrays of ids, or an id with a type.",
        fidelity=documented("/reference/enums#formats"),
        judge=_kinds,
    ),
    Property(
        name="attributes",
        says="A record has every attribute that is documented or recorded for it.",
        fidelity=documented("/reference/endpoints"),
        judge=_attributes,
    ),
    Property(
        name="synced-at",
        says="Every answer tells in x-updated-since-request-synced-at what to ask for next time.",
        fidelity=recorded("every answer since 2016-12; the official sync library raises without it"),
        judge=_headers,
    ),
    Property(
        name="rate-limit-headers",
        says="X-RateLimit-Limit, -Remaining and -Reset are told; Remaining falls with each call, Reset is a full hour.",
        fidelity=documented("/reference; full hours are recorded"),
        judge=_rate_limit,
    ),
)
