"""How sure we are of a behaviour, and where it was seen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fidelity:
    """``level`` is documented, recorded or assumed; ``source`` names the page, the recording or the reason."""

    level: str
    source: str


def documented(page: str) -> Fidelity:
    """The official documentation says so; ``page`` is a path on developers.bookingsync.com."""
    return Fidelity("documented", page)


def recorded(where: str) -> Fidelity:
    """Seen in a recording of the real service, or enforced by a public client of it."""
    return Fidelity("recorded", where)


def assumed(reason: str) -> Fidelity:
    """No source settles it: this is our choice, and why."""
    return Fidelity("assumed", reason)
