"""The index of a directory: what is known of its sandboxes without opening them. Several processes may use it."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from threading import RLock
from typing import Any

import orjson

from inbox_mock.domain.errors import HomeUnavailable, NotFound
from inbox_mock.domain.times import Clock
from inbox_mock.store.homes import Facts, Label, Listed, Share, Snapshot
from inbox_mock.store.migrations import fingerprint

FORMAT = 1
APPLICATION = int.from_bytes(b"InbD")
PATIENCE_SECONDS = 10
ROW = "id, name, note, owner, ttl, created_at, used_at, clock, description, described, due, entry, size, start, recipe"


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A sandbox in the index; ``start`` is the name of a file, which holds a recipe if ``is_recipe``, else an image."""

    id: str
    label: Label
    facts: Facts
    size: int
    start: str
    is_recipe: bool


class Index:
    """The index. What is due or has expired is that of this worker's ``share``.

    Each method may be called by any thread, and raises `HomeUnavailable` if the index cannot be read or written.
    """

    def __init__(self, path: Path, *, durable: bool, share: Share, may_be_blank: bool = True) -> None:
        self._path, self._may_be_blank = path, may_be_blank
        self._lock = RLock()
        with self._named():
            self._db = sqlite3.connect(path, timeout=PATIENCE_SECONDS, isolation_level=None, check_same_thread=False)
            try:
                self._db.create_function("owned", 1, share.owns, deterministic=True)
                self._open(durable=durable)
            except BaseException:
                self._db.close()
                raise

    def _open(self, *, durable: bool) -> None:
        db = self._db
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA cell_size_check = ON")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        if not self._is_blank():
            self._check()
        elif not self._may_be_blank:
            raise HomeUnavailable(f"{self._path} is empty: expected the index of the sandboxes that are beside it")
        db.execute("PRAGMA journal_mode = WAL")
        with self.writing():
            if self._is_blank():
                _create(db)

    def _is_blank(self) -> bool:
        """Whether nothing was created yet. The file need not be empty: its journal mode is set before, and a kill may come between."""
        return self._ids() == (0, 0) and not self._rows("SELECT 1 FROM sqlite_schema LIMIT 1")

    def _ids(self) -> tuple[int, int]:
        application, version = (self._rows(f"PRAGMA {name}")[0][0] for name in ("application_id", "user_version"))
        return application, version

    def _check(self) -> None:
        ids = self._ids()
        if ids != (APPLICATION, FORMAT):
            raise HomeUnavailable(
                f"{self._path} has application id {ids[0]} and format {ids[1]}; expected the index of a directory of the Inbox Mock, "
                f"application id {APPLICATION} and format {FORMAT}"
            )
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as ours:
            _create(ours)
            if fingerprint(self._db) != fingerprint(ours):
                raise HomeUnavailable(f"{self._path}: its schema was changed by another program; expected that of format {FORMAT}")
        damage = self._rows("PRAGMA quick_check(1)")[0][0]
        if damage != "ok":
            raise HomeUnavailable(f"{self._path} is damaged ({damage}); expected it as the Inbox Mock wrote it")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Open a transaction, which nobody else writes in meanwhile; if there is one, belong to it."""
        with self._lock, self._named():
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise HomeUnavailable(f"{self._path}: {error}; expected an index that can be read and written") from None

    def _rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self._lock, self._named():
            return self._db.execute(sql, parameters).fetchall()

    def started(self) -> int:
        """Count a start, and return how many there were."""
        with self.writing():
            self._rows("UPDATE server SET starts = starts + 1")
            found: int = self._rows("SELECT starts FROM server")[0][0]
            return found

    def add(self, entry: IndexEntry) -> None:
        """Insert a sandbox."""
        row = (entry.id, *_of_label(entry.label), *_of_facts(entry.facts), entry.size, entry.start, entry.is_recipe)
        marks = ", ".join("?" * len(row))
        self._rows(f"INSERT INTO sandboxes ({ROW}, searched) VALUES ({marks}, ?)", *row, _searched(entry.id, entry.label))

    def find(self, sandbox_id: str) -> IndexEntry | None:
        """Return a sandbox, or None."""
        rows = self._rows(f"SELECT {ROW} FROM sandboxes WHERE id = ?", sandbox_id)
        return _entry(rows[0]) if rows else None

    def remove(self, sandbox_id: str) -> None:
        """Delete a sandbox and its snapshots."""
        self._rows("DELETE FROM sandboxes WHERE id = ?", sandbox_id)

    def keep_label(self, sandbox_id: str, label: Label) -> None:
        """Replace a label."""
        sql = "UPDATE sandboxes SET name = ?, note = ?, owner = ?, ttl = ?, created_at = ?, used_at = ?, searched = ? WHERE id = ?"
        self._change(sql, *_of_label(label), _searched(sandbox_id, label), sandbox_id)

    def use(self, sandbox_id: str, at: float) -> None:
        """Set when a sandbox was used last."""
        self._change("UPDATE sandboxes SET used_at = ? WHERE id = ?", at, sandbox_id)

    def keep_facts(self, sandbox_id: str, facts: Facts, size: int) -> None:
        """Replace facts and size."""
        sql = "UPDATE sandboxes SET clock = ?, description = ?, described = ?, due = ?, entry = ?, size = ? WHERE id = ?"
        self._change(sql, *_of_facts(facts), size, sandbox_id)

    def foretell(self, sandbox_id: str, due: float) -> None:
        """Set when something will be due, before it is certain."""
        self._change("UPDATE sandboxes SET due = ? WHERE id = ?", due, sandbox_id)

    def _change(self, sql: str, *parameters: object) -> None:
        with self._lock, self._named():
            if not self._db.execute(sql, parameters).rowcount:
                raise NotFound

    def listed(self, limit: int, skip: int, name: str, owner: str | None) -> tuple[Sequence[Listed], int]:
        """Return a page of sandboxes, and how many there are, as `Home.listed` does."""
        sought = {"instr(searched, ?)": name.casefold() or None, "owner = ?": owner}
        wanted = {condition: value for condition, value in sought.items() if value is not None}
        where = f"WHERE {' AND '.join(wanted)}" if wanted else ""
        sql = f"SELECT {ROW} FROM sandboxes {where} ORDER BY number DESC LIMIT ? OFFSET ?"
        rows = self._rows(sql, *wanted.values(), limit, skip)
        count: int = self._rows(f"SELECT count(*) FROM sandboxes {where}", *wanted.values())[0][0]
        return [Listed(entry.id, entry.label, entry.facts, entry.size) for entry in map(_entry, reversed(rows))], count

    def totals(self) -> tuple[int, int, int]:
        """Return the number of sandboxes, their bytes, and those of snapshots."""
        count, size = self._rows("SELECT count(*), coalesce(sum(size), 0) FROM sandboxes")[0]
        return count, size, self._rows("SELECT coalesce(sum(size), 0) FROM snapshots")[0][0]

    def due(self, now: float) -> list[str]:
        """Return the ids of this worker's sandboxes in which something is due, most urgent first."""
        return [row[0] for row in self._rows("SELECT id FROM sandboxes WHERE due <= ? AND owned(id) ORDER BY due, number", now)]

    def soonest(self, after: float) -> float | None:
        """Return when, after a time, something is due in one of this worker's sandboxes."""
        rows = self._rows("SELECT due FROM sandboxes WHERE due > ? AND owned(id) ORDER BY due LIMIT 1", after)
        return rows[0][0] if rows else None

    def expired(self, now: float) -> list[str]:
        """Return the ids of this worker's sandboxes that have expired."""
        sql = "SELECT id FROM sandboxes WHERE ttl IS NOT NULL AND used_at + ttl <= ? AND owned(id) ORDER BY number"
        return [row[0] for row in self._rows(sql, now)]

    def snapshots(self, sandbox_id: str) -> list[Snapshot]:
        """Return the snapshots of a sandbox, oldest first."""
        return [
            Snapshot(*row) for row in self._rows("SELECT name, at, size FROM snapshots WHERE sandbox_id = ? ORDER BY number", sandbox_id)
        ]

    def snapshot(self, sandbox_id: str, name: str) -> str | None:
        """Return the hash of a snapshot's image, or None."""
        rows = self._rows("SELECT image FROM snapshots WHERE sandbox_id = ? AND name = ?", sandbox_id, name)
        return rows[0][0] if rows else None

    def keep_snapshot(self, sandbox_id: str, kept: Snapshot, image: str) -> None:
        """Insert a snapshot, in place of one of the same name."""
        sql = """
            INSERT INTO snapshots (sandbox_id, name, at, size, image) SELECT id, ?, ?, ?, ? FROM sandboxes WHERE id = ?
            ON CONFLICT (sandbox_id, name) DO UPDATE SET at = excluded.at, size = excluded.size, image = excluded.image"""
        self._change(sql, kept.name, kept.at, kept.size, image, sandbox_id)

    def forget_snapshot(self, sandbox_id: str, name: str) -> None:
        """Delete a snapshot."""
        self._rows("DELETE FROM snapshots WHERE sandbox_id = ? AND name = ?", sandbox_id, name)

    def images(self, sandbox_id: str) -> set[str]:
        """Return the hashes of all that a sandbox refers to."""
        sql = "SELECT start FROM sandboxes WHERE id = ?1 UNION SELECT image FROM snapshots WHERE sandbox_id = ?1"
        return {row[0] for row in self._rows(sql, sandbox_id)}

    def refers(self, image: str) -> bool:
        """Return whether a sandbox or a snapshot refers to a hash."""
        sql = "SELECT 1 FROM sandboxes WHERE start = ?1 UNION ALL SELECT 1 FROM snapshots WHERE image = ?1 LIMIT 1"
        return bool(self._rows(sql, image))

    def check(self) -> None:
        """Write something."""
        self._rows("UPDATE server SET starts = starts")

    def close(self) -> None:
        """Close it."""
        with self._lock, self._named():
            self._db.close()


