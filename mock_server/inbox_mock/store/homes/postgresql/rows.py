"""The rows of a sandbox as PostgreSQL has them, and the statements that read and write them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

import orjson
from psycopg import Cursor
from psycopg.pq.abc import PGresult
from psycopg.rows import TupleRow
from psycopg.sql import quote

from inbox_mock.domain.times import Clock
from inbox_mock.store.database import PAGE_BYTES
from inbox_mock.store.homes import Facts, Label
from inbox_mock.store.homes.postgresql.connections import BoundedConnection
from inbox_mock.store.homes.postgresql.copies import Pages

PAGES_AT_ONCE = 4096
STATE = "s.generation, s.version, s.pages, pg_postmaster_start_time()::text, s.clock, s.due, s.entry, s.described"
FOUND = f"{STATE}, s.description, l.name, l.note, l.owner, l.ttl, l.created_at, l.used_at"
TABLES = "inbox_mock.sandboxes s JOIN inbox_mock.labels l ON l.sandbox = s.id"
FIND = f"SELECT s.id, {FOUND} FROM {TABLES} WHERE s.id = ANY(%s)"  # noqa: S608
LOCK = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; EXECUTE inbox_mock_lock ({}, {}, {})"
ALL_PAGES = "SELECT number, bytes FROM inbox_mock.pages WHERE sandbox = %s AND number > %s AND number <= %s ORDER BY number"
CHANGED_PAGES = "SELECT number, bytes FROM inbox_mock.pages WHERE sandbox = %s AND version > %s"
WRITE_PAGES = "EXECUTE inbox_mock_write_pages ({}, {}, '\\x{}', '{{{}}}'); "
FORGET_PAGES = "DELETE FROM inbox_mock.pages WHERE sandbox = {} AND number > {}; "
WRITE = "EXECUTE inbox_mock_write ({}, {}, {}, {}, {}, {}, {}, {}, {}); COMMIT"
PREPARE = f"""
    SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_sort = off; SET jit = off;
    PREPARE inbox_mock_lock (bigint, bigint, text) AS
      SELECT {STATE}, CASE WHEN s.described <> $1 OR s.generation <> $2 THEN s.description END, s.start
      FROM inbox_mock.sandboxes s WHERE s.id = $3 FOR NO KEY UPDATE;
    PREPARE inbox_mock_write_pages (text, bigint, bytea, integer[]) AS
      INSERT INTO inbox_mock.pages (sandbox, number, version, bytes)
      SELECT $1, number, $2, substring($3 FROM ({PAGE_BYTES} * (place - 1) + 1)::integer FOR {PAGE_BYTES})
      FROM unnest($4) WITH ORDINALITY AS given (number, place)
      ON CONFLICT (sandbox, number) DO UPDATE SET version = excluded.version, bytes = excluded.bytes;
    PREPARE inbox_mock_write (bigint, bigint, integer, text, double precision, bigint, bigint, text, text) AS
      UPDATE inbox_mock.sandboxes SET generation = $1, version = $2, pages = $3,
        clock = $4, due = $5, entry = $6, described = $7, description = coalesce($8, description) WHERE id = $9"""  # noqa: S608
"""What a connection is told first: the statements of each transaction are planned once, and each finds its rows by an index."""


@dataclass(frozen=True, slots=True)
class Stand:
    """What says which pages a sandbox has.

    ``era`` is when the server was started: what it has lost by a crash or a change to a replica, if anything, no version tells.
    """

    generation: int
    version: int
    pages: int
    era: str

    def continues(self, earlier: "Stand") -> bool:
        """Return whether what has changed since then are the pages whose versions say so."""
        return (self.generation, self.era) == (earlier.generation, earlier.era) and self.version >= earlier.version


def stand_in(row: TupleRow) -> Stand:
    """Return what a row that begins with STATE says of the pages."""
    return Stand(*row[:4])


def facts_in(row: TupleRow, description: str | bytes | Mapping[str, object]) -> Facts:
    """Return what a row that begins with STATE says of the facts; the description is JSON, or was read before."""
    mode, now, rate, anchor = orjson.loads(row[4])
    clock = Clock(mode, datetime.fromisoformat(now), rate, anchor)
    read = orjson.loads(description) if isinstance(description, str | bytes) else description
    return Facts(clock=clock, due=row[5], entry=row[6], described=row[7], description=read)


def label_in(row: TupleRow) -> Label:
    """Return the label in a row of FOUND."""
    return Label(**dict(zip(asdict(Label()), row[9:15], strict=True)))


def as_clock(facts: Facts) -> str:
    """Return the clock as a row has it."""
    clock = facts.clock
    return orjson.dumps([clock.mode, clock.now.isoformat(), clock.rate, clock.anchor]).decode()


def as_description(facts: Facts) -> str:
    """Return the description as a row has it."""
    return orjson.dumps(facts.description).decode()


def locked_row(result: PGresult) -> tuple[Any, ...] | None:
    """Return the row that was locked, which begins with STATE; after it come the description, if it is not known, and the start's hash."""
    if not result.ntuples:
        return None
    generation, version, pages, era, clock, due, entry, described, description, start = map(partial(result.get_value, 0), range(10))
    state = int(generation or 0), int(version or 0), int(pages or 0), str(era, "ascii") if era else "", clock
    facts = None if due is None else float(due), int(entry or 0), int(described or 0)
    return *state, *facts, description, None if start is None else bytes.fromhex(start[2:].decode())


