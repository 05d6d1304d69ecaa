"""The journal of a sandbox: every API request and every webhook attempt, with what it caused. Entries of reads come by a ledger."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from sys import getsizeof
from typing import Any, NamedTuple

import orjson

from inbox_mock.domain import limits
from inbox_mock.domain.reasons import Reason, from_json, in_words, of_refusal
from inbox_mock.store import access, database
from inbox_mock.store.database import Database, Row

INSERT = """
    INSERT INTO journal (id, at, method, path, query, status, application_id, delivery_id, request, response, caused, fault_id, reasons,
      request_body, response_body)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
JSON_COLUMNS = ("request", "response", "caused", "reasons")
Head = tuple[Any, ...]
"""The columns of an entry that `HEADS` names, in their order."""
HEADS = """
    SELECT id, at, method, path, query, status, application_id, delivery_id, request, response, caused, fault_id, reasons,
      typeof(request_body) = 'text', typeof(response_body) = 'text'
    FROM journal ORDER BY id"""  # typeof reads no pages of a body, IS NOT NULL reads all of them
MOST_ENTRIES = 1_000
MOST_BYTES = 1024 * 1024
"""How much is gathered before it is written: the texts of entries, of which a body that several of them share counts once."""


def add(db: Database, entry: Row, reasons: Iterable[Reason]) -> int:
    """Insert an entry and return its id; the oldest are deleted. ``request``, ``response`` and ``caused`` become JSON.

    Whatever a client or a receiver wrote is cut: bodies before they come here, here the rest.

    A body that comes ``whole`` beside an entry which does not hold all of it is kept, too.

    The entry's ``fault_id`` is that of the fault that one of the ``reasons`` names, if one does.
    """
    added = db.execute(INSERT, _row(None, entry, reasons)).lastrowid or 0
    db.bookkept += 1
    if "whole" in entry:
        _keep_whole(db, added, entry["whole"])
    if added > limits.JOURNAL:
        _delete_before(db, added - limits.JOURNAL)
    return added


def write_gathered(db: Database, gathered: Sequence["LedgerEntry"]) -> None:
    """Insert what a ledger has gathered, as `add` does: entries by their ids, in their order, and what their requests have spent."""
    if gathered:
        db.executemany(INSERT, [_row(*one[:3]) for one in gathered])
        db.bookkept += len(gathered)
        _delete_before(db, gathered[-1].id - limits.JOURNAL)
    for used in {one.spent.application_id: one.spent for one in gathered if one.spent is not None}.values():
        access.set_spent(db, *used)


def _delete_before(db: Database, entry_id: int) -> None:
    """Delete the entries up to one, unless somebody reads them."""
    if entry_id > 0 and not db.readers:
        db.bookkept += db.execute("DELETE FROM journal WHERE id <= ?", (entry_id,)).rowcount
        db.bookkept += db.execute("DELETE FROM request_bodies WHERE entry_id <= ?", (entry_id,)).rowcount


def _keep_whole(db: Database, entry_id: int, body: bytes) -> None:
    """Keep the body of a request beside its entry, which has not all of it; nothing, if there is no room."""
    kept: int = db.execute("SELECT coalesce(sum(length(bytes)), 0) FROM request_bodies").fetchone()[0]
    db.execute("INSERT INTO request_bodies VALUES (?, ?)", (entry_id, body if kept + len(body) <= limits.WHOLE_BODIES else b""))
    db.bookkept += 1


def _row(entry_id: int | None, entry: Row, reasons: Iterable[Reason]) -> tuple[Any, ...]:
    """Return an entry's values in the order of `INSERT`."""
    kept = {reason.text: reason for reason in reasons}.values()
    fault_id = next((reason.fault_id for reason in kept if reason.fault_id is not None), None)
    request, asked = _without_text(entry["request"])
    response, answered = _without_text(entry["response"])
    return (
        *(entry_id, entry["at"], shortened(entry["method"]), shortened(entry["path"]), shortened(entry["query"]), entry["status"]),
        *(entry["application_id"], entry.get("delivery_id"), request, response, orjson.dumps(entry["caused"]).decode(), fault_id),
        *(orjson.dumps([reason.as_json() for reason in kept]).decode(), asked, answered),
    )


def _without_text(part: Row) -> tuple[str, str | None]:
    """Return a request or a response as JSON without the text of its body, and that text, if there is any."""
    body = part.get("body")
    told = {**part, "headers": shortened_values(part.get("headers", {}))}
    if not body or not isinstance(body, str):
        return orjson.dumps(told).decode(), None
    told["body"] = ""
    return orjson.dumps(told).decode(), body


def next_id(db: Database) -> int:
    """Return the id that the next entry gets."""
    found: int = db.execute("SELECT coalesce(max(id), 0) + 1 FROM journal").fetchone()[0]
    return found


def after(db: Database, entry_id: int, limit: int) -> list[Row]:
    """Return the entries that come after one, oldest first, each with the ``event`` of the webhook that it attempts to deliver."""
    sql = "SELECT j.*, (SELECT event FROM deliveries WHERE id = j.delivery_id) AS event FROM journal j WHERE j.id > ? ORDER BY j.id LIMIT ?"
    return _read(db.each(sql, (entry_id, limit)))


def of_delivery(db: Database, delivery_id: object) -> list[Row]:
    """Return the attempts to deliver something, oldest first."""
    return _read(db.each("SELECT * FROM journal WHERE delivery_id = ? ORDER BY id", (delivery_id,)))


def heads(db: Database) -> Iterator[Head]:
    """Yield each entry without the texts of its bodies, oldest first; the last two values say whether there are any.

    The other columns are as they are stored: JSON is not read.
    """
    return db.execute(HEADS)


