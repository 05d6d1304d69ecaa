"""Durations in text form: ``90s``, ``10m``, ``2h``, ``1d``, or ISO 8601; and offsets from a moment: ``-2h3m4s``."""

import re
from datetime import datetime, timedelta

from inbox_mock.domain import times

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
SHORT = re.compile(r"([0-9]{1,9})([smhd])")
OFFSET = re.compile(r"([+-])(?=[0-9])(?:([0-9]{1,7})d)?(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?")
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


def parse_offset(text: str) -> timedelta:
    """Return what an offset adds to a moment: one or more of days, hours, minutes and seconds, in this order, after their sign.

    Raises:
        ValueError: the text is not an offset.
    """
    found = OFFSET.fullmatch(text)
    if found is None:
        message = f"{text!r} is not an offset such as -2h3m4s"
        raise ValueError(message)
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    offset = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -offset if found[1] == "-" else offset


def offset(difference: timedelta) -> str:
    """Return a difference in whole seconds as the shortest offset: the inverse of `parse_offset`."""
    minutes, seconds = divmod(abs(int(difference.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = zip((days, hours, minutes, seconds), "dhms", strict=True)
    return ("-" if difference < timedelta() else "+") + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0s")


def moment(text: str, start: datetime) -> str:
    """Return the time that an offset from the start, or a time, represents, as the wire writes it.

    Raises:
        ValueError: it is neither an offset nor a time.
    """
    try:
        return times.wire(start + parse_offset(text) if text[:1] in {"+", "-"} else times.parse(text))
    except OverflowError as error:
        raise ValueError(str(error)) from None
