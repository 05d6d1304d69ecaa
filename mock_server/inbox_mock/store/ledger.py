"""What requests that only read leave behind, gathered in memory beside the database: entries of the journal, counts of the rate limit.

It is in the database after the next transaction, which begins by writing it.
"""

from collections.abc import Iterable

from inbox_mock.domain.reasons import Reason
from inbox_mock.store import access, database, journal
from inbox_mock.store.database import Database, Row

MOST_ENTRIES = 1_000
MOST_BYTES = 1024 * 1024
"""How much is gathered before it is written: the texts of bodies, of which one that several entries share counts once."""


class Ledger:
    """What is gathered beside a sandbox's database. It is used under the sandbox's lock."""

    _db: Database

    def __init__(self) -> None:
        self.entries: list[tuple[int, Row, tuple[Reason, ...]]] = []
        self._next = 0  # the next entry's id; 0: not known
        self._used: dict[int, tuple[int, int]] = {}  # by application: the hour, and the requests in it
        self._spent: tuple[int, int, int] | None = None
        self._bytes = 0
        self._room = 0
        self._body: object = None

    @property
    def last(self) -> int:
        """The id of the last entry; 0 if there is none."""
        return self.entries[-1][0] if self.entries else 0

    def begin(self, db: Database) -> bool:
        """Begin a request, which forgets what one has spent that was not answered; return whether there is room for its entry."""
        self._db, self._spent = db, None
        if not self._next:
            self._next = journal.next_id(db)
            self._room = min(MOST_BYTES, db.most_bytes - database.size(db) - 2 * MOST_BYTES)
        return self._bytes < self._room and len(self.entries) < MOST_ENTRIES

    def spend(self, application_id: int, window: int) -> int:
        """Count a request of an application in an hour, once it has its entry; return how many there are by then."""
        known, used = self._used.get(application_id) or access.spent(self._db, application_id)
        used = used + 1 if known == window else 1
        self._spent = application_id, window, used
        return used

    def add(self, entry: Row, reasons: Iterable[Reason]) -> int:
        """Add an entry as `journal.add` takes it, and return its id."""
        entry_id, body = self._next, entry["response"]["body"]
        self.entries.append((entry_id, entry, tuple(reasons)))
        self._next += 1
        if body is not self._body:
            self._body = body
            self._bytes += len(body)
        if self._spent is not None:
            application_id, window, used = self._spent
            self._used[application_id] = window, used
        return entry_id

    def write(self, db: Database) -> None:
        """Write all of it into the database, within the present transaction; it is gathered still, until that is committed."""
        for application_id, (window, used) in self._used.items():
            access.set_spent(db, application_id, window, used)
        for entry_id, entry, reasons in self.entries:
            journal.add(db, entry, reasons, entry_id)

    def clear(self) -> None:
        """Begin anew: the database has all of it, and perhaps more."""
        self.entries, self._used, self._spent, self._body = [], {}, None, None
        self._next = self._bytes = 0
