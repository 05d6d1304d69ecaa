"""What a rule of conduct is, and what it finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "note"]


@dataclass(frozen=True, slots=True)
class Violation:
    """What a client did, in a sentence, and the ids of the journal entries that show it: the deed last."""

    about: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A claim about a client's conduct.

    ``title`` ends the sentence "The client ...". ``why`` says what it leads to, and ``source`` where that stands.
    ``acquittals`` are what looks like the crime and is not. ``find`` is None for a rule that only a trial can judge.
    """

    code: str
    title: str
    why: str
    source: str
    fix: str
    severity: Severity
    acquittals: tuple[str, ...] = ()
    find: Callable[["Evidence"], Iterable[Violation]] | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What rules look at."""
