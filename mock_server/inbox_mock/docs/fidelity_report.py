"""The fidelity of each part of the imitated API, collected from the OpenAPI document."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from inbox_mock.api import openapi
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.conduct.assumptions import ASSUMED, OF_CHANNELS, OF_EXCHANGES, OF_WEBHOOKS, OF_WRITES

JSON = Mapping[str, object]
LEVELS = ("documented", "recorded", "assumed")
KINDS = ("behaviour", "operation", "field", "refusal", "parameter", "answer")
METHODS = ("get", "post", "put", "delete")


@dataclass(frozen=True, slots=True)
class Claim:
    """The fidelity of a ``part`` of some ``kind``: its ``level`` and ``source``."""

    kind: str
    part: str
    level: str
    source: str


def claims() -> list[Claim]:
    """Return every claim once: behaviours, operations, fields and refusals by resource, parameters and answers of all operations."""
    document = openapi.document(OPERATIONS, "")
    return list(dict.fromkeys((*_behaviours(), *_operations(document), *_fields(document), *_refusals(document), *_shared(document))))


def _behaviours() -> Iterator[Claim]:
    """Yield the assumed behaviours that no switch controls."""
    of_calls = (one.behaviour for one in OF_WRITES)
    of_others = (behaviour for behaviour, _ in (*OF_EXCHANGES, *OF_WEBHOOKS))
    for behaviour in (*OF_CHANNELS, *of_calls, *of_others):
        if behaviour.switch is None:
            yield Claim("behaviour", behaviour.says, ASSUMED, behaviour.source)


def _operations(document: JSON) -> Iterator[Claim]:
    for method, path, operation in _each_operation(document):
        yield from _claim("operation", f"{method.upper()} {path}", operation)


def _fields(document: JSON) -> Iterator[Claim]:
    """Yield the fields of each resource, first for reading, then for writing where that differs."""
    schemas = _under(_under(document, "components"), "schemas")
    for name, schema in schemas.items():
        resource = name.removesuffix("Create").removesuffix("Update")
        for field, found in _under(schema, "properties").items():
            yield from _claim("field", f"{resource}.{field}", found)
            if field == "links":
                for link, linked in _under(found, "properties").items():
                    yield from _claim("field", f"{resource}.links.{link}", linked)


def _refusals(document: JSON) -> Iterator[Claim]:
    for _, _, operation in _each_operation(document):
        refusals = _mapping(_under(operation, "responses").get("422")).get("x-refusals", [])
        for refusal in refusals if isinstance(refusals, list) else []:
            yield from _claim("refusal", f"{refusal['field']} {refusal['title']}", refusal)


def _shared(document: JSON) -> Iterator[Claim]:
    for _, _, operation in _each_operation(document):
        parameters = operation.get("parameters", [])
        for parameter in parameters if isinstance(parameters, list) else []:
            yield from _claim("parameter", str(parameter["name"]), parameter)
    found: set[Claim] = set()
    for _, _, operation in _each_operation(document):
        for status, answer in _under(operation, "responses").items():
            found.update(_claim("answer", status, answer))
    yield from sorted(found, key=lambda claim: (claim.part, LEVELS.index(claim.level), claim.source))


def _each_operation(document: JSON) -> Iterator[tuple[str, str, JSON]]:
    """Yield each operation, without PATCH, which is an alias of PUT."""
    for path, operations in _under(document, "paths").items():
        for method in METHODS:
            if method in _mapping(operations):
                yield method, path, _under(operations, method)


def _claim(kind: str, part: str, found: object) -> Iterator[Claim]:
    said = _mapping(found)
    if "x-fidelity" in said:
        yield Claim(kind, part, str(said["x-fidelity"]), str(said.get("x-source", "")))


def _under(holder: object, key: str) -> JSON:
    return _mapping(_mapping(holder).get(key))


def _mapping(found: object) -> JSON:
    return found if isinstance(found, Mapping) else {}
