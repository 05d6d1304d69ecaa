"""Marshmallow fields, one per kind: what a client may write, and the texts in which it is refused.

A field's value is what the column stores. Texts are those of the API where a recording shows them.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
from marshmallow import ValidationError, fields

from inbox_mock.domain import times
from inbox_mock.resources.field_types import LARGEST_ID

BLANK = "can't be blank"
INVALID = "is invalid"
NOT_A_NUMBER = "is not a number"
NOT_INCLUDED = "is not included in the list"
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
LARGEST_UPLOAD = 10_000_000
LARGEST_INTEGER = 2**31 - 1
DATA_URI = re.compile(r"\s*data:[^,]*;base64,", re.IGNORECASE)
WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?([/?#]\S*)?")
ONE_AT_SIGN = re.compile(r"[^@\s]+@[^@\s]+")
PLAIN_NUMBER = re.compile(r"\s*[+-]?[0-9]{0,30}(\.[0-9]{0,30})?\s*")
DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,10})?")
TIME_SCHEMA = {
    "type": "string",
    "anyOf": [
        {"format": "date-time"},
        {"format": "date"},
        {"pattern": r"^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8]) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d (UTC|[+-]0\d00)$"},
    ],
}


class Checked(fields.Field[Any]):
    """A field with this API's texts; ``schema`` is its JSON Schema when written, on top of the kind's own."""

    default_error_messages = {"required": BLANK, "null": BLANK, "validator_failed": INVALID}  # noqa: RUF012
    schema: Mapping[str, object] = {}

    def __init__(self, *, options: Mapping[str, Any], **keywords: Any) -> None:  # noqa: ANN401
        super().__init__(**keywords)
        self.options = options

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **keywords: object) -> object:
        del attr, data, keywords
        return self._check(value)

    def _check(self, value: object) -> object:
        """Return what to store; raise ValidationError if the value is not of this kind."""
        raise NotImplementedError


class PlainText(Checked):
    """Text; where it is required it cannot be blank."""

    def _check(self, value: object) -> object:
        if not isinstance(value, str):
            raise ValidationError(INVALID)
        if self.required and not value.strip(WHITE_SPACE):
            raise ValidationError(BLANK)
        longest = self.options.get("longest")
        if longest is not None and len(value) > longest:
            raise ValidationError(f"is too long (maximum is {longest} characters)")
        if self.options.get("printable") and not value.isprintable():
            raise ValidationError(INVALID)
        return value


class Email(PlainText):
    """Text with something before and after one @."""

    schema = {"pattern": f"^{ONE_AT_SIGN.pattern}$"}  # noqa: RUF012

    def _check(self, value: object) -> object:
        text = super()._check(value)
        if not ONE_AT_SIGN.fullmatch(str(text)):
            raise ValidationError(INVALID)
        return text


class Choice(Checked):
    """One of the declared words."""

    def _check(self, value: object) -> object:
        if value == "" and self.required:
            raise ValidationError(BLANK)
        if value not in self.options["values"]:
            raise ValidationError(NOT_INCLUDED)
        return value


class WholeNumber(Checked):
    """An integer between the declared bounds."""

    schema = {"maximum": LARGEST_INTEGER, "minimum": -LARGEST_INTEGER}  # noqa: RUF012

    def _check(self, value: object) -> object:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError(NOT_A_NUMBER)
        low = self.options.get("low", -LARGEST_INTEGER)
        high = self.options.get("high", LARGEST_INTEGER)
        if value < low:
            raise ValidationError(f"must be greater than or equal to {low}")
        if value > high:
            raise ValidationError(f"must be less than or equal to {high}")
        return value


class DecimalText(Checked):
    """A number, written as text or as a number, and kept as text with a point in it."""

    schema = {"type": ["string", "number"], "pattern": rf"^{DECIMAL.pattern}$", "minimum": -(10**9), "maximum": 10**9}  # noqa: RUF012

    def _check(self, value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValidationError(NOT_A_NUMBER)
        if isinstance(value, str) and not PLAIN_NUMBER.fullmatch(value):
            raise ValidationError(NOT_A_NUMBER)
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            raise ValidationError(NOT_A_NUMBER) from None
        written = f"{number:f}"
        if not DECIMAL.fullmatch(written) and (isinstance(value, str) or not DECIMAL.fullmatch(written := f"{number:.10f}")):
            raise ValidationError(NOT_A_NUMBER)
        above, below = self.options.get("above"), self.options.get("below")
        if above is not None and number <= above:
            raise ValidationError(f"must be greater than {above}")
        if below is not None and number >= below:
            raise ValidationError(f"must be less than {below}")
        whole, _, fraction = written.partition(".")
        return f"{whole}.{fraction.rstrip('0') or '0'}"


class Time(Checked):
    """An instant in any form that clients send, kept as the wire writes it; a rental's local time is kept as the client writes it."""

    schema = TIME_SCHEMA

    def _check(self, value: object) -> object:
        if not isinstance(value, str):
            raise ValidationError(INVALID)
        if not value.strip():
            raise ValidationError(BLANK)
        try:
            shown = times.wire(times.parse(value))
        except ValueError:
            raise ValidationError(INVALID) from None
        return value if self.options["local"] else shown


