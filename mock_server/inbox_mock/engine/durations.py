"""Durations in text form: ``90s``, ``10m``, ``2h``, ``1d``, or ISO 8601."""

import re
from datetime import timedelta

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
SHORT = re.compile(r"([0-9]{1,9})([smhd])")
EXPECTED = "a duration such as 90s, 10m, 2h, 1d or PT10M"
LONGEST = timedelta(days=3660)
SCHEMA = {"type": ["string", "integer"], "minimum": 0, "maximum": 0}
"""The JSON Schema of a duration: a text, or the number 0, the only one that needs no unit."""


def parse(written: object) -> timedelta:
    """Return the duration that a text represents, or the number 0.

    Raises:
        ValueError: the text is not a duration, or represents more than ten years.
    """
    text = str(written)
    short = SHORT.fullmatch("0s" if text == "0" else text)
    found = timedelta(**{UNITS[short[2]]: int(short[1])}) if short else _iso(text)
    if not timedelta() <= found <= LONGEST:
        message = f"{text!r} is more than ten years, or less than nothing"
        raise ValueError(message)
    return found


def _iso(text: str) -> timedelta:
    from isodate import ISO8601Error, parse_duration

    try:  # isodate accepts a T that nothing follows, and a newline at the end
        found = None if text.endswith(("T", "\n")) else parse_duration(text, as_timedelta_if_possible=True)
    except (ISO8601Error, TypeError, OverflowError):
        found = None
    if not isinstance(found, timedelta):
        message = f"{text!r} is not {EXPECTED}"
        raise ValueError(message)
    return found
