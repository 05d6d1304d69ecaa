"""How a scenario that was made of a recording is written."""

from datetime import datetime, timedelta

from inbox_mock.domain import times


def offset(moment: str, start: datetime) -> str:
    """Return a time of the API as an offset from the start, such as ``-1d2h``; more than ten years, or no time, as it is."""
    try:
        seconds = int((times.parse(moment) - start).total_seconds())
    except ValueError:
        return moment
    if abs(seconds) > timedelta(days=3660).total_seconds():
        return moment
    parts, left = [], abs(seconds)
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        parts += [f"{count}{unit}"] if count else []
    return f"{'-' if seconds < 0 else '+'}{''.join(parts) or '0s'}"
