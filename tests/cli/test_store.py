"""``inbox-mock serve --store``: what is wrong with a database is said in one line, without its password."""

import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from inbox_mock.domain.errors import HomeUnavailable
from inbox_mock.store.homes.postgresql import opening
from postgres import WITH_PASSWORD, Postgres
from processes import run

SECRET = "hunter2"


@pytest.fixture
def postgresql(postgresql: Postgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postgres]:
    """The server, for whose answer a start does not wait; it runs again afterwards."""
    monkeypatch.setattr(opening, "PATIENCE_SECONDS", opening.PAUSE_SECONDS)
    postgresql.empty()
    yield postgresql
    postgresql.start()


def refused(*arguments: str, env: dict[str, str] | None = None) -> str:
    """What is said of a start that is refused."""
    ran = run("serve", "--port", "0", *arguments, env=env)

    assert ran.returncode == 2, ran
    assert SECRET not in ran.stderr + ran.stdout
    return ran.stderr


def said_in_a_line(*arguments: str, env: dict[str, str] | None = None) -> str:
    (line,) = refused(*arguments, env=env).splitlines()
    return line


def test_a_wrong_password_is_said_with_the_place_and_not_repeated(postgresql: Postgres) -> None:
    postgresql.run(f"DROP ROLE IF EXISTS {WITH_PASSWORD}", f"CREATE ROLE {WITH_PASSWORD} LOGIN PASSWORD 'right'")

    said = said_in_a_line("--store", postgresql.url(user=f"{WITH_PASSWORD}:{SECRET}"))

    assert f"PostgreSQL (database postgres, user {WITH_PASSWORD}, host {postgresql.folder})" in said
    assert "password authentication failed" in said
    assert said == said_in_a_line(env={"INBOX_MOCK_STORE": postgresql.url(user=WITH_PASSWORD), "PGPASSWORD": SECRET})


def test_a_database_that_does_not_exist_is_named(postgresql: Postgres) -> None:
    said = said_in_a_line("--store", postgresql.url("nowhere"))

    assert 'database "nowhere" does not exist; expected a database in which this user may make a schema' in said


def test_a_user_without_the_privilege_is_told_which_one_is_wanted(postgresql: Postgres) -> None:
    postgresql.run("DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN")

    said = said_in_a_line("--store", postgresql.url(user="guest"))

    assert "permission denied for database postgres; expected a database in which this user may make a schema" in said


def test_a_user_without_the_privilege_may_be_given_a_schema(postgresql: Postgres) -> None:
    postgresql.run("DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN", "CREATE SCHEMA inbox_mock AUTHORIZATION guest")

    home = opening.open_home(postgresql.url(user="guest"))

    assert home.totals() == (0, 0, 0)
    home.close()


def test_a_server_that_does_not_answer_is_said_to_be_waited_for_and_then_given_up(
    postgresql: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgresql.stop()
    monkeypatch.setattr(opening, "PATIENCE_SECONDS", 2 * opening.PAUSE_SECONDS)

    waits, given_up = refused("--store", postgresql.url()).splitlines()

    assert f"waiting for PostgreSQL (database postgres, user postgres, host {postgresql.folder})" in waits
    assert "is the server running" not in given_up.lower()
    assert "expected a database" in given_up


def test_a_server_that_comes_later_is_waited_for(postgresql: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "PATIENCE_SECONDS", 30)
    postgresql.stop()

    home = opening.open_home(postgresql.url(), lambda _: postgresql.start())

    home.check()
    home.close()


def test_a_process_that_makes_the_tables_and_comes_to_no_end_is_not_waited_for_for_ever(postgresql: Postgres) -> None:
    with psycopg.connect(postgresql.url(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (opening.LOCK,))

        with pytest.raises(HomeUnavailable, match="canceling statement due to lock timeout"):
            opening.open_home(postgresql.url())


def test_tables_of_another_format_are_refused(postgresql: Postgres) -> None:
    opening.open_home(postgresql.url()).close()
    postgresql.run("UPDATE inbox_mock.format SET version = 7")

    said = said_in_a_line("--store", postgresql.url())

    assert "have format 7; expected 1" in said


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://jan:{SECRET}@h/db?port={SECRET}x&nonsense=1",
        f"postgresql://jan:{SECRET}@[::1/db",
    ],
)
def test_a_url_that_postgresql_does_not_take_is_not_repeated(url: str) -> None:
    assert "expected postgresql://USER@HOST:PORT/DATABASE" in said_in_a_line("--store", url)


@pytest.mark.parametrize("url", [f"postgresql://jan:{SECRET}/x@h/db", f"postgresql://jan:x@{SECRET}@h:1/db", f"postgresql://{SECRET}/x@h"])
def test_a_password_that_is_not_percent_encoded_is_not_taken_for_a_host_and_repeated(url: str) -> None:
    assert "expected postgresql://USER@HOST:PORT/DATABASE, with special characters percent-encoded" in said_in_a_line("--store", url)


@pytest.mark.parametrize("url", [f"mysql://jan:{SECRET}@h/db", f"host=h password={SECRET}", f"jan:{SECRET}@h"])
def test_what_is_no_url_of_postgresql_is_refused_with_what_is_expected(url: str) -> None:
    assert "expected postgresql://USER@HOST/DATABASE" in refused("--store", url)


def test_sandboxes_are_kept_in_one_place(tmp_path: Path) -> None:
    assert "found --data and --store; expected one of them" in refused("--data", str(tmp_path), "--store", "postgresql://h/db")


def test_durable_is_about_a_directory() -> None:
    assert "expected --data DIR, too" in refused("--store", "postgresql://h/db", "--durable")


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("inbox_mock.store.homes.postgresql")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delattr("inbox_mock.store.homes.postgresql.opening")

    assert "pip install 'bookingsync-inbox-mock[postgres]'" in said_in_a_line("--store", "postgresql://h/db")
