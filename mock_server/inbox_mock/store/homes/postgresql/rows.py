"""The rows of a sandbox as PostgreSQL has them, and the statements that read and write them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache

import orjson
from psycopg import Cursor
from psycopg.pq.abc import PGresult
from psycopg.rows import TupleRow

from inbox_mock.domain.times import Clock
from inbox_mock.store.database import PAGE_BYTES
from inbox_mock.store.homes import Facts, Label
from inbox_mock.store.homes.postgresql.connections import BoundedConnection, Raw, Step
from inbox_mock.store.homes.postgresql.copies import Pages

PAGES_AT_ONCE = 4096
STATE = "s.generation, s.version, s.pages, pg_postmaster_start_time()::text, s.clock, s.due, s.entry, s.described"
FOUND = f"{STATE}, s.description, l.name, l.note, l.owner, l.ttl, l.created_at, l.used_at"
TABLES = "inbox_mock.sandboxes s JOIN inbox_mock.labels l ON l.sandbox = s.id"
FIND = f"SELECT s.id, {FOUND} FROM {TABLES} WHERE s.id = ANY(%s)"
BEGIN: Step = b"BEGIN", None
COMMIT: Step = b"COMMIT", None
ALL_PAGES = "SELECT number, bytes FROM inbox_mock.pages WHERE sandbox = %s AND number > %s AND number <= %s ORDER BY number"
CHANGED_PAGES = "SELECT number, bytes FROM inbox_mock.pages WHERE sandbox = %s AND version > %s"
LABEL = tuple(asdict(Label()))
PREPARE = f"""
    SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_sort = off; SET jit = off;
    PREPARE inbox_mock_lock (bigint, bigint, text) AS
      SELECT {STATE}, CASE WHEN s.described <> $1 OR s.generation <> $2 THEN s.description END, s.start
      FROM inbox_mock.sandboxes s WHERE s.id = $3 FOR NO KEY UPDATE;
    PREPARE inbox_mock_forget_pages (text, integer) AS DELETE FROM inbox_mock.pages WHERE sandbox = $1 AND number > $2;
    PREPARE inbox_mock_write (text, bigint, bytea, integer[], bigint, integer, text, double precision, bigint, bigint, text) AS
      WITH written AS (
        INSERT INTO inbox_mock.pages (sandbox, number, version, bytes)
        SELECT $1, number, $2, substring($3 FROM ({PAGE_BYTES} * (place - 1) + 1)::integer FOR {PAGE_BYTES})
        FROM unnest($4) WITH ORDINALITY AS given (number, place)
        ON CONFLICT (sandbox, number) DO UPDATE SET version = excluded.version, bytes = excluded.bytes)
      UPDATE inbox_mock.sandboxes SET version = $2, generation = $5, pages = $6,
        clock = $7, due = $8, entry = $9, described = $10, description = coalesce($11, description) WHERE id = $1"""
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


def facts_in(row: TupleRow) -> Facts:
    """Return the facts in a row of FOUND."""
    return _facts(row[4], row[5], row[6], row[7], orjson.loads(row[8]))


def _facts(clock: str | bytes, due: float | None, entry: int, described: int, description: Mapping[str, object]) -> Facts:
    mode, now, rate, anchor = orjson.loads(clock)
    return Facts(
        clock=Clock(mode, datetime.fromisoformat(now), rate, anchor), due=due, entry=entry, described=described, description=description
    )


def label_in(row: TupleRow) -> Label:
    """Return the label in a row of FOUND."""
    return Label(**dict(zip(LABEL, row[9:15], strict=True)))


def lock(sandbox_id: str, described: int, generation: int) -> Step:
    """Return the statement that locks a row, for who knows the description of a version of a generation."""
    return b"inbox_mock_lock", (_number(described), _number(generation), sandbox_id.encode())


def locked(result: PGresult, known: Stand, facts: Facts) -> tuple[Stand, Facts, bytes | None] | None:
    """Return what a row that was locked says, and the hash of its start, for who knows its facts as of a stand; None, if it is gone."""
    if not result.ntuples:
        return None
    generation, version, pages, era, *rest, start = (result.get_value(0, column) or b"" for column in range(10))
    stand = Stand(int(generation), int(version), int(pages), era.decode())
    if stand != known:
        clock, due, entry, described, description = rest
        read = orjson.loads(description) if description else facts.description
        facts = _facts(clock, float(due) if due else None, int(entry), int(described), read)
    return stand, facts, bytes.fromhex(start[2:].decode()) if start else None


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
    own, due = sandbox_id.encode(), None if facts.due is None else repr(facts.due).encode()
    known_already = known is not None and known.description is facts.description
    described = _number(facts.described), None if known_already else orjson.dumps(facts.description)
    row = _number(after.generation), _number(after.pages), _as_clock(facts.clock), due, _number(facts.entry), *described

    def writing(some: Sequence[int]) -> Step:
        content = Raw(b"".join(map(pages.changed.__getitem__, some)))
        return b"inbox_mock_write", (own, _number(after.version), content, f"{{{','.join(map(str, some))}}}".encode(), *row)

    numbers = sorted(pages.changed)
    *first, last = (numbers[at : at + PAGES_AT_ONCE] for at in range(0, max(1, len(numbers)), PAGES_AT_ONCE))
    for some in first:
        connection.ask(writing(some))
    forgetting = [(b"inbox_mock_forget_pages", (own, _number(after.pages)))] if after.pages < before.pages else []
    connection.ask(writing(last), *forgetting, COMMIT)


def _number(number: int) -> bytes:
    return b"%d" % number


@lru_cache(maxsize=256)
def _as_clock(clock: Clock) -> bytes:
    """Return a clock as a row has it."""
    return orjson.dumps([clock.mode, clock.now.isoformat(), clock.rate, clock.anchor])


def as_label(sandbox_id: str, label: Label) -> tuple[object, ...]:
    """Return a label as a row has it: its fields, and what a search by name looks at."""
    return *asdict(label).values(), f"{sandbox_id} {label.name or ''}".lower()
