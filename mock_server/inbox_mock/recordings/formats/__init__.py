"""The formats of recordings: what a format is. Each sibling module exports one ``FORMAT``, all that a format needs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from inbox_mock.domain.discovery import discover
from inbox_mock.recordings import Exchange, Lost
from inbox_mock.recordings.entry import Entry, part


@dataclass(frozen=True, kw_only=True)
class Format:
    """What tells a format from others, and how it is read.

    * ``title`` names the format to people.
    * ``entries``: the dotted paths at which its list of entries stands; the empty path is the document itself, or its items.
    * ``marks``: the dotted paths that each entry has. Of several formats that fit, the one with most marks is chosen.
    * ``read`` yields the exchanges of an entry; what it cannot use is `Malformed`.
    * ``loses`` is what its recorders lose of every exchange.
    * ``order``: the path of a number by which files of one folder are sorted, where each holds one exchange.
    """

    title: str
    entries: tuple[str, ...]
    marks: tuple[str, ...]
    read: Callable[[Entry], Iterable[Exchange]]
    loses: frozenset[Lost] = frozenset()
    order: str | None = None

    def fits(self, path: str, value: object) -> bool:
        """Return whether the first item of a list at a path is one of this format."""
        return path in self.entries and all(part(value, mark) is not None for mark in self.marks)


@cache
def formats() -> dict[str, Format]:
    """Return every format by the name of its module.

    Raises:
        DeclarationError: a module cannot be used.
    """
    return discover(__name__, "FORMAT", Format)