class Flag(Checked):
    """True or false, also as text."""

    schema = {"type": ["boolean", "string"], "enum": [True, False, "true", "false"]}  # noqa: RUF012

    def _check(self, value: object) -> object:
        if isinstance(value, str | bool) and str(value).lower() in {"true", "false"}:
            return str(value).lower() == "true"
        raise ValidationError(INVALID)


class RecordId(Checked):
    """The id of a record, also as text. The use case checks whether the record exists."""

    schema = {"type": ["integer", "string"], "minimum": 1, "maximum": LARGEST_ID, "pattern": r"^[1-9][0-9]{0,17}$"}  # noqa: RUF012

    def _check(self, value: object) -> object:
        return _record_id(value)


class RecordIds(Checked):
    """A list of ids, each once."""

    schema = {"items": RecordId.schema}  # noqa: RUF012

    def _check(self, value: object) -> object:
        if not isinstance(value, list):
            raise ValidationError(INVALID)
        return list(dict.fromkeys(_record_id(item) for item in value))


class Upload(Checked):
    """Base64, with or without a data URI's prefix, white space tolerated."""

    schema = {"pattern": r"^(data:[\w/.+-]*;base64,)?([A-Za-z0-9+/]{4})+$"}  # noqa: RUF012

    def _check(self, value: object) -> object:
        if not isinstance(value, str):
            raise ValidationError(INVALID)
        prefix = DATA_URI.match(value)
        encoded = value[prefix.end() if prefix else 0 :]
        try:
            decoded = b64decode("".join(encoded.split()), validate=True)
        except (binascii.Error, ValueError):
            raise ValidationError(INVALID) from None
        if not decoded:
            raise ValidationError(BLANK)
        if len(decoded) >= LARGEST_UPLOAD:
            raise ValidationError("is too big (should be less than 10 MB)")
        return decoded


class WebAddress(Checked):
    """An absolute http or https address."""

    schema = {"type": "string", "pattern": f"^{WEB_ADDRESS.pattern}$"}  # noqa: RUF012

    def _check(self, value: object) -> object:
        if not isinstance(value, str) or not WEB_ADDRESS.fullmatch(value):
            raise ValidationError(INVALID)
        return value


class Structure(Checked):
    """A list of objects, each with the declared text items; kept as JSON."""

    def _check(self, value: object) -> object:
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise ValidationError(INVALID)
        for item in value:
            for key, described in _described(self.metadata).items():
                found = item.get(key)
                if found is not None and not isinstance(found, str):
                    raise ValidationError(f"{key} {INVALID}")
                longest = described.get("maxLength")
                if found is not None and longest is not None and len(found) > longest:
                    raise ValidationError(f"{key} is too long (maximum is {longest} characters)")
            for key in self.options["items"]:
                if not isinstance(item.get(key), str) or not item[key]:
                    raise ValidationError(f"{key} {BLANK}")
        try:
            return orjson.dumps(value).decode()
        except orjson.JSONEncodeError:
            raise ValidationError(INVALID) from None


def _described(metadata: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    properties: Mapping[str, Mapping[str, Any]] = metadata.get("items", {}).get("properties", {})
    return properties


def _record_id(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,18}", value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST_ID:
        raise ValidationError(INVALID)
    return value
