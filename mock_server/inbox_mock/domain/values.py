"""Values from outside in their normal form: whole numbers in JSON, digits in text, text without control characters."""

from inbox_mock.domain import limits

UNPRINTABLE = "\ufffd"
LARGEST = 2**53


def normal(value: object, levels: int = limits.LEVELS) -> object:
    """Return the same JSON in which 7.0 is 7.

    Raises:
        ValueError: it is nested too deeply.
    """
    if not levels:
        message = f"nested more than {limits.LEVELS} deep"
        raise ValueError(message)
    if isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST:
        return int(value)
    if isinstance(value, dict):
        return {name: normal(item, levels - 1) for name, item in value.items()}
    if isinstance(value, list):
        return [normal(item, levels - 1) for item in value]
    return value


def whole_number(text: str, digits: int) -> int | None:
    """Return the number that a text of 1 to ``digits`` ASCII digits represents, or None for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def printable(text: str) -> str:
    """Return a text in which U+FFFD replaces control characters and those that change the direction of writing."""
    return "".join(character if character.isprintable() else UNPRINTABLE for character in text)
