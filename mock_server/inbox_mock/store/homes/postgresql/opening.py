"""Finding the database that a user names: waiting until it answers, making its tables once, and saying what is wrong."""

from collections.abc import Callable
from importlib.resources import files
from threading import Event

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from inbox_mock.domain.errors import HomeUnavailable
from inbox_mock.store.homes.postgresql.connections import CONNECT_SECONDS, NAME, on_one_line
from inbox_mock.store.homes.postgresql.home import PostgresHome

FORMAT = 1
LOCK = int.from_bytes(b"inboxmok")
"""The advisory lock that lets one process at a time make the tables."""
EXPECTED = "postgresql://USER@HOST:PORT/DATABASE, with special characters percent-encoded"
PATIENCE_SECONDS = 30
PAUSE_SECONDS = 0.5
PASSING = ("starting up", "shutting down", "recovery", "too many", "remaining connection slots")
"""In what a server says that refuses a connection, but may accept it later."""
MADE = "SELECT to_regnamespace('inbox_mock') IS NOT NULL, to_regclass('inbox_mock.format') IS NOT NULL"


def open_home(url: str, waiting: Callable[[str], None] = lambda _why: None) -> PostgresHome:
    """Return the home in the database of a URL, whose tables are made if it has none.

    ``waiting`` is called, once, if the server does not answer yet, with what is waited for.

    Raises:
        HomeUnavailable: it cannot be used; the text says why, and what was expected, and does not repeat a password.
    """
    where = place(url)
    try:
        with _connected(url, where, waiting) as connection:
            _make_tables(connection)
    except psycopg.Error as error:
        raise HomeUnavailable(f"{where}: {on_one_line(error)}; expected a database in which this user may make a schema") from None
    return PostgresHome(url)


def place(url: str) -> str:
    """Return where a database is, in words, without a password.

    Raises:
        HomeUnavailable: PostgreSQL does not take the URL, or reads a part of a password in it as a host, a port or a database.
    """
    host, _, database = url.partition("://")[2].partition("?")[0].partition("/")
    if "@" in database or host.count("@") > 1:
        raise HomeUnavailable(f"found a URL with an @, or a / before it, in its password; expected {EXPECTED}")
    try:
        found = conninfo_to_dict(url)
    except (psycopg.Error, UnicodeError):
        raise HomeUnavailable(f"found a URL that PostgreSQL does not take; expected {EXPECTED}") from None
    shown = {"database": "dbname", "user": "user", "host": "host", "port": "port"}
    known = [f"{name} {found[key]}" for name, key in shown.items() if found.get(key)]
    return f"PostgreSQL ({', '.join(known)})" if known else "PostgreSQL"


def _connected(url: str, where: str, waiting: Callable[[str], None]) -> Connection[TupleRow]:
    """Return a connection, as soon as the server accepts one."""
    tries = round(PATIENCE_SECONDS / PAUSE_SECONDS)
    for left in reversed(range(tries)):
        try:
            return psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS, application_name=NAME)
        except psycopg.Error as error:
            passes = "FATAL" not in str(error) or any(words in str(error) for words in PASSING)
            if not left or not passes:
                raise
            if left == tries - 1:
                waiting(f"{where}: {on_one_line(error)}")
            Event().wait(PAUSE_SECONDS)
    raise AssertionError


def _make_tables(connection: Connection[TupleRow]) -> None:
    connection.execute(f"SET lock_timeout = {PATIENCE_SECONDS * 1000:.0f}".encode())  # in milliseconds
    connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
    has_schema, has_tables = connection.execute(MADE).fetchone() or (False, False)
    if not has_tables:
        with connection.transaction():
            if not has_schema:
                connection.execute("CREATE SCHEMA inbox_mock")
            connection.execute(files("inbox_mock.store.homes.postgresql").joinpath("schema.sql").read_bytes())
    ((found,),) = connection.execute("SELECT version FROM inbox_mock.format").fetchall()
    if found != FORMAT:
        raise HomeUnavailable(f"the tables of schema inbox_mock have format {found}; expected {FORMAT}: use the Inbox Mock that made them")
