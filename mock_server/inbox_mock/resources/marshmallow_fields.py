"""Marshmallow fields, one per kind: what a client may write, and the texts in which it is refused.

A field's value is what the column stores: `casting` makes it before, the field checks the constraints. Texts are those of the API
where a recording shows them.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

import orjson
from marshmallow import ValidationError, fields

from inbox_mock.domain import limits
from inbox_mock.domain.errors import BLANK
from inbox_mock.resources import casting
from inbox_mock.resources.field_types import LARGEST_ID, Kind

INVALID = "is invalid"
NOT_A_NUMBER = "is not a number"
NOT_INCLUDED = "is not included in the list"
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
LARGEST_INTEGER = 2**31 - 1
DATA_URI = re.compile(r"\s*data:[^,]*;base64,", re.IGNORECASE)
WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?([/?#]\S*)?")
ONE_AT_SIGN = re.compile(r"[^@\s]+@[^@\s]+")
BLANK_TEXT = {"type": "string", "pattern": r"^\s*$"}
SAID = r"^\s*\S[\s\S]*$"
"""The pattern of a text that is not blank."""
DAY = r"[0-9]{4}-?(W[0-5][0-9](-?[1-7])?|(0[1-9]|1[0-2])-?(0[1-9]|[12][0-9]|3[01]))"
HOUR = r"([01][0-9]|2[0-3])(:?[0-5][0-9](:?[0-5][0-9]([.,][0-9]+)?)?)?"
TIMES = (
    {"type": "string", "format": "date-time"},
    {"type": "string", "format": "date"},
    {"type": "string", "pattern": rf"^\s*{DAY}([T ]{HOUR}( ?Z| UTC| ?[+-]{HOUR})?)?\s*$"},
)
LARGEST_NUMBER = 10**15 - 1
"""What has at most as many digits as a number may have when it is written as text."""
NUMBERS = {"type": ["string", "number"], "minimum": -LARGEST_NUMBER, "maximum": LARGEST_NUMBER}
WORDS = "|".join(word for word in casting.BOOLEANS if isinstance(word, str))


class Checked(fields.Field[Any]):
    """A field with this API's texts.

    ``cast`` is a function of `casting`; ``unlike`` tells of what cannot be cast. Where casting is switched off, a value must have
    one of the ``documented`` types.
    ``schema`` is the JSON Schema when written, on top of the kind's own; ``grammar`` is how another kind is written as text;
    ``forms`` are schemas in place of these, any one of which is enough.
    """

    default_error_messages = {"required": BLANK, "null": BLANK, "validator_failed": INVALID}  # noqa: RUF012 - as marshmallow has it
    schema: ClassVar[Mapping[str, object]] = {}
    grammar = ""
    forms: tuple[Mapping[str, object], ...] = ()
    documented: ClassVar[tuple[type, ...]] = (str,)
    cast: Callable[[object], object] = staticmethod(casting.unchanged)
    unlike = INVALID

    def __init__(self, *, options: Mapping[str, Any], casts: bool, **keywords: Any) -> None:  # noqa: ANN401 - those of marshmallow
        super().__init__(**keywords)
        self.options = options
        self.casts = casts

    @classmethod
    def described(cls, kind: Kind, *, required: bool, nullable: bool) -> dict[str, Any]:
        """Return the JSON Schema of what is accepted; a blank text stands for null, except where the kind is a text."""
        if cls.forms:
            return {"anyOf": [*cls.forms, *((BLANK_TEXT, {"type": "null"}) if nullable else ())]}
        found: dict[str, Any] = {name: value for name, value in kind.schema.items() if name != "format"} | dict(cls.schema)
        found |= {name: kind.schema[name] for name in ("minimum", "maximum") if name in kind.schema}
        if cls.grammar:
            found["pattern"] = rf"^\s*({cls.grammar})?\s*$" if nullable else rf"^\s*{cls.grammar}\s*$"
        if required and cls is PlainText:
            found |= {"minLength": 1, "pattern": SAID}
        return found

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **keywords: object) -> object:  # noqa: ANN401 - any JSON
        del attr, data, keywords
        if value is casting.UNLIKE:
            raise ValidationError(self.unlike)
        return self._check(value)

    def _check(self, value: Any) -> object:  # noqa: ANN401 - of the kind's own type
        """Return what to store of a cast value; raise ValidationError if a constraint is broken."""
        return value


class PlainText(Checked):
    """Text; where it is required it cannot be blank."""

    schema: ClassVar = {"type": ["string", "number"]}
    cast = staticmethod(casting.text)

    def _check(self, value: str) -> object:
        if self.required and not value.strip(WHITE_SPACE):
            raise ValidationError(BLANK)
        longest = self.options.get("longest")
        if longest is not None and len(value) > longest:
            raise ValidationError(f"is too long (maximum is {longest} characters)")
        pattern = self.options.get("pattern")
        if (self.options.get("printable") and not value.isprintable()) or (pattern and not re.fullmatch(pattern, value)):
            raise ValidationError(INVALID)
        return value


class Email(PlainText):
    """Text with something before and after one @."""

    schema: ClassVar = {"type": "string", "pattern": f"^{ONE_AT_SIGN.pattern}$"}

    def _check(self, value: str) -> object:
        text = super()._check(value)
        if not ONE_AT_SIGN.fullmatch(value):
            raise ValidationError(INVALID)
        return text


class Amount(Checked):
    """Blank, an amount, or a percentage, kept as it is written."""

    schema = NUMBERS
    grammar = casting.PERCENT
    cast = staticmethod(casting.amount)
    unlike = NOT_A_NUMBER


class Choice(Checked):
    """One of the declared words."""

    cast = staticmethod(casting.text)
    unlike = NOT_INCLUDED

    def _check(self, value: str) -> object:
        if value == "" and self.required:
            raise ValidationError(BLANK)
        if value not in self.options["values"]:
            raise ValidationError(NOT_INCLUDED)
        return value


class WholeNumber(Checked):
    """An integer between the declared bounds."""

    schema: ClassVar = {"type": ["integer", "string"], "maximum": LARGEST_INTEGER, "minimum": -LARGEST_INTEGER}
    grammar = "[+-]?0*[0-9]{1,10}"
    cast = staticmethod(casting.integer)
    documented = (int, float)
    unlike = NOT_A_NUMBER

    def _check(self, value: int) -> object:
        low = self.options.get("low", -LARGEST_INTEGER)
        high = self.options.get("high", LARGEST_INTEGER)
        if value < low:
            raise ValidationError(f"must be greater than or equal to {low}")
        if value > high:
            raise ValidationError(f"must be less than or equal to {high}")
        return value


class DecimalText(Checked):
    """A number, written as text or as a number, and kept as text with a point in it."""

    schema = NUMBERS
    grammar = casting.NUMBER
    cast = staticmethod(casting.decimal)
    documented = (str, int, float)
    unlike = NOT_A_NUMBER

    def _check(self, value: str) -> object:
        above, below, low = (self.options.get(bound) for bound in ("above", "below", "low"))
        if low is not None and Decimal(value) < low:
            raise ValidationError(f"must be greater than or equal to {low}")
        if above is not None and Decimal(value) <= above:
            raise ValidationError(f"must be greater than {above}")
        if below is not None and Decimal(value) >= below:
            raise ValidationError(f"must be less than {below}")
        return value


class Time(Checked):
    """An instant in any form that clients send, kept as the wire writes it; a rental's local time is kept as the client writes it."""

    forms = TIMES

    def __init__(self, *, options: Mapping[str, Any], **keywords: Any) -> None:  # noqa: ANN401 - those of marshmallow
        super().__init__(options=options, **keywords)
        self.cast = casting.local_time if options["local"] else casting.time


