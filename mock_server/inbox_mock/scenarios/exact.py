"""What an exact record of a scenario may hold: its keys with their JSON Schema and columns, and what is used where one is left out.

A key is what the API calls an attribute or an association, or, of what only the fake knows, its column. Loading and exporting
read the same declaration, so what is exported is loaded again as it was.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, get_args

import orjson

from inbox_mock.channels import policies
from inbox_mock.domain import times, zones
from inbox_mock.domain.access import ALL_SCOPES
from inbox_mock.domain.enumerations import APPLICATION, MEMBER_TYPES, USER
from inbox_mock.domain.values import normal
from inbox_mock.engine import durations
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.field_types import LARGEST_ID
from inbox_mock.scenarios.defaults import DEFAULTS, Default, Known
from inbox_mock.services import accounts
from inbox_mock.store.database import Row
from inbox_mock.store.rows import TABLES

Schema = dict[str, Any]
CLIENT_APPLICATION: Row = {"id": 17, "name": "Your application", "client": True}
SECRETS = frozenset({"applications.client_id", "applications.client_secret", "tokens.secret"})
"""Columns that are drawn anew, never written into a file."""
FLAGS = frozenset({"client", "internal", "by_channel", "relay_fails", "happened"})
TARGETS = {"assignee": "hosts", "sender": "participants", "inquiry": "inquiries", "access": "tokens", "previous_refresh": "tokens"}
"""What a key refers to where that is not the plural of its name."""
NAMED = {
    "applications.named_client_id": "client_id",
    "applications.named_client_secret": "client_secret",
    "tokens.name": "token",
    "timeline.due_at": "at",
}
"""Keys that are called otherwise than their column, as in the other sections."""
OF_PRESENT = frozenset({"tokens", "events"})
"""What is not in the past that a fault shows."""
REQUIRED = {
    "bookings": ("rental",),
    "inquiries": ("rental",),
    "participants": ("conversation", "member"),
    "messages": ("conversation", "sender"),
    "installations": ("application", "account"),
    "tokens": ("application",),
    "events": ("kind",),
}
ID: Schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID, "description": "an id: a whole number from 1"}
MOMENT: Schema = {"type": "string", "description": "an offset from the start such as -2h3m4s, or a time such as 2030-06-01T12:00:00Z"}
WIRE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z")
LONG_NUMBER = re.compile(r"[0-9]{19}")
"""A number that YAML takes for a text."""
A_STRUCTURE = "a list or an object, or its JSON as text"
FILE: Schema = {"type": "string", "description": "the bytes of the file, in Base64"}


class Form(NamedTuple):
    """How a value is stored, and shown in a file; ``start`` is the moment from which offsets count."""

    store: Callable[[Any, datetime], object]
    show: Callable[[Any, datetime], object]


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a record: its schema, the columns in which its value is, and the table of the record that it refers to."""

    schema: Schema
    form: Form
    columns: tuple[str, ...]
    target: str = ""


def _offset(stored: str, start: datetime) -> str:
    return durations.offset(times.parse(stored) - start)


def _as_json(given: object, _start: datetime) -> str:
    if not isinstance(given, str):
        return orjson.dumps(given).decode()
    orjson.loads(given)
    return given


def _json_of(stored: str, _start: datetime) -> object:
    """Return the value of JSON; the text itself if a file would lose how it is written: the API shows it as it is."""
    value = orjson.loads(stored)
    return value if orjson.dumps(normal(value)).decode() == stored and LONG_NUMBER.search(stored) is None else stored


def _dated(value: Any, written: re.Pattern[str], change: Callable[[str, datetime], str], start: datetime) -> Any:  # noqa: ANN401 - any YAML
    """Return what an event is about with another form of its times that are ``written`` so."""
    if isinstance(value, list):
        return [_dated(each, written, change, start) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: change(found, start)
        if key.endswith("_at") and isinstance(found, str) and written.fullmatch(found)
        else _dated(found, written, change, start)
        for key, found in value.items()
    }


def _one_of(names: Callable[[], Collection[str]]) -> Callable[[Any, datetime], object]:
    def check(given: str, _start: datetime) -> str:
        if given not in names():
            raise ValueError(given)
        return given

    return check


def _shown(stored: object, _start: datetime) -> object:
    return stored


