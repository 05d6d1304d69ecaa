"""Values from outside in their normal form: whole numbers in JSON, digits in text, text without control characters."""

import re
from typing import overload

from inbox_mock.domain import limits
from inbox_mock.domain.errors import BadRequest

UNPRINTABLE = "\ufffd"
SURROGATES = re.compile("[\ud800-\udfff]")
LARGEST = 2**53
TEXTS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
"""The texts in JSON; one without an end is found whole, since the search for others would begin in it again and again."""


@overload
def normal(value: dict[str, object], levels: int = limits.LEVELS) -> dict[str, object]: ...
@overload
def normal(value: object, levels: int = limits.LEVELS) -> object: ...
def normal(value: object, levels: int = limits.LEVELS) -> object:
    """Return the same JSON in which 7.0 is 7.

    Raises:
        ValueError: it is nested too deeply.
    """
    if not levels:
        raise ValueError(f"nested more than {limits.LEVELS} deep")
    if isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST:
        return int(value)
    if isinstance(value, dict):
        return {name: normal(item, levels - 1) for name, item in value.items()}
    if isinstance(value, list):
        return [normal(item, levels - 1) for item in value]
    return value


def check_number_of_values(raw: bytes) -> None:
    """Count the values in JSON without parsing it: as objects they may need fifty times the memory.

    Raises:
        BadRequest: there are too many.
    """
    if _marks(raw, 0, len(raw)) > limits.JSON_VALUES and _has_many_outside_texts(raw):
        raise BadRequest(f"the body has more than {limits.JSON_VALUES}")


def _has_many_outside_texts(raw: bytes) -> bool:
    found = end = 0
    for number, text in enumerate(TEXTS.finditer(raw)):
        found += _marks(raw, end, text.start())
        end = text.end()
        if max(found, number // 2) > limits.JSON_VALUES:  # every second text may be a key
            return True
    return found + _marks(raw, end, len(raw)) > limits.JSON_VALUES


def _marks(raw: bytes, start: int, end: int) -> int:
    """Return the number of commas and opening brackets in a part: each value but the first comes after one."""
    return sum(raw.count(mark, start, end) for mark in (b",", b"[", b"{"))


def whole_number(text: str, digits: int) -> int | None:
    """Return the number that a text of 1 to ``digits`` ASCII digits represents, or None for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def printable(text: str) -> str:
    """Return a text in which U+FFFD replaces control characters and those that change the direction of writing."""
    return "".join(character if character.isprintable() else UNPRINTABLE for character in text)


def encodable(text: str) -> str:
    """Return a text in which U+FFFD replaces lone surrogates: JSON and recordings may name them, and no answer can hold them."""
    return SURROGATES.sub(UNPRINTABLE, text)


def in_a_line(text: str) -> str:
    """Return a text without control characters whose lines are one, such as what a library says of somebody else's bytes."""
    return printable(" ".join(text.splitlines()))
