"""Kinds of attributes: how each is read from its column, checked when written, and described in OpenAPI.

``field`` names a class of `marshmallow_fields`, which is imported with marshmallow when the first body is checked: a start
does not wait for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as declared
from typing import Any

import orjson

Read = Callable[[object], object]
LARGEST_ID = 2**63 - 1
UPLOAD = "upload"


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind: ``reads`` turns a column's value into JSON's, None where they are the same. Without ``field`` no client writes it."""

    field: str
    schema: Mapping[str, Any]
    options: Mapping[str, Any] = declared(default_factory=dict)
    reads: Read | None = None


BOOLEANS: dict[object, bool | None] = {None: None, 0: False, 1: True}
"""The truth values by what a column holds."""


def _as_json(stored: object) -> object:
    return None if stored is None else orjson.Fragment(str(stored))


def integer(low: int | None = None, high: int | None = None) -> Kind:
    """A whole number."""
    bounds = {"minimum": low, "maximum": high}
    return Kind("WholeNumber", {"type": "integer", **_given(bounds)}, _given({"low": low, "high": high}))


def number(low: int | None = None, high: int | None = None) -> Kind:
    """A number that may have a fraction, written as a JSON number."""
    return Kind("", {"type": "number", **_given({"minimum": low, "maximum": high})})


def text(longest: int | None = None, *, printable: bool = False, pattern: str | None = None) -> Kind:
    """Text of any length, or of at most ``longest`` characters; of printable characters, or all of it as in ``pattern``."""
    schema = {"maxLength": longest, "pattern": pattern and f"^{pattern}$"}
    options = {"longest": longest, "pattern": pattern}
    return Kind("PlainText", {"type": "string", **_given(schema)}, {**_given(options), "printable": printable})


def email() -> Kind:
    """An e-mail address."""
    return Kind("Email", {"type": "string"})


def choice(values: tuple[str, ...], *, blank: bool = False) -> Kind:
    """One of a few words; or an empty text, if ``blank``."""
    values = (*values, "") if blank else values
    return Kind("Choice", {"type": "string", "enum": list(values)}, {"values": values})


def time(*, local: bool = False) -> Kind:
    """An instant, written ``2030-06-01T12:00:00Z``; if ``local``, a rental's local time, whose offset is kept for the use case."""
    return Kind("Time", {"type": "string", "format": "date-time"}, {"local": local})


def decimal(above: int | None = None, below: int | None = None, low: int | None = None) -> Kind:
    """A decimal number, written as text: ``"2700.0"``; ``low`` is the least that it may be."""
    return Kind("DecimalText", {"type": "string", "pattern": r"^-?\d+\.\d+$"}, _given({"above": above, "below": below, "low": low}))


def amount() -> Kind:
    """An amount or a percentage as text, or a blank text: ``"10%"``."""
    return Kind("Amount", {"type": "string", "pattern": r"^([+-]?[0-9.]+%?)?$"})


def boolean() -> Kind:
    """True or false; clients may write them as text."""
    return Kind("Flag", {"type": "boolean"}, reads=BOOLEANS.__getitem__)


def record_id() -> Kind:
    """The id of a record; clients may write it as text."""
    return Kind("RecordId", {"type": "integer", "minimum": 1})


def record_ids() -> Kind:
    """A list of ids."""
    return Kind("RecordIds", {"type": "array", "items": {"type": "integer", "minimum": 1}})


def upload() -> Kind:
    """A file as Base64, bare or as a data URI."""
    return Kind("Upload", {"type": "string"})


def url() -> Kind:
    """An absolute http or https address."""
    return Kind("WebAddress", {"type": "string", "format": "uri"})


def upload_url() -> Kind:
    """Where an uploaded file is served; the column holds the file's name."""
    return Kind("PlainText", {"type": "string", "format": "uri-reference"}, {"role": UPLOAD})


def structure(schema: Mapping[str, object], items: tuple[str, ...] = ()) -> Kind:
    """Lists and objects, stored as JSON; ``items`` are the keys that each item of a list must have."""
    return Kind("Structure", schema, {"items": items}, reads=_as_json)


def translations() -> Kind:
    """Texts by locale."""
    return structure({"type": "object", "additionalProperties": {"type": ["string", "null"]}})


def _given(options: Mapping[str, object]) -> dict[str, object]:
    return {name: option for name, option in options.items() if option is not None}
