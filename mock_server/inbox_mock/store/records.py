"""Reading records: the selection of rows, and the columns of the views."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from inbox_mock.store.database import Database, columns_of

COUNTED = frozenset({"conversations", "participants", "messages", "attachments", "clients"})


@dataclass(frozen=True, slots=True)
class Selection:
    """A selection of a table's rows, and their order; those of ``account_id`` alone when ``where`` is empty."""

    table: str
    account_id: int | None = None
    where: tuple[str, ...] = ()
    values: tuple[object, ...] = ()
    order: str = "id"

    def narrowed(self, where: str, *values: object) -> "Selection":
        """Return the same selection with one more condition."""
        return Selection(self.table, self.account_id, (*self.where, where), (*self.values, *values), self.order)

    @property
    def condition(self) -> tuple[str, tuple[object, ...]]:
        """The condition after WHERE, and the values of its parameters."""
        if self.account_id is None:
            return " AND ".join(self.where) or "1", self.values
        return " AND ".join(("account_id = ?", *self.where)), (self.account_id, *self.values)

    def among(self, ids: Iterable[int], column: str = "id") -> "Selection":
        """Return the same selection, narrowed to rows that have one of these ids in a column."""
        return self.narrowed(f"{column} IN (SELECT value FROM json_each(?))", orjson.dumps(list(ids)).decode())


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a view, and the names of its columns."""

    columns: tuple[str, ...]
    rows: list[Sequence[object]]


def page(db: Database, selection: Selection, limit: int, offset: int) -> tuple[list[int], int]:
    """Return the ids on a page of a selection, and how many the selection holds."""
    where, values = selection.condition
    found = ids(db, selection, limit, offset)
    if selection.account_id is not None and not selection.where and selection.table in COUNTED:
        counted = db.execute("SELECT n FROM counts WHERE name = ? AND account_id = ?", (selection.table, selection.account_id)).fetchone()
        total = counted[0] if counted else 0
    else:
        total = db.execute(f"SELECT count(*) FROM {selection.table} WHERE {where}", values).fetchone()[0]
    return found, total


def ids(db: Database, selection: Selection, limit: int = -1, offset: int = 0) -> list[int]:
    """Return the ids of a selection's records, or of a part of them."""
    where, values = selection.condition
    sql = f"SELECT id FROM {selection.table} WHERE {where} ORDER BY {selection.order} LIMIT ? OFFSET ?"
    return [row[0] for row in db.execute(sql, (*values, limit, offset))]


def existing(db: Database, selection: Selection, wanted: Sequence[int]) -> list[int]:
    """Return which of the wanted ids are in the selection, in its order."""
    return ids(db, selection.among(wanted))


def read_one(db: Database, view: str, selection: Selection, record_id: int) -> Rows:
    """Return a view's row of one record of a selection, or no row."""
    where, values = selection.condition
    cursor = db.execute(f"SELECT * FROM {view} WHERE id = ? AND {where}", (record_id, *values))
    return Rows(columns_of(cursor), cursor.fetchall())


def read(db: Database, view: str, ids: Sequence[int]) -> Rows:
    """Return a view's rows of the records with these ids, in their order; ids that do not exist are left out."""
    if len(ids) == 1:
        cursor = db.execute(f"SELECT * FROM {view} WHERE id = ?", (ids[0],))
        return Rows(columns_of(cursor), cursor.fetchall())
    columns, found = each(db, view, ids)
    position = columns.index("id")
    by_id: dict[object, Sequence[object]] = {row[position]: row for row in found}
    return Rows(columns, [by_id[record_id] for record_id in ids if record_id in by_id])


def each(db: Database, view: str, ids: Sequence[int]) -> tuple[tuple[str, ...], Iterable[Sequence[object]]]:
    """Return a view's columns, and its rows of the records with these ids one after the other, in any order."""
    cursor = db.execute(f"SELECT * FROM {view} WHERE id IN (SELECT value FROM json_each(?))", (orjson.dumps(ids).decode(),))
    return columns_of(cursor), cursor
