"""Casting: one rule for what a client may write where the tables name another JSON type.

Assumed: as Rails casts what it is given, as far as nothing is lost. Each function returns the value in the type of its kind, or
None for a blank text, which only texts keep; it raises ValueError for what the kind does not take. The decision record on
casting has the table.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from inbox_mock.domain import times
from inbox_mock.resources.field_types import LARGEST_ID

WHOLE = r"[+-]?[0-9]{1,30}"
NUMBER = r"[+-]?([0-9]{1,15}(\.[0-9]{0,10})?|\.[0-9]{1,10})"
PERCENT = rf"{NUMBER}%?"
DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
BOOLEANS: dict[object, bool] = {
    True: True,
    False: False,
    **{spelled: word in {"true", "t", "on", "1"} for word in ("true", "t", "on", "1", "false", "f", "off", "0")
       for spelled in (word, word.upper(), word.title())},
}  # fmt: skip
"""What is true and what is false; 1 and 0 are equal to the first two."""
UNLIKE = object()
"""Stands for a value that the kind does not take."""


def cast_all(fields: Mapping[str, Any], written: Mapping[str, object]) -> dict[str, object]:
    """Return what is written for each of the `marshmallow_fields`, cast; other names are left out."""
    return {name: cast_one(fields[name], value) for name, value in written.items() if name in fields}


def cast_one(field: Any, value: object) -> object:  # noqa: ANN401 - a module without marshmallow
    """Return a value as the field's kind stores it, `UNLIKE` if the kind does not take it. Null stays null."""
    if value is None:
        return None
    if not field.casts and not isinstance(value, field.documented):
        return UNLIKE
    try:
        return field.cast(value)
    except ValueError:
        return UNLIKE


def unchanged(value: object) -> object:
    """Return the value itself: the field's constraints say what it may be."""
    return value


def text(value: object) -> str:
    """Return a text, or a number as JSON writes it. Truth values are none: Rails stores the letter t."""
    if isinstance(value, str):
        return value
    return orjson.dumps(_number(value)).decode()


def integer(value: object) -> int | None:
    """Return a whole number, also of a text of digits; 1.5 is none: Rails drops what is behind the point."""
    if isinstance(value, str):
        return int(value) if _is_written(value, WHOLE) else None
    number = _number(value)
    if number != int(number):
        raise ValueError(value)
    return int(number)


def decimal(value: object) -> str | None:
    """Return a number as text with a point in it."""
    if isinstance(value, str) and not _is_written(value, NUMBER):
        return None
    number = Decimal(value if isinstance(value, str) else str(_number(value)))
    written = f"{number:f}"
    if not DECIMAL.fullmatch(written) and (isinstance(value, str) or not DECIMAL.fullmatch(written := f"{number:.10f}")):
        raise ValueError(value)
    whole, _, fraction = written.partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}"


def amount(value: object) -> str:
    """Return an amount or a percentage as it is written, without white space around it; a blank text stays one."""
    written = text(value).strip()
    _is_written(written, PERCENT)
    return written


def boolean(value: object) -> bool | None:
    """Return a truth value, also of the words for it; other words are none: Rails takes them for true."""
    if isinstance(value, str) and not value.strip():
        return None
    if not isinstance(value, str | int | float) or value not in BOOLEANS:
        raise ValueError(value)
    return BOOLEANS[value]


def local_time(value: object) -> str | None:
    """Return a time as it is written, in any form that clients send."""
    return None if time(value) is None else str(value)


def time(value: object) -> str | None:
    """Return an instant as the wire writes it, of any form that clients send."""
    if not isinstance(value, str):
        raise ValueError(value)
    return times.wire(times.parse(value)) if value.strip() else None


def record_id(value: object) -> int | None:
    """Return an id, also of a text of digits."""
    found = integer(value)
    if found is not None and not 1 <= found <= LARGEST_ID:
        raise ValueError(value)
    return found


def record_ids(value: object) -> list[int]:
    """Return a list of ids, each once."""
    found = [record_id(item) for item in value] if isinstance(value, list) else [None]
    if None in found:
        raise ValueError(value)
    return list(dict.fromkeys(one for one in found if one is not None))


def _number(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(value)
    return value


def _is_written(value: str, grammar: str) -> bool:
    """Return whether a text is not blank; raise ValueError if it is neither blank nor of this grammar."""
    if not value.strip():
        return False
    if not re.fullmatch(rf"\s*{grammar}\s*", value):
        raise ValueError(value)
    return True