class Flag(Checked):
    """True or false, also as one of the words for them."""

    forms = ({"type": "boolean"}, {"type": "string", "pattern": f"^({WORDS})$"}, {"type": "integer", "minimum": 0, "maximum": 1})
    cast = staticmethod(casting.boolean)
    documented = (bool, str)


class RecordId(Checked):
    """The id of a record, also as text. The use case checks whether the record exists."""

    schema: ClassVar = {"type": ["integer", "string"], "format": "int64", "minimum": 1, "maximum": LARGEST_ID}
    grammar = "[+]?0*[1-9][0-9]{0,18}"
    cast = staticmethod(casting.record_id)
    documented = (int, float, str)


class RecordIds(Checked):
    """A list of ids, each once."""

    schema: ClassVar = {"items": RecordId.schema | {"pattern": rf"^\s*{RecordId.grammar}\s*$"}}
    cast = staticmethod(casting.record_ids)
    documented = (list,)


class Upload(Checked):
    """Base64, with or without a data URI's prefix, white space tolerated."""

    schema = {"minLength": 1}  # noqa: RUF012 - a pattern that takes all of it wears engines of regular expressions out

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
        if len(decoded) > limits.UPLOAD:
            raise ValidationError("is too big (should be less than 10 MB)")
        return decoded


class WebAddress(Checked):
    """An absolute http or https address."""

    schema: ClassVar = {"type": "string", "pattern": f"^{WEB_ADDRESS.pattern}$"}
    cast = staticmethod(casting.text)

    def _check(self, value: str) -> object:
        if not WEB_ADDRESS.fullmatch(value):
            raise ValidationError(INVALID)
        return value


class Structure(Checked):
    """A list of objects, each with the declared text items; kept as JSON."""

    documented = (list,)

    @classmethod
    def described(cls, kind: Kind, *, required: bool, nullable: bool) -> dict[str, Any]:
        """Return the same, with texts in it that may be written as numbers."""
        found = super().described(kind, required=required, nullable=nullable)
        texts = {name: {**one, "type": ["number", *_listed(one["type"])]} for name, one in _described(found).items()}
        return found | ({"items": found["items"] | {"properties": texts}} if texts else {})

    def _check(self, value: object) -> object:
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise ValidationError(INVALID)
        try:
            return orjson.dumps([self._item(item) for item in value]).decode()
        except orjson.JSONEncodeError:
            raise ValidationError(INVALID) from None

    def _item(self, item: Mapping[str, object]) -> Mapping[str, object]:
        found = dict(item)
        for key, described in _described(self.metadata).items():
            if found.get(key) is None:
                continue
            text = PlainText(options={"longest": described.get("maxLength")}, casts=self.casts)
            try:
                found[key] = text.deserialize(casting.cast_one(text, found[key]))
            except ValidationError as error:
                raise ValidationError(f"{key} {error.messages[0]}") from None
        for key in self.options["items"]:
            if not found.get(key):
                raise ValidationError(f"{key} {BLANK}")
        return found


def _listed(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else types


def _described(metadata: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    properties: Mapping[str, Mapping[str, Any]] = metadata.get("items", {}).get("properties", {})
    return properties