class Reader:
    """Reads columns of single entries while it is open; the journal deletes no entry meanwhile.

    ``lock`` is the one under which others use the connection. A sandbox that is reset leaves the database as it is to the reader.
    """

    def __init__(self, db: Database, lock: AbstractContextManager[object]) -> None:
        self._db, self._lock = db, lock
        self._last: tuple[tuple[str, int, str], str] | None = None
        with lock:
            db.readers += 1

    def read(self, column: str, entry_id: int, table: str = "journal") -> str:
        """Return the text in a column of the row with this id; the last one is kept, since several are asked for the same."""
        asked, last = (column, entry_id, table), self._last
        if last is None or last[0] != asked:
            with self._lock:
                text = str(self._db.value(f"SELECT {column} FROM {table} WHERE id = ?", (entry_id,)))
            self._last = last = asked, text
        return last[1]

    def close(self) -> None:
        """End the reading: the journal may delete its oldest entries again."""
        with self._lock:
            self._db.readers -= 1


def shortened(text: str) -> str:
    """Return a text as the journal keeps it."""
    return text if len(text) <= limits.JOURNALED else text[: limits.JOURNALED]


def shortened_values(given: Mapping[str, str]) -> dict[str, str]:
    """Return headers or parameters as the journal keeps them: the first ones, as many as it keeps of one text.

    A ``Link`` is whole, since a rule measures it; what this server sends has a limit of its own.
    """
    if sum(map(len, given)) + sum(map(len, given.values())) <= limits.JOURNALED:
        return dict(given)
    kept: dict[str, str] = {}
    left = int(limits.JOURNALED)
    for name, text in given.items():
        if name == "Link":
            kept[name] = text[: limits.LINK]
        elif left > 0:
            kept[name[:left]] = text[: max(0, left - len(name))]
            left -= len(name) + len(text)
    return kept


def _read(rows: Iterable[Row]) -> list[Row]:
    """Return entries with their JSON read, and with ``why``: the reasons in words, and what a refusal said."""
    return [_whole(row) for row in rows]


def _whole(row: Row) -> Row:
    found = row | {name: orjson.loads(row[name]) for name in JSON_COLUMNS}
    for name in ("request", "response"):
        body = found.pop(f"{name}_body")
        if body is not None:
            found[name]["body"] = body
    reasons = [from_json(reason) for reason in found["reasons"]]
    of_a_receiver = found["delivery_id"] is not None  # which may answer anything
    why = in_words(reasons) if of_a_receiver else of_refusal(found["status"], reasons, found["response"].get("body"))
    return found | {"why": why or None}


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
    """What requests that only read leave, gathered beside the database under the sandbox's lock: entries, counts of the rate limit.

    It is in the database after the next transaction, which begins by writing it. ``added`` is how many entries ever were, ``last`` the
    id of the last one that is gathered; 0 if there is none.

    ``keep`` is called before an entry is added, may refuse it by raising, and returns how many bytes it takes elsewhere.
    """

    _db: Database

    def __init__(self) -> None:
        self.entries: list[LedgerEntry] = []
        self.keep: Callable[[LedgerEntry], int] = _in_memory
        self.added = self.last = 0
        self._next = 0  # the next entry's id; 0: not known
        self._used: dict[int, Spent] = {}  # by application
        self._spent: Spent | None = None
        self._bytes = self._room = 0
        self._body: object = None

    def begin(self, db: Database) -> bool:
        """Begin a request, and forget the count of an earlier one that was not answered; return whether there is room for its entry."""
        self._db, self._spent = db, None
        if not self._next:
            self._next = next_id(db)
            # Near the end of its room nothing is gathered: what does not fit is refused with its own request, not with a later one.
            self._room = min(MOST_BYTES, db.most_bytes - database.size(db) - 2 * MOST_BYTES)
        return self._bytes < self._room and len(self.entries) < MOST_ENTRIES

    def spend(self, application_id: int, window: int) -> int:
        """Count a request of an application in an hour, once it has its entry; return how many there are by then."""
        known = self._used.get(application_id) or Spent(application_id, *access.spent(self._db, application_id))
        self._spent = Spent(application_id, window, known.used + 1 if known.window == window else 1)
        return self._spent.used

    def add(self, entry: Row, reasons: Iterable[Reason]) -> int:
        """Add an entry as `add` takes it, and return its id."""
        gathered, body = LedgerEntry(self._next, entry, tuple(reasons), self._spent), entry["response"]["body"]
        self._bytes += max(self.keep(gathered), size_besides_body(entry) + (0 if body is self._body else getsizeof(body)))
        self.entries.append(gathered)
        self.added += 1
        self.last = self._next
        self._next, self._body = self._next + 1, body
        if self._spent is not None:
            self._used[self._spent.application_id] = self._spent
        return gathered.id

    def write(self, db: Database) -> None:
        """Write all of it into the database, within the present transaction; it is gathered still, until that is committed."""
        write_gathered(db, self.entries)

    def clear(self) -> None:
        """Begin anew: the database has all of it, and perhaps more."""
        self.entries, self._used, self._spent, self._body = [], {}, None, None
        self._next = self._bytes = self.last = 0


def size_besides_body(entry: Row) -> int:
    """Return about how many bytes of memory the texts of an entry take without that of its answer's body."""
    told = (*entry["request"]["headers"].values(), *entry["response"]["headers"].values())
    return len(entry["path"]) + len(entry["query"]) + sum(map(len, told))


def _in_memory(_gathered: LedgerEntry) -> int:
    return 0
