"""Random requests of every operation that a running fake documents, of its API and of its admin API."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from fake import JSON, Answer, Caller, Mock

DOCUMENTS = ("/openapi.json", "/__admin/openapi.json")
DEEPEST = 6
NEVER = {"wait", "real", "older_than"}
"""What would only make an attack wait, long polls and faults that take real time, and what removes the sandboxes of others."""

WORDS = (
    "",
    "a",
    "0",
    "-1",
    "1,2,3",
    "99999999999999999999",
    "2030-06-01T12:00:00Z",
    "null",
    "ж",
    "\u0000",
    "%00",
    "a" * 5000,
    "'\"<>{}",
    "../..",
)
VALUES: tuple[Any, ...] = (*WORDS, None, True, 0, -1, 1.5, 2**63, 1e308, [], {}, [[]], {"id": 1})
USUAL: Mapping[str, tuple[str, ...]] = {
    "ids": ("1", "2", "11", "80", "1,2,80", "16"),
    "record_id": ("1", "2", "11", "80", "3"),
    "rental_id": ("16", "17"),
    "name": ("before", "later"),
    "token": ("nobody",),
    "page": ("1", "2"),
    "per_page": ("1", "10", "100"),
    "include": ("participants,messages", "bookings", "conversation"),
    "updated_since": ("2030-01-01T00:00:00Z", ""),
}
DURATIONS = ("10m", "1h", "2d")
TEXTS: Mapping[str, tuple[str, ...]] = {
    "url": ("http://127.0.0.1:9/",),
    "scenario": ("empty", "back-to-back", "nowhere"),
    **dict.fromkeys(("by", "for", "within"), DURATIONS),
}


@dataclass(frozen=True)
class Call:
    """A request, to be sent with a token (API), or without one (admin API)."""

    operation: str
    method: str
    target: str
    payload: object

    def send(self, mock: Mock, token: str | None) -> Answer:
        kind = "application/json" if token is None else "application/vnd.api+json"
        return Caller(mock.transport, token, base="").call(self.method, self.target, self.payload, headers={"Content-Type": kind})


@dataclass(frozen=True)
class Operation:
    """An operation as its document describes it; ``example`` is the body that the document shows, ``schema`` describes others."""

    name: str
    method: str
    path: str
    in_path: tuple[str, ...]
    in_query: tuple[str, ...]
    schema: JSON
    example: object

    @property
    def is_admin(self) -> bool:
        return self.path.startswith("/__admin")

    def drawn(self, random: Random, **given: str) -> Call:
        """A call that is mostly sensible; ``given`` says what parameters of the path are."""
        path = self.path
        for name in self.in_path:
            path = path.replace(f"{{{name}}}", quote(given.get(name) or _usual(name, random)))
        query = {name: _usual(name, random) for name in self.in_query if random.random() < 0.25}
        payload = None
        if self.schema:
            payload = (
                _changed(self.example, random) if self.example is not None and random.random() < 0.7 else value_of(self.schema, random)
            )
        return Call(self.name, self.method, path + (f"?{urlencode(query)}" if query else ""), payload)


def operations(mock: Mock) -> list[Operation]:
    """Every operation, in the order of the documents."""
    found = []
    for address in DOCUMENTS:
        document = mock.caller(base="").get(address).json
        for path, methods in document["paths"].items():
            found += [_operation(document, path, method, said) for method, said in methods.items()]
    return found


def _operation(document: JSON, path: str, method: str, said: JSON) -> Operation:
    parameters = [found for found in said.get("parameters", []) if found["name"] not in NEVER]
    contents: JSON = said.get("requestBody", {}).get("content", {})
    content: JSON = next(iter(contents.values()), {})
    examples = content.get("examples", {}) if isinstance(content, dict) else {}
    in_path, in_query = (tuple(found["name"] for found in parameters if found["in"] == place) for place in ("path", "query"))
    schema = _resolved(content.get("schema", {}), document)
    return Operation(
        said["operationId"], method.upper(), path, in_path, in_query, schema, next((each["value"] for each in examples.values()), None)
    )


def _resolved(schema: Any, document: JSON, depth: int = 0) -> Any:
    """The schema without references, down to some depth."""
    if isinstance(schema, list):
        return [_resolved(each, document, depth) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        named = schema["$ref"].rpartition("/")[2]
        return {} if depth > DEEPEST else _resolved(document["components"]["schemas"][named], document, depth + 1)
    return {name: _resolved(value, document, depth) for name, value in schema.items()}


def value_of(schema: JSON, random: Random, name: str = "") -> Any:
    """A value that the schema mostly allows."""
    if random.random() < 0.03 or not schema:
        return random.choice(VALUES)
    if "enum" in schema or "const" in schema:
        return random.choice(schema.get("enum", [schema.get("const")]))
    kinds = schema.get("type", "string")
    kind = random.choice(kinds) if isinstance(kinds, list) else kinds
    if kind == "object":
        known, required = schema.get("properties", {}), schema.get("required", ())
        wanted = [key for key in known if key not in NEVER and (key in required or random.random() < 0.4)]
        return {key: value_of(known[key], random, key) for key in wanted}
    if kind == "array":
        return [value_of(schema.get("items", {}), random, name) for _ in range(random.choice((1, 1, 2, 0)))]
    scalars = {
        "boolean": (True, False),
        "null": (None,),
        "integer": (1, 2, 11, 16, 80, schema.get("minimum", 0), schema.get("maximum", 60)),
        "number": (1, 0.5, schema.get("minimum", 0), schema.get("maximum", 60)),
    }
    return random.choice(scalars.get(kind, TEXTS.get(name, ("x", "Ada", *WORDS))))


def _usual(name: str, random: Random) -> str:
    return random.choice(WORDS[1:]) if random.random() < 0.1 else random.choice(USUAL.get(name, ("1", "x")))


def _changed(value: Any, random: Random) -> Any:
    """The value, a part of which may be another one."""
    if random.random() < 0.08:
        return random.choice(VALUES)
    if isinstance(value, dict):
        return {key: _changed(each, random) for key, each in value.items() if key not in NEVER and random.random() > 0.03}
    if isinstance(value, list):
        return [_changed(each, random) for each in value]
    return value
