"""Traversals: a client's readings of lists, page after page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from itertools import chain, pairwise

from inbox_mock.conduct.facts import parameters_in
from inbox_mock.conduct.model import Entry, Evidence
from inbox_mock.domain import times
from inbox_mock.domain.values import whole_number

PAGING = ("page", "per_page", "updated_since")
LISTS = frozenset({("inbox", name) for name in ("conversations", "participants", "messages", "attachments")})
REFERENCE = frozenset({"hosts", "sources", "rentals", "applications", "accounts"})
SHORT = REFERENCE | {"bookings", "clients", "inquiries"}
COUNTED = timedelta(minutes=1)
"""How soon after it has counted the pages a client begins to read them."""
REFUSED = frozenset({400, 403, 404, 405, 409, 413, 414, 415, 422})

Key = tuple[int | None, tuple[str, ...], tuple[tuple[str, str], ...]]


@dataclass
class Traversal:
    """The pages of one reading of a list, in the order of the requests; all of them are added before it is used.

    ``key`` says whose list it is and which part of it was requested, independent of pages and their size. ``since`` is the
    ``updated_since`` that was sent, None where everything was listed. ``counted``: the first page was read once before, to count
    the pages; that reading is none of them.
    """

    key: Key
    since: datetime | None
    pages: list[Entry] = field(default_factory=list)
    counted: bool = False

    @property
    def first(self) -> Entry:
        """Its first entry."""
        return self.pages[0]

    @property
    def last(self) -> Entry:
        """Its last entry."""
        return self.pages[-1]

    def is_count(self, entry: Entry, before: Entry | None) -> bool:
        """Return whether so far only the pages were counted, and ``entry``, a first page, begins to read them.

        Either the reading so far named no page and ``entry`` does, or nothing was called between: ``before`` is the call before it.
        """
        first = self.first
        if self.counted or len(self.pages) > 1 or first.failed or first.token != entry.token or entry.at - first.at >= COUNTED:
            return False
        return before is first or ("page" in entry.parameters and "page" not in first.parameters)

    @cached_property
    def numbers(self) -> set[int]:
        """The requested pages."""
        return {page_of(entry) for entry in self.pages}

    @cached_property
    def reads_backwards(self) -> bool:
        """Whether each page after the first one that was requested is an earlier one than the one before."""
        asked = [page_of(entry) for entry in self.pages[1:]]
        return len(asked) > 1 and all(later < earlier for earlier, later in pairwise(asked))

    @cached_property
    def left_off(self) -> Entry | None:
        """The last entry whose ``next`` page was never requested; None if there is none."""
        return next((entry for entry in reversed(self.pages) if has_next(entry) and page_of(entry) + 1 not in self.numbers), None)

    @cached_property
    def complete(self) -> bool:
        """Whether the list was read to its end, and every page was readable."""
        good = {page_of(entry) for entry in self.pages if not entry.failed}
        return good == self.numbers and min(good, default=0) == 1 and self.left_off is None


@dataclass(frozen=True, slots=True)
class Readings:
    """What an application read: all its calls, and its traversals of lists, both in order."""

    application_id: int
    calls: list[Entry]
    traversals: list[Traversal]


def readings(evidence: Evidence) -> list[Readings]:
    """Return the readings of each application; rules share them by `Evidence.once`."""
    return [Readings(application_id, calls, list(traversals(calls))) for application_id, calls in evidence.by_application()]


def traversals(calls: Iterable[Entry]) -> Iterator[Traversal]:
    """Yield an application's traversals of lists, in the order of their first requests.

    A first page begins a new one, unless the one before it only counted the pages.
    """
    unfinished: dict[tuple[Key, datetime | None], Traversal] = {}
    found: list[Traversal] = []
    for before, entry in pairwise(chain((None,), calls)):
        if entry is None or not is_listing(entry):
            continue
        key, since = key_of(entry), since_of(entry)
        traversal = unfinished.get((key, since))
        if traversal is not None and page_of(entry) == 1 and traversal.is_count(entry, before):
            traversal.pages, traversal.counted = [], True
        elif traversal is None or page_of(entry) == 1:
            traversal = unfinished[key, since] = Traversal(key, since)
            found.append(traversal)
        traversal.pages.append(entry)
    yield from found


def is_listing(entry: Entry) -> bool:
    """Return whether an entry requests a list, not records by their ids."""
    whole = entry.parts in LISTS or (len(entry.parts) == 1 and entry.parts[0] in SHORT)
    return whole and entry.method == "GET" and "ids" not in entry.parameters


def key_of(entry: Entry) -> Key:
    """Return whose list was requested, and which part of it."""
    return entry.account_id, entry.parts, _part_of(entry.query)


@lru_cache(maxsize=256)
def _part_of(query: str) -> tuple[tuple[str, str], ...]:
    given = ((name, ",".join(sorted(text.split(",")))) for name, text in parameters_in(query).items() if name not in PAGING)
    return tuple(sorted(given))


def since_of(entry: Entry) -> datetime | None:
    """Return the ``updated_since`` of an entry; None if it has none, or one that the API ignores."""
    given = entry.parameters.get("updated_since")
    return None if given is None else _time(given)


@lru_cache(maxsize=256)
def _time(text: str) -> datetime | None:
    try:
        return times.parse(text)
    except ValueError:
        return None


def page_of(entry: Entry) -> int:
    """Return the number of the requested page; anything but a number counts as 1."""
    given = entry.parameters.get("page")
    return 1 if given is None else _page(given)


@lru_cache(maxsize=256)
def _page(text: str) -> int:
    return whole_number(text, 15) or 1


def has_next(entry: Entry) -> bool:
    """Return whether the response reached the client and linked to a next page."""
    return not entry.failed and 'rel="next"' in entry.headers.get("Link", "")


def interruptions(calls: Iterable[Entry], exchanges: Iterable[Entry]) -> list[int]:
    """Return the ids of entries that may have interrupted a client: failures, except refusals of what it wrote."""
    failed = (entry for entry in (*calls, *exchanges) if entry.failed)
    return sorted(entry.id for entry in failed if entry.method == "GET" or entry.status not in REFUSED)


def list_name(entry: Entry) -> str:
    """Return the name of the list that an entry requests."""
    return entry.parts[-1]
