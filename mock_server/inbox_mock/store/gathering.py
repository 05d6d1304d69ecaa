"""A database that holds rows back while a sandbox is built: each is written once, as it is in the end, together with many others.

A message moves its conversation and its sender, and changes when it is relayed: one by one, that is a dozen statements.
"""

import re
from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache, partial
from heapq import heappop, heappush
from sqlite3 import Cursor, IntegrityError
from typing import Any, TypeVar

from inbox_mock.domain.errors import NotFound
from inbox_mock.store import images
from inbox_mock.store.database import READING, Database, Due, Parameters, Row, updating
from inbox_mock.store.rows import TABLES

T = TypeVar("T")

HELD = ("rentals", "clients", "hosts", "bookings", "conversations", "participants", "messages", "timeline", "webhooks")
GROUPED = {"participants": "conversation_id"}
"""By which column `Database.of` finds held rows of a table; it never changes."""
MOST_ROWS = 20_000
"""How many rows of a table are held, those that were only read among them, before all are written."""


class _Table:
    """What is held of a table, by id: its ``rows``, which of them are ``new``, and which columns of others ``changed``."""

    def __init__(self, name: str, blank: Row) -> None:
        self.name, self.blank = name, blank
        self.last: int | None = None
        self.rows: dict[object, Row] = {}
        self.new: dict[int, None] = {}
        self.changed: dict[int, frozenset[str]] = {}
        self.groups: dict[object, list[int]] = {}
        self.known_groups: set[object] = set()

    def drop(self, record_id: int) -> None:
        """Undo an insertion."""
        del self.rows[record_id], self.new[record_id]

    def put_back(self, record_id: int, row: Row, columns: frozenset[str] | None) -> None:
        """Undo a change of a row of which these columns had changed before."""
        self.rows[record_id] = row
        self.changed.pop(record_id, None)
        if columns:
            self.changed[record_id] = columns

    def hold(self, rows: Mapping[object, Row], new: Mapping[int, None], changed: Mapping[int, frozenset[str]]) -> None:
        """Undo a writing."""
        self.rows |= rows
        self.new |= new
        self.changed |= changed

    def forget(self) -> None:
        """Hold no rows, once all are written."""
        self.rows, self.groups, self.known_groups = {}, {}, set()


