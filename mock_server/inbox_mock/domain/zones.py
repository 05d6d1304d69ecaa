"""Time zones by name, from the package ``tzdata`` alone: a machine's own database may be years older, and give other hours."""

from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from inbox_mock.domain.spelling import closest

CLOSE = 0.8


@cache
def names() -> frozenset[str]:
    """Return the names of all time zones."""
    return frozenset((files("tzdata") / "zones").read_text(encoding="utf-8").split())


@cache
def of_country(code: str) -> tuple[str, ...]:
    """Return the names of the time zones of a country, by its code in capitals; none for one that is not known."""
    lines = (files("tzdata") / "zoneinfo" / "zone1970.tab").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return tuple(row[2] for row in rows if code in row[0].split(","))


@cache
def zone(name: str) -> ZoneInfo:
    """Return a time zone.

    Raises:
        ValueError: there is none of this name.
    """
    if name not in names():
        raise ValueError(f"no time zone is called {name!r}")
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def nearest(name: str) -> str | None:
    """Return the name that resembles ``name`` most, which may be written without its region, or None if none does."""
    whole = {known.casefold(): known for known in sorted(names())}
    spelt = {folded.rpartition("/")[2]: known for folded, known in whole.items()} | whole
    meant = closest(name.replace(" ", "_"), spelt, CLOSE)
    return None if meant is None else spelt[meant]