PLAIN = Form(_shown, _shown)
FLAG = Form(lambda given, _: int(given), lambda stored, _: bool(stored))
TIME = Form(durations.moment, _offset)
JSON = Form(_as_json, _json_of)
WORDS = Form(lambda given, _: " ".join(given), lambda stored, _: stored.split())
ABOUT = Form(
    lambda given, start: orjson.dumps(_dated(given, durations.OFFSET, durations.moment, start)).decode(),
    lambda stored, start: _dated(orjson.loads(stored), WIRE, _offset, start),
)
PAIR = Form(lambda given, _: (given["id"], given["type"]), lambda stored, _: {"id": stored[0], "type": stored[1]})
PAIRS: dict[str, tuple[str, ...]] = {"created_by": (APPLICATION, USER), "member": MEMBER_TYPES}
OF_HIDDEN: dict[str, tuple[Form, Schema]] = {
    "scopes": (WORDS, {"type": "array", "items": {"enum": list(ALL_SCOPES)}}),
    "redirect_uris": (JSON, {"type": ["array", "string"], "description": A_STRUCTURE}),
    "timezone": (
        Form(_one_of(zones.names), _shown),
        {"type": "string", "description": "a time zone of the tz database, such as Europe/Paris"},
    ),
    "channel": (Form(_one_of(policies), _shown), {"type": "string", "description": "the name of a channel"}),
    "about": (ABOUT, {"type": "object"}),
}
OF_TYPES: dict[type, tuple[Form, Schema]] = {int: (PLAIN, {"type": "integer"}), str: (PLAIN, {"type": "string"})}


def _described(plural: str, column: str, kind: object) -> tuple[Form, Schema]:
    """Return the form and the schema of a column, null aside: those of its attribute, if the API shows one."""
    attribute = next((a for a in RESOURCES[plural].attributes if a.name == column), None) if plural in RESOURCES else None
    schema: Schema = {} if attribute is None else dict(attribute.kind.schema)
    if column in FLAGS or schema.get("type") == "boolean":
        return FLAG, {"type": "boolean"}
    if column.endswith("_at"):
        return TIME, MOMENT
    if schema.get("type") in {"array", "object"}:
        return JSON, schema | {"type": [schema["type"], "string"], "description": A_STRUCTURE}
    if schema:
        return PLAIN, schema
    return OF_HIDDEN.get(column) or OF_TYPES[int if kind is int or int in get_args(kind) else str]


def _nullable(schema: Schema) -> Schema:
    found = {**schema, "type": [*([schema["type"]] if isinstance(schema["type"], str) else schema["type"]), "null"]}
    return found | {"enum": [*schema["enum"], None]} if "enum" in schema else found


def _keys(table: str, columns: Mapping[str, object]) -> dict[str, Key]:
    found: dict[str, Key] = {}
    for column, kind in columns.items():
        stem, null = column.removesuffix("_id"), type(None) in get_args(kind)
        if stem in PAIRS:
            schema: Schema = {"type": "object", "required": ["id", "type"], "additionalProperties": False}
            schema["properties"] = {"id": ID, "type": {"enum": list(PAIRS[stem])}}
            key, name = Key(schema, PAIR, (column, f"{stem}_type")), stem
        elif f"{table}.{column}" in SECRETS or column.removesuffix("_type") in PAIRS or column == "details":
            continue
        elif stem != column and f"{table}.{column}" not in NAMED:
            key, name = Key(ID, PLAIN, (column,), TARGETS.get(stem, f"{stem}s")), stem
        else:
            form, schema = (PLAIN, ID) if column == "id" else _described(table, column, kind)
            key, name = Key(schema, form, (column,)), NAMED.get(f"{table}.{column}", column)
        found[name] = Key(_nullable(key.schema), key.form, key.columns, key.target) if null else key
    return found


def _ids(target: str, name: str) -> Key:
    return Key({"type": "array", "uniqueItems": True, "items": ID}, PLAIN, (name,), target)


def _of_details() -> dict[str, Key]:
    """Return the keys of a rental's attributes without a column of their own."""
    return {a.name: Key(a.schema, PLAIN, (a.name,)) for a in RESOURCES["rentals"].attributes if a.name in accounts.DETAILS}