def _create(db: sqlite3.Connection) -> None:
    db.execute(f"PRAGMA application_id = {APPLICATION}")
    db.execute(f"PRAGMA user_version = {FORMAT}")
    for statement in files("inbox_mock.store.homes.directory").joinpath("index.sql").read_text().split(";\n"):
        db.execute(statement)


def _searched(sandbox_id: str, label: Label) -> str:
    return f"{label.name or ''}\n{sandbox_id}".casefold()


def _of_label(label: Label) -> tuple[object, ...]:
    return label.name, label.note, label.owner, label.ttl, label.created_at, label.used_at


def _of_facts(facts: Facts) -> tuple[object, ...]:
    clock = facts.clock
    written = orjson.dumps([clock.mode, clock.now.isoformat(), clock.rate, clock.anchor]).decode()
    return written, orjson.dumps(facts.description).decode(), facts.described, facts.due, facts.entry


def _entry(row: tuple[Any, ...]) -> IndexEntry:
    mode, now, rate, anchor = orjson.loads(row[7])
    facts = Facts(
        clock=Clock(mode, datetime.fromisoformat(now), rate, anchor),
        description=orjson.loads(row[8]),
        described=row[9],
        due=row[10],
        entry=row[11],
    )
    label = Label(name=row[1], note=row[2], owner=row[3], ttl=row[4], created_at=row[5], used_at=row[6])
    return IndexEntry(row[0], label, facts, row[12], row[13], bool(row[14]))
