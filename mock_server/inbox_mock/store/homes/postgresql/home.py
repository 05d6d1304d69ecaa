"""All sandboxes in a PostgreSQL database."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from math import inf
from threading import Lock
from weakref import WeakValueDictionary

from inbox_mock.domain import limits
from inbox_mock.domain.access import DEFAULT_SANDBOX, SANDBOX_ID
from inbox_mock.domain.errors import HomeUnavailable, SandboxExists
from inbox_mock.store.database import PAGE_BYTES
from inbox_mock.store.homes import WHOLE, Label, Listed, Share, Start, Transaction
from inbox_mock.store.homes.local import beginning
from inbox_mock.store.homes.postgresql import images, rows
from inbox_mock.store.homes.postgresql.connections import ConnectionPool
from inbox_mock.store.homes.postgresql.copies import Folder, differences
from inbox_mock.store.homes.postgresql.news import News
from inbox_mock.store.homes.postgresql.rows import Stand
from inbox_mock.store.homes.postgresql.storage import PostgresStorage, Shared
from inbox_mock.store.images import as_file, restore, take_image
from inbox_mock.store.migrations import UnusableDatabase

READY_SECONDS = 0.8
ADD = """
    INSERT INTO inbox_mock.sandboxes (id, generation, version, pages, clock, entry, described, description, start, recipe)
    VALUES (%s, 0, 0, 0, '', 0, 0, '', %s, %s) ON CONFLICT (id) DO NOTHING RETURNING number"""
ADD_LABEL = """
    INSERT INTO inbox_mock.labels (name, note, owner, ttl, created_at, used_at, sought, sandbox) VALUES (%s, %s, %s, %s, %s, %s, %s, %s);
    INSERT INTO inbox_mock.claims (sandbox) VALUES (%s) ON CONFLICT (sandbox) DO UPDATE SET sandbox = excluded.sandbox"""
REMOVE = "BEGIN; DELETE FROM inbox_mock.sandboxes WHERE id = %s RETURNING start"
REMOVE_REST = """
    DELETE FROM inbox_mock.pages WHERE sandbox = %s; DELETE FROM inbox_mock.labels WHERE sandbox = %s;
    DELETE FROM inbox_mock.claims WHERE sandbox IN (SELECT sandbox FROM inbox_mock.claims WHERE sandbox = %s FOR UPDATE SKIP LOCKED);
    DELETE FROM inbox_mock.snapshots WHERE sandbox = %s RETURNING image"""
SOUGHT = "WHERE position(%s in l.sought) > 0 AND (%s::text IS NULL OR l.owner = %s)"
LISTED = f"""
    SELECT count(*) FROM {rows.TABLES} {SOUGHT};
    SELECT * FROM (SELECT s.id, {rows.FOUND}, s.number FROM {rows.TABLES} {SOUGHT} ORDER BY s.number DESC LIMIT %s OFFSET %s) AS latest
    ORDER BY number"""
TOTALS = f"""
    SELECT count(*), coalesce(sum(pages), 0)::bigint * {PAGE_BYTES},
      (SELECT coalesce(sum(size), 0)::bigint FROM inbox_mock.snapshots) FROM inbox_mock.sandboxes"""
DUE = """
    SELECT c.sandbox FROM inbox_mock.claims c JOIN inbox_mock.sandboxes s ON s.id = c.sandbox WHERE s.due <= %s ORDER BY s.due
    FOR UPDATE OF c SKIP LOCKED"""
SOONEST = "SELECT min(due) FROM inbox_mock.sandboxes WHERE due > %s"
EXPIRED = "SELECT sandbox FROM inbox_mock.labels WHERE used_at + ttl <= %s ORDER BY used_at + ttl"
READY = "SELECT NOT pg_is_in_recovery() AND has_table_privilege('inbox_mock.pages', 'INSERT')"


class PostgresHome:
    """All sandboxes in a database whose tables `opening` has made; ``url`` is that of the database."""

    is_shared = True
    can_wait = True
    share: Share = WHOLE

    def __init__(self, url: str) -> None:
        self.heard: Callable[[str], None] = lambda _sandbox_id: None
        self._connections = ConnectionPool(url, limits.STORE_CONNECTIONS, limits.STORE_HELD, rows.PREPARE)
        self._claims = ConnectionPool(url, limits.STORE_CONNECTIONS, 0)
        self._news = News(url, self._connections, self._hear)
        self._folder = Folder()
        self._shared = Shared(self._connections, self._claims, self._folder.path, self._news.tell)
        self._known: WeakValueDictionary[str, PostgresStorage] = WeakValueDictionary()
        self._lock = Lock()
        self._news.start()

    @contextmanager
    def adding(self, sandbox_id: str, label: Label, image: bytes, start: Start) -> Iterator[Transaction]:
        """See `inbox_mock.store.homes.Home`, here and below."""
        if self._connections.rows("SELECT FROM inbox_mock.sandboxes WHERE id = %s", (sandbox_id,)):
            raise SandboxExists
        try:
            with beginning(restore(image, checked=False), None, None) as transaction:
                yield transaction
        except UnusableDatabase as error:
            raise HomeUnavailable(f"the image of a new sandbox: {error}") from None
        if transaction.facts is None:
            raise ValueError("a new sandbox without facts")
        content = as_file(take_image(transaction.db))
        transaction.db.close()
        pages = differences(b"" if start.image is None else as_file(start.image), content)
        with self._connections.asked(rows.BEGIN) as (connection, _):
            cursor = connection.cursor()
            kept = None if start.image is None else images.keep(cursor, start.image)
            added = cursor.execute(ADD, (sandbox_id, kept, start.recipe)).fetchone()
            if added is None:
                raise SandboxExists
            cursor.execute(ADD_LABEL, (*rows.as_label(sandbox_id, label), sandbox_id, sandbox_id))
            begun = Stand(added[0], added[0], pages.count, "")
            rows.write(connection, sandbox_id, begun, begun, pages, transaction.facts, None)
        self._news.tell(sandbox_id)

    def find(self, sandbox_id: str) -> PostgresStorage | None:
        """Return a sandbox."""
        known = self._known.get(sandbox_id)
        if known is None and (sandbox_id == DEFAULT_SANDBOX or SANDBOX_ID.fullmatch(sandbox_id)):
            for found, *row in self._connections.rows(rows.FIND, ([sandbox_id],)):
                with self._lock:
                    known = self._known.get(found) or self._known.setdefault(found, PostgresStorage(self._shared, found, tuple(row)))
        return known

    def owns(self, sandbox_id: str) -> bool:  # noqa: ARG002 - as a home has it
        """Return that any process serves it."""
        return True

    def remove(self, sandbox_id: str) -> None:
        """Remove a sandbox."""
        with self._connections.lent(REMOVE, (sandbox_id,)) as cursor:
            cursor.nextset()
            removed = cursor.fetchone()
            unused = [] if removed is None else [removed[0]]
            cursor.execute(REMOVE_REST, (sandbox_id,) * 4)
            while cursor.nextset():
                pass
            unused += [image for (image,) in cursor.fetchall()]
            cursor.execute("COMMIT")
        self._known.pop(sandbox_id, None)
        self._news.tell(sandbox_id)
        for image in unused:
            images.clear(self._connections, image)

    def listed(self, limit: int, skip: int = 0, *, name: str = "", owner: str | None = None) -> tuple[Sequence[Listed], int]:
        """Return a page of sandboxes."""
        sought = (name.lower(), owner, owner)
        with self._connections.lent(LISTED, (*sought, *sought, limit, skip)) as cursor:
            ((number,),) = cursor.fetchall()
            cursor.nextset()
            found = [(row[0], row[1:]) for row in cursor.fetchall()]
        listed = [
            Listed(sandbox_id, rows.label_in(row), rows.facts_in(row), rows.stand_in(row).pages * PAGE_BYTES) for sandbox_id, row in found
        ]
        return listed, number

    def totals(self) -> tuple[int, int, int]:
        """Return the numbers and bytes of what is kept."""
        ((number, size, snapshots),) = self._connections.rows(TOTALS)
        return number, size, snapshots

    def due(self, now: float) -> Sequence[str]:
        """Return where something is due, and nobody looks after it."""
        return [sandbox_id for (sandbox_id,) in self._connections.rows(DUE, (now,))]

    def soonest(self, after: float) -> float | None:
        """Return when something is due next."""
        ((found,),) = self._connections.rows(SOONEST, (after,))
        return None if found is None or found == inf else float(found)

    def expired(self, now: float) -> Sequence[str]:
        """Return which have expired."""
        return [sandbox_id for (sandbox_id,) in self._connections.rows(EXPIRED, (now,))]

    def check(self) -> None:
        """Check that the database answers, soon, and that pages can be written."""
        if self._news.trouble:
            raise HomeUnavailable(f"PostgreSQL: {self._news.trouble}")
        with self._connections.lent(READY, silence=READY_SECONDS) as cursor:
            if cursor.fetchone() != (True,):
                raise HomeUnavailable("PostgreSQL: the database can be read only; expected one that can be written")

    def close(self) -> None:
        """End all connections, and delete the copies."""
        self._news.close()
        for storage in list(self._known.values()):
            storage.sleep()
        self._connections.close()
        self._claims.close()
        self._folder.delete()

    def _hear(self, changed: Collection[str] | None) -> None:
        """Take what others have changed of the sandboxes that this process knows; with None, that may be any."""
        known = dict(self._known)
        heard = set(known if changed is None else changed)
        asked = sorted(heard & set(known))
        for sandbox_id, *row in self._connections.rows(rows.FIND, (asked,)) if asked else ():
            if not known[sandbox_id].hear(tuple(row)):
                heard.discard(sandbox_id)
        for sandbox_id in heard:
            self.heard(sandbox_id)