@dataclass(frozen=True, slots=True)
class Noun:
    """Records of one kind: their table, their keys, the value of each column where a key is left out.

    ``blank`` are values, ``derived`` are functions of the record, each of which may use those before.
    """

    table: str
    keys: Mapping[str, Key]
    blank: Row
    derived: Mapping[str, Default]

    def default(self, column: str, row: Row, known: Known) -> object:
        """Return what a record has in a column if its key is left out."""
        return self.derived[column](row, known) if column in self.derived else self.blank[column]


def columns_of(table: str) -> dict[str, object]:
    """Return the columns of a table, with their types."""
    if table == "installations":
        return {"application_id": int, "account_id": int, "installed_at": str, "uninstalled_at": str | None}
    if table == "timeline":
        return {"id": int, "due_at": str, "kind": str, "about": str, "happened": int}
    return next(row.__annotations__ for row, name in TABLES.items() if name == table)


MORE: dict[str, dict[str, Key]] = {
    "rentals": _of_details(),
    "applications": {"requests_this_hour": Key({"type": "integer", "minimum": 0}, PLAIN, ("requests_this_hour",))},
    "conversations": {"bookings": _ids("bookings", "bookings")},
    "messages": {"attachments": _ids("attachments", "attachments")},
    "attachments": {
        "file": Key(FILE, Form(lambda given, _: b64decode(given, validate=True), lambda stored, _: b64encode(stored).decode()), ("file",))
    },
}
"""Keys whose values are kept outside the columns of the record's own table."""


@cache
def nouns() -> dict[str, Noun]:
    """Return every noun, in an order in which defaults depend on earlier ones only."""
    found = {}
    for name, (fixed, derived) in DEFAULTS.items():
        table = "timeline" if name == "events" else name
        columns = columns_of(table)
        blank = dict.fromkeys(column for column in columns if column != "details") | fixed
        found[name] = Noun(table, _keys(table, columns) | MORE.get(name, {}), blank, derived)
    return found


FAULT: dict[str, Key] = {
    "id": Key(ID, PLAIN, ("id",)),
    "set_at": Key(MOMENT, TIME, ("set_at",)),
    "ends_at": Key(_nullable(MOMENT), TIME, ("ends_at",)),
    "seen": Key({"type": "integer", "minimum": 0}, PLAIN, ("seen",)),
    "struck": Key({"type": "integer", "minimum": 0}, PLAIN, ("struck",)),
    "lingering": Key({"type": "array", "items": {"type": "string"}}, PLAIN, ("lingering",)),
    "past": Key({"type": "object", "description": "the records that it shows"}, PLAIN, ()),
}
"""What an exact record of a fault has beside what sets it."""


APPEARING = "Records appear as they stand, made by others than the client."
CHANGING = "Records change in what is given, by others than the client."


def _loose(listed: Schema) -> Schema:
    """Return the schema of records of which a part is given, with the id."""
    item = {name: found for name, found in listed["items"].items() if name != "anyOf"}
    return listed | {"items": item | {"required": ["id"]}}


def extend(schema: Schema) -> None:
    """Add the section to the JSON Schema of scenarios."""
    from inbox_mock.simulation.actions import handlers

    section = schema["properties"]["records"]["properties"]
    past = FAULT["past"].schema | {"additionalProperties": False, "properties": {}}
    for name, noun in nouns().items():
        keys = {key: known.schema for key, known in noun.keys.items()}
        item = {"type": "object", "additionalProperties": False, "required": list(REQUIRED.get(name, ())), "properties": keys}
        if name == "events":
            coming = list(handlers().inside)
            item["anyOf"] = [{"properties": {"kind": {"enum": coming}}}, {"required": ["happened"]}]
            item["description"] = f"an event that has happened, or one of the kinds {', '.join(coming)}"
        schema["$defs"][f"exact_{name}"] = {"type": "array", "items": item}
        section[name] = {"$ref": f"#/$defs/exact_{name}"}
        if name not in OF_PRESENT:
            past["properties"][name] = section[name]
    closed = {"type": "object", "additionalProperties": False, "minProperties": 1}
    changing = {name: _loose(schema["$defs"][f"exact_{name}"]) for name in past["properties"] if name in RESOURCES}
    schema["$defs"]["appearing"] = closed | {"properties": {name: section[name] for name in changing}, "description": APPEARING}
    schema["$defs"]["changing"] = closed | {"properties": changing, "description": CHANGING}
    told = {name: key.schema for name, key in FAULT.items()} | {"past": past}
    section["faults"] = {"type": "array", "items": {"$ref": "#/$defs/fault", "properties": told}}