class Gathering(Database):
    """A database that holds back rows of the tables ``HELD``; a statement in SQL finds written what it concerns.

    A held row reads as it was given, with True for 1. Rows that are returned must not be changed.
    """

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - as sqlite3.Connection takes it
        super().__init__(*given, **named)
        self._tables: dict[str, _Table] = {}
        self._due: list[tuple[str, int]] | None = None
        self._undoing: list[Callable[[], object]] | None = None
        self._unsaved = 0

    def begin(self) -> None:
        """Hold rows from now on, once the schema is there."""
        self._tables = {name: _Table(name, blank) for name, blank in _blanks().items()}

    def execute(self, sql: str, parameters: Parameters = (), /) -> Cursor:
        """Execute a statement, after writing what it concerns."""
        self._settle(sql)
        return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Parameters], /) -> Cursor:
        """Execute a statement with each of the parameters, after writing what it concerns."""
        self._settle(sql)
        return super().executemany(sql, parameters)

    def serialize(self, *, name: str = "main") -> bytes:
        """Return the image of the database, with all that is held."""
        for held in self._tables.values():
            self._write(held)
        return super().serialize(name=name)

    def get(self, table: type[T], record_id: object, account_id: int | None = None) -> T:
        """Return a row as `Database.get` does."""
        held = self._tables.get(TABLES[table])
        if held is None:
            return super().get(table, record_id, account_id)
        found: Any = held.rows.get(record_id) or self._read(held, record_id)
        if found is None or (account_id is not None and found["account_id"] != account_id):
            raise NotFound
        row: T = found
        return row

    def has(self, table: str, record_id: object) -> bool:
        """Return whether a table has a row with this id."""
        held = self._tables.get(table)
        return super().has(table, record_id) if held is None else self._read(held, record_id) is not None

    def holds_any(self, table: str) -> bool:
        """Return whether a table has any row."""
        held = self._tables.get(table)
        return super().holds_any(table) if held is None else self._last(held) > 0

    def of(self, table: type[T], column: str, value: object) -> list[T]:
        """Return the rows that have a value in a column, by id."""
        held = self._tables.get(TABLES[table])
        if held is None or GROUPED.get(held.name) != column:
            return super().of(table, column, value)
        if value not in held.known_groups:
            written = super().execute(f"SELECT id FROM {held.name} WHERE {column} = ?", (value,))
            held.groups[value] = sorted({row[0] for row in written}.union(held.groups.get(value, ())))
            held.known_groups.add(value)
        found: list[Any] = [held.rows.get(record_id) or self._read(held, record_id) for record_id in held.groups[value]]
        return found

    def insert(self, table: str, row: Mapping[str, object]) -> int:
        """Insert a row as `Database.insert` does.

        Raises:
            IntegrityError: another row has its id.
        """
        held = self._tables.get(table)
        if held is None:
            return super().insert(table, row)
        last = held.last if held.last is not None else self._last(held)
        added = {**held.blank, **row}
        record_id: int = added["id"] or last + 1
        if record_id > last:
            held.last = record_id
        elif self._read(held, record_id) is not None:
            raise IntegrityError(f"UNIQUE constraint failed: {table}.id")
        added["id"] = record_id
        held.new[record_id] = None
        if table in GROUPED:
            insort(held.groups.setdefault(added[GROUPED[table]], []), record_id)
        if self._due is not None and table == "timeline" and not added["happened"]:
            heappush(self._due, (added["due_at"], record_id))
        if self._undoing is not None:
            self._undoing.append(partial(held.drop, record_id))
        self._keep(held, record_id, added)
        return record_id

    def update(self, table: str, record_id: object, changes: Mapping[str, object]) -> None:
        """Change the named columns of the row with this id."""
        held = self._tables.get(table)
        if held is None:
            super().update(table, record_id, changes)
            return
        before: Row | None = held.rows.get(record_id) or self._read(held, record_id)
        if before is None or not changes:
            return
        found: int = before["id"]
        columns = held.changed.get(found)
        if found not in held.new:
            held.changed[found] = (columns or frozenset()) | changes.keys()
        if self._undoing is not None:
            self._undoing.append(partial(held.put_back, found, before, columns))
        held.rows[found] = {**before, **changes}

    def next_due(self, until: str, only: str, but: Sequence[str]) -> Due | None:
        """Return the first pending event as `Database.next_due` does."""
        held = self._tables["timeline"]
        if self._due is None:
            self._write(held)
            self._due = super().execute("SELECT due_at, id FROM timeline WHERE happened = 0 ORDER BY due_at, id").fetchall()
        while self._due and self._due[0][0] <= until:
            event = self._read(held, self._due[0][1])
            if event is not None and not event["happened"]:
                if event["kind"] in but or only not in {"", event["kind"]}:
                    return super().next_due(until, only, but)
                return event["id"], event["due_at"], event["kind"], event["about"]
            heappop(self._due)
        return None

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Note what to undo if an exception leaves the block; there is no savepoint before something is written."""
        outer, self._undoing = self._undoing, []
        self._unsaved += 1
        try:
            yield
        except BaseException:
            self._end_attempt("ROLLBACK TO attempt", "RELEASE attempt")
            for undo in reversed(self._undoing):
                undo()
            self._undoing = outer
            for held in self._tables.values():
                self._let_go(held)
            raise
        self._end_attempt("RELEASE attempt")
        if outer is not None:
            outer += self._undoing
        self._undoing = outer

    def _end_attempt(self, *statements: str) -> None:
        if self._unsaved:
            self._unsaved -= 1
            return
        for sql in statements:
            super().execute(sql)

    def _save(self) -> None:
        """Open the savepoints that are due before something is written."""
        for _ in range(self._unsaved):
            super().execute("SAVEPOINT attempt")
        self._unsaved = 0

    def _last(self, held: _Table) -> int:
        """Return the greatest id that a table has had since it was read, or 0."""
        if held.last is None:
            self._write(held)
            held.last = int(super().execute(f"SELECT coalesce(max(id), 0) FROM {held.name}").fetchone()[0])
        return held.last

    def _read(self, held: _Table, record_id: object) -> Row | None:
        """Return a row, and hold it."""
        found: Row | None = held.rows.get(record_id)
        if found is None and record_id is not None:
            written = super().execute(f"SELECT * FROM {held.name} WHERE id = ?", (record_id,)).fetchone()
            if written is not None:
                found = dict(zip(held.blank, written, strict=True))
                self._keep(held, written[0], found)
        return found

    def _keep(self, held: _Table, record_id: int, row: Row) -> None:
        held.rows[record_id] = row
        if len(held.rows) > MOST_ROWS and self._undoing is None:
            self._write(held)
            held.forget()

    def _settle(self, sql: str) -> None:
        """Write what a statement concerns; what it may change is not held any longer."""
        reads, names = _concerned(sql)
        for name in names if self._tables else ():
            (self._write if reads else self._let_go)(self._tables[name])
        if not reads:
            self._save()

    def _let_go(self, held: _Table) -> None:
        self._write(held)
        held.forget()
        held.last = self._due = None

    def _write(self, held: _Table) -> None:
        new, changed, rows = held.new, held.changed, held.rows
        if not new and not changed:
            return
        self._save()
        held.new, held.changed = {}, {}
        if self._undoing is not None:
            self._undoing.append(partial(held.hold, {each: rows[each] for each in (*new, *changed)}, new, changed))
        marks = ", ".join("?" * len(held.blank))
        super().executemany(f"INSERT INTO {held.name} VALUES ({marks})", [tuple(rows[each].values()) for each in new])
        for record_id, columns in changed.items():
            super().execute(updating(held.name, tuple(columns)), rows[record_id])


@lru_cache(maxsize=1024)
def _concerned(sql: str) -> tuple[bool, tuple[str, ...]]:
    """Return whether a statement only reads, and the held tables that it names: all, if it ends the transaction or reads a view."""
    words = set(re.findall(r"\w+", sql))
    everything = "COMMIT" in words or any(word.endswith("_records") for word in words)
    return sql.lstrip().startswith(READING), tuple(name for name in HELD if everything or name in words)


@cache
def _blanks() -> dict[str, Row]:
    """Return a row of each held table with nothing but defaults."""
    db, found = images.create(), dict[str, Row]()
    for name in HELD:
        columns = db.execute(f"PRAGMA table_info({name})").fetchall()
        defaults = db.execute(f"SELECT {', '.join(column[4] or 'NULL' for column in columns)}").fetchone()
        found[name] = dict(zip([column[1] for column in columns], defaults, strict=True))
    return found


def create() -> Gathering:
    """Return a new, empty sandbox database that holds rows back."""
    made = images.create_as(Gathering)
    made.begin()
    return made
