"""Connections to PostgreSQL: as many as are needed at once, up to a limit, and no wait without an end."""

import select
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from threading import BoundedSemaphore
from typing import TypeVar

import psycopg
from psycopg import ClientCursor, Connection
from psycopg.abc import PQGen
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from psycopg.rows import TupleRow
from psycopg.waiting import Ready, Wait

from inbox_mock.domain import limits
from inbox_mock.domain.errors import HomeUnavailable

T = TypeVar("T")
Cursor = psycopg.Cursor[TupleRow]
Step = tuple[bytes, Sequence[bytes | None] | None]
"""A statement: its text, and None; or the name of one that was prepared, and its parameters as text, or as they are if they are `Raw`."""

NAME = "inbox-mock"
CONNECT_SECONDS = 3
ROOM_SECONDS = 3
SETTINGS = """
    SET lock_timeout = '5s'; SET statement_timeout = '10s'; SET idle_in_transaction_session_timeout = '{idle:g}s';
    SET default_transaction_read_only = off; SET default_transaction_isolation = 'read committed'; SET standard_conforming_strings = on;
    SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"""
EVENTS = {Wait.R: select.POLLIN, Wait.W: select.POLLOUT, Wait.RW: select.POLLIN | select.POLLOUT}


class Raw(bytes):
    """A parameter that PostgreSQL takes as it is."""


class Silent(psycopg.OperationalError):
    """The server has not said anything for too long."""


class BoundedConnection(Connection[TupleRow]):
    """A connection that is given up when the server says nothing for too long: it may have been stopped, or cut off."""

    silence: float = limits.STORE_SILENCE

    def wait(self, gen: PQGen[T], *_given: object, **_more: object) -> T:
        """Consume a generator that operates on the connection, as the driver's own method does, but not without end."""
        poll = select.poll()
        poll.register(self.pgconn.socket, 0)
        try:
            wanted = next(gen)
            while True:
                can_write = self._ready(poll, wanted) & select.POLLOUT
                wanted = gen.send(Ready.RW if can_write and wanted == Wait.RW else Ready.W if can_write else Ready.R)
        except StopIteration as end:
            returned: T = end.value
            return returned
        except BaseException:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # nobody knows what it would say next
            raise

    def _ready(self, poll: select.poll, wanted: Wait) -> int:
        """Wait until the server can be heard or told something; return which, as `select.poll` does."""
        poll.modify(self.pgconn.socket, EVENTS[wanted])
        found = poll.poll(self.silence * 1000)
        if not found:
            self.pgconn.finish()
            raise Silent(f"the server has said nothing for {float(self.silence):g} s")
        return found[0][1]

    def ask(self, *steps: Step) -> list[PGresult]:
        """Execute statements that are sent at once, and return what each has to say, as text.

        What the driver's cursors do beyond that takes several times as long.
        """
        pgconn = self.pgconn
        pgconn.enter_pipeline_mode()
        for statement, values in steps:
            if values is None:
                pgconn.send_query_params(statement, None)
            else:
                # psycopg-binary 3.2.1 takes nothing but a list
                pgconn.send_query_prepared(statement, list(values), [isinstance(value, Raw) for value in values])
        pgconn.pipeline_sync()
        results = self._results()
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise psycopg.OperationalError(result.error_message.decode(errors="replace"))
        return results

    def _results(self) -> list[PGresult]:
        """Send what is still to be sent, and return what comes back until the pipeline ends, or is lost."""
        pgconn, found = self.pgconn, list[PGresult]()
        poll = select.poll()
        poll.register(pgconn.socket, 0)
        while pgconn.flush():  # what is long is not sent at once
            if self._ready(poll, Wait.RW) & select.POLLIN:
                pgconn.consume_input()
        while pgconn.status == ConnStatus.OK:
            while pgconn.is_busy():
                self._ready(poll, Wait.R)
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is not None and result.status == ExecStatus.PIPELINE_SYNC:
                pgconn.exit_pipeline_mode()
                break
            if result is not None:  # which separates statements
                found.append(result)
        return found


