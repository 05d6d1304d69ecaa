"""What requests that only read leave behind, gathered beside the database: entries of the journal, counts of the rate limit.

It is in the database after the next transaction, which begins by writing it.
"""

from collections.abc import Callable, Iterable, Sequence
from sys import getsizeof
from typing import NamedTuple

from inbox_mock.domain.reasons import Reason
from inbox_mock.store import access, database, journal
from inbox_mock.store.database import Database, Row

MOST_ENTRIES = 1_000
MOST_BYTES = 1024 * 1024
"""How much is gathered before it is written: the texts of entries, of which a body that several of them share counts once."""


class Spent(NamedTuple):
    """How many requests an application has ``used`` in the hour that begins at ``window``, in Unix seconds."""

    application_id: int
    window: int
    used: int


class LedgerEntry(NamedTuple):
    """An entry with its id, the reasons that it is added with, and what its request has spent, if it has."""

    id: int
    entry: Row
    reasons: tuple[Reason, ...]
    spent: Spent | None


class Ledger:
    """What is gathered beside a sandbox's database, under the sandbox's lock; ``added`` is how many entries ever were.

    ``keep`` is called before an entry is added, may refuse it by raising, and returns how many bytes it takes elsewhere.
    """

    _db: Database

    def __init__(self) -> None:
        self.entries: list[LedgerEntry] = []
        self.keep: Callable[[LedgerEntry], int] = _in_memory
        self.added = 0
        self._next = 0  # the next entry's id; 0: not known
        self._used: dict[int, Spent] = {}  # by application
        self._spent: Spent | None = None
        self._bytes = self._room = 0
        self._body: object = None

    @property
    def last(self) -> int:
        """The id of the last entry that is gathered; 0 if there is none."""
        return self.entries[-1].id if self.entries else 0

    def begin(self, db: Database) -> bool:
        """Begin a request, and forget the count of an earlier one that was not answered; return whether there is room for its entry."""
        self._db, self._spent = db, None
        if not self._next:
            self._next = journal.next_id(db)
            # Near the end of its room nothing is gathered: what does not fit is refused with its own request, not with a later one.
            self._room = min(MOST_BYTES, db.most_bytes - database.size(db) - 2 * MOST_BYTES)
        return self._bytes < self._room and len(self.entries) < MOST_ENTRIES

    def spend(self, application_id: int, window: int) -> int:
        """Count a request of an application in an hour, once it has its entry; return how many there are by then."""
        known = self._used.get(application_id) or Spent(application_id, *access.spent(self._db, application_id))
        self._spent = Spent(application_id, window, known.used + 1 if known.window == window else 1)
        return self._spent.used

    def add(self, entry: Row, reasons: Iterable[Reason]) -> int:
        """Add an entry as `journal.add` takes it, and return its id."""
        gathered, body = LedgerEntry(self._next, entry, tuple(reasons), self._spent), entry["response"]["body"]
        self._bytes += max(self.keep(gathered), size_besides_body(entry) + (0 if body is self._body else getsizeof(body)))
        self.entries.append(gathered)
        self.added += 1
        self._next, self._body = self._next + 1, body
        if self._spent is not None:
            self._used[self._spent.application_id] = self._spent
        return gathered.id

    def write(self, db: Database) -> None:
        """Write all of it into the database, within the present transaction; it is gathered still, until that is committed."""
        write(db, self.entries)

    def clear(self) -> None:
        """Begin anew: the database has all of it, and perhaps more."""
        self.entries, self._used, self._spent, self._body = [], {}, None, None
        self._next = self._bytes = 0


def size_besides_body(entry: Row) -> int:
    """Return about how many bytes of memory the texts of an entry take without that of its answer's body."""
    told = (*entry["request"]["headers"].values(), *entry["response"]["headers"].values())
    return len(entry["path"]) + len(entry["query"]) + sum(map(len, told))


def _in_memory(_gathered: LedgerEntry) -> int:
    return 0


def write(db: Database, gathered: Sequence[LedgerEntry]) -> None:
    """Write what was gathered into a database."""
    journal.add_all(db, (one[:3] for one in gathered))
    for used in {one.spent.application_id: one.spent for one in gathered if one.spent is not None}.values():
        access.set_spent(db, *used)