def pages_of(connection: BoundedConnection, sandbox_id: str, stand: Stand, base: bytes) -> bytes:
    """Return all pages of a sandbox; those that were never written are those of its ``base``."""
    found = bytearray(base[: stand.pages * PAGE_BYTES].ljust(stand.pages * PAGE_BYTES, b"\0"))
    reader = Cursor(connection)
    for last in range(0, stand.pages, PAGES_AT_ONCE):
        for number, page in reader.execute(ALL_PAGES, (sandbox_id, last, last + PAGES_AT_ONCE), binary=True):
            found[(number - 1) * PAGE_BYTES : number * PAGE_BYTES] = page
    return bytes(found)


def pages_since(connection: BoundedConnection, sandbox_id: str, earlier: Stand, count: int) -> Pages:
    """Return the pages that have changed since then."""
    rows = Cursor(connection).execute(CHANGED_PAGES, (sandbox_id, earlier.version), binary=True)
    return Pages(dict(rows), count)


def write(
    connection: BoundedConnection, sandbox_id: str, before: Stand, after: Stand, pages: Pages, facts: Facts, known: Facts | None
) -> None:
    """Write what a transaction has changed, and commit. The description is written unless it is that of the ``known`` facts."""
    numbers, own = sorted(pages.changed), quote(sandbox_id)
    query = ""
    for first in range(0, len(numbers), PAGES_AT_ONCE):
        if query:
            connection.ask(query)
        some = numbers[first : first + PAGES_AT_ONCE]
        query = WRITE_PAGES.format(own, after.version, b"".join(map(pages.changed.__getitem__, some)).hex(), ",".join(map(str, some)))
    if after.pages < before.pages:
        query += FORGET_PAGES.format(own, after.pages)
    same = known is not None and known.description is facts.description
    description = "NULL" if same else quote(orjson.dumps(facts.description).decode(), connection)
    due = "NULL" if facts.due is None else f"'{facts.due!r}'"
    row = after.generation, after.version, after.pages, _as_clock(facts.clock), due, facts.entry, facts.described, description, own
    connection.ask(query + WRITE.format(*row))


@lru_cache(maxsize=256)
def _as_clock(clock: Clock) -> str:
    """Return a clock as a statement has it."""
    return quote(orjson.dumps([clock.mode, clock.now.isoformat(), clock.rate, clock.anchor]).decode())


def as_label(sandbox_id: str, label: Label) -> tuple[object, ...]:
    """Return a label as a row has it: its fields, and what a search by name looks at."""
    return *asdict(label).values(), f"{sandbox_id} {label.name or ''}".lower()