class ConnectionPool:
    """Connections that are lent, and kept until they are needed again."""

    def __init__(self, url: str, most: int, idle: float, prepare: str = "") -> None:
        """Connect to nothing yet.

        ``idle`` is for how many seconds the server lets a transaction wait for its next statement, 0 without end; ``prepare`` is what a
        new connection is told.
        """
        self._url, self.most = url, most
        self._settings = f"{SETTINGS.format(idle=idle)}; {prepare}"
        self._idle: list[BoundedConnection] = []
        self._lent: set[BoundedConnection] = set()
        self._room = BoundedSemaphore(most)

    @contextmanager
    def lent(self, query: str, parameters: Sequence[object] = (), *, silence: float | None = None) -> Iterator[Cursor]:
        """Lend a connection on which some statements have been executed; a transaction that is left open is rolled back.

        If the connection turns out to be lost, they are executed on another one: they may begin something, but not end it.

        Raises:
            HomeUnavailable: the server cannot be reached, or fails, here or within the block.
        """
        with self._begun(lambda connection: connection.execute(query.encode(), parameters), silence) as (_, cursor):
            yield cursor

    def asked(self, *steps: Step) -> AbstractContextManager[tuple[BoundedConnection, PGresult]]:
        """Lend a connection in the same way, with the result of the last statement."""
        return self._begun(lambda connection: connection.ask(*steps)[-1])

    @contextmanager
    def _begun(self, begin: Callable[[BoundedConnection], T], silence: float | None = None) -> Iterator[tuple[BoundedConnection, T]]:
        silence = silence or limits.STORE_SILENCE
        if not self._room.acquire(timeout=min(silence, ROOM_SECONDS)):
            raise HomeUnavailable(f"PostgreSQL: all of its {int(self.most)} connections of this process are in use")
        try:
            connection, begun = self._first(begin, silence)
            self._lent.add(connection)
            try:
                yield connection, begun
            finally:
                self._lent.discard(connection)
                self._take_back(connection)
        except psycopg.Error as error:
            raise unavailable(error) from error
        finally:
            self._room.release()

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[TupleRow]:
        """Execute statements, and return the rows of the last one; none, if it returns nothing."""
        with self.lent(query, parameters) as cursor:
            while cursor.nextset():
                pass
            return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        """Close all of them, those that are lent too."""
        self._close_idle()
        for connection in list(self._lent):
            connection.close()

    def _close_idle(self) -> None:
        idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _first(self, begin: Callable[[BoundedConnection], T], silence: float) -> tuple[BoundedConnection, T]:
        while True:
            known = self._idle.pop() if self._idle else None
            connection = known or connect(self._url, self._settings)
            connection.silence = silence
            try:
                return connection, begin(connection)
            except BaseException as error:
                self._take_back(connection)
                if known is None or not connection.closed or not isinstance(error, psycopg.OperationalError) or isinstance(error, Silent):
                    raise
                self._close_idle()  # they are lost as well

    def _take_back(self, connection: BoundedConnection) -> None:
        status = connection.pgconn.transaction_status
        if status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}:
            with suppress(psycopg.Error):
                connection.rollback()
                status = connection.pgconn.transaction_status
        if status == TransactionStatus.IDLE:
            self._idle.append(connection)
        else:
            connection.close()


def connect(url: str, settings: str) -> BoundedConnection:
    """Return a new connection, on which each statement is a transaction unless it begins one."""
    connection = BoundedConnection.connect(
        url, autocommit=True, prepare_threshold=None, connect_timeout=CONNECT_SECONDS, application_name=NAME
    )
    connection.cursor_factory = ClientCursor  # which sends several statements at once
    connection.execute(settings.encode())
    return connection


def unavailable(error: psycopg.Error) -> HomeUnavailable:
    """Return the refusal of what the database did not do; no message of the driver or the server repeats a password."""
    return HomeUnavailable(f"PostgreSQL: {on_one_line(error)}")


def on_one_line(error: Exception) -> str:
    """Return what a driver or a server says, on one line and without advice."""
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0].strip()
