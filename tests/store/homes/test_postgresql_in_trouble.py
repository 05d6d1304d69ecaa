"""PostgreSQL gone, restarted, slow, or out of connections: what cannot be done is refused, and done again when it can be."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import Any

import pytest

from builders import a_booking, a_message, a_scenario
from fake import InProcess, Mock
from homes import LABEL, an_image, leave, read, written_in
from inbox_mock.app import Options, create_app
from inbox_mock.domain.errors import HomeUnavailable
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find
from inbox_mock.store.homes import Home, Start, Storage
from lowered import lower
from postgres import Postgres

ONE = "00000000000a"
OPTIONS = Options(scenario=find("empty"), seed=0, overrides=Overrides(mode="manual"))
BUSY = "SELECT pid FROM pg_stat_activity WHERE state = 'idle in transaction'"


@pytest.fixture
def server(postgresql: Postgres) -> Iterator[Postgres]:
    """The server, which runs again afterwards."""
    yield postgresql
    postgresql.start()


@pytest.fixture
def open_home(server: Postgres) -> Iterator[Callable[..., Home]]:
    from inbox_mock.store.homes.postgresql import opening

    url = server.empty()
    with ExitStack() as stack:

        def opened(**given: str) -> Home:
            home = opening.open_home(server.url(**given) if given else url)
            stack.callback(home.close)
            return home

        yield opened


@pytest.fixture
def home(open_home: Callable[[], Home]) -> Home:
    return open_home()


@pytest.fixture
def storage(home: Home) -> Storage:
    return added(home)


def added(home: Home, *texts: str) -> Storage:
    image = an_image()
    with home.adding(ONE, LABEL, image, Start(image=image)) as transaction:
        leave(transaction, *texts)
    storage = home.find(ONE)
    assert storage is not None
    return storage


@contextmanager
def a_role(server: Postgres, name: str, limits: str = "") -> Iterator[None]:
    server.run(f"CREATE ROLE {name} LOGIN {limits}", f"GRANT CREATE ON DATABASE postgres TO {name}")
    try:
        yield
    finally:
        server.run(f"REASSIGN OWNED BY {name} TO postgres", f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def fails_at(monkeypatch: pytest.MonkeyPatch, trouble: Callable[[Callable[[], None]], None]) -> None:
    """Let something happen in place of the next commit, which it is given; those that follow are as usual."""
    from inbox_mock.store.homes.postgresql import rows

    usual = rows.write

    def write(*given: Any) -> None:
        monkeypatch.setattr(rows, "write", usual)
        trouble(lambda: usual(*given))

    monkeypatch.setattr(rows, "write", write)


def test_connections_that_were_lost_while_nobody_used_them_are_replaced(server: Postgres, storage: Storage) -> None:
    written_in(storage, "first")

    server.lose_connections()

    written_in(storage, "second")
    assert read(storage) == ["first", "second"]


def test_a_connection_that_is_lost_in_a_transaction_changes_nothing(server: Postgres, storage: Storage) -> None:
    version = storage.version

    def lose() -> None:
        with storage.transaction() as transaction:
            leave(transaction, "in vain")
            server.lose_connections()

    with pytest.raises(HomeUnavailable, match="PostgreSQL"):
        lose()

    assert read(storage) == []
    assert storage.version == version


def test_a_connection_that_is_lost_when_a_change_is_written_changes_nothing(
    server: Postgres, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(commit: Callable[[], None]) -> None:
        server.lose_connections()
        commit()

    fails_at(monkeypatch, lose)
    with pytest.raises(HomeUnavailable):
        written_in(storage, "in vain")

    assert read(storage) == []
    written_in(storage, "later")
    assert read(storage) == ["later"]


def test_a_change_whose_commit_was_not_heard_of_is_there_as_the_database_has_it(
    server: Postgres, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(commit: Callable[[], None]) -> None:
        commit()
        server.lose_connections()
        raise HomeUnavailable("lost")

    fails_at(monkeypatch, lose)
    with pytest.raises(HomeUnavailable):
        written_in(storage, "committed")

    assert read(storage) == ["committed"]


def test_a_replacement_that_fails_in_the_database_changes_nothing(
    server: Postgres, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = storage.generation

    def lose(commit: Callable[[], None]) -> None:
        server.lose_connections()
        commit()

    fails_at(monkeypatch, lose)
    with pytest.raises(HomeUnavailable), storage.replacement(an_image("image")) as transaction:
        leave(transaction)

    assert read(storage) == []
    assert storage.generation == generation


def test_a_sandbox_that_could_not_be_added_does_not_exist(server: Postgres, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(commit: Callable[[], None]) -> None:
        server.lose_connections()
        commit()

    fails_at(monkeypatch, lose)
    with pytest.raises(HomeUnavailable):
        added(home)

    assert home.find(ONE) is None
    assert home.totals() == (0, 0, 0)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_server_that_is_restarted_has_everything_that_was_written(server: Postgres, home: Home, storage: Storage, mode: str) -> None:
    written_in(storage, "first")

    server.stop(mode)
    with pytest.raises(HomeUnavailable, match="PostgreSQL"):
        written_in(storage, "in vain")
    with pytest.raises(HomeUnavailable, match="PostgreSQL"):
        home.check()
    server.start()

    written_in(storage, "second")
    assert read(storage) == ["first", "second"]


def test_pages_are_read_anew_after_the_server_was_restarted(server: Postgres, storage: Storage) -> None:
    """It may have lost what it had answered, if it was told not to wait for its disk: the version does not say so."""
    before = "CREATE TABLE before AS SELECT * FROM inbox_mock.pages; CREATE TABLE version AS SELECT version FROM inbox_mock.sandboxes"
    restored = """
        UPDATE inbox_mock.sandboxes SET version = (SELECT version FROM version); DELETE FROM inbox_mock.pages;
        INSERT INTO inbox_mock.pages SELECT * FROM before; DROP TABLE before, version"""
    written_in(storage, "kept")
    server.run(before)
    written_in(storage, "lost")

    server.stop("immediate")
    server.start()
    server.run(restored)

    assert read(storage) == ["kept"]


def test_a_sandbox_that_somebody_holds_for_long_is_refused_after_a_while(
    storage: Storage, open_home: Callable[[], Home], monkeypatch: pytest.MonkeyPatch
) -> None:
    from inbox_mock.store.homes.postgresql import connections

    monkeypatch.setattr(connections, "SETTINGS", connections.SETTINGS.replace("'5s'", "'50ms'"))
    theirs = open_home().find(ONE)
    assert theirs is not None

    with storage.transaction(), pytest.raises(HomeUnavailable, match="lock"):
        written_in(theirs, "in vain")

    written_in(theirs, "later")
    assert read(storage) == ["later"]


def test_a_process_that_stands_still_in_a_transaction_loses_the_sandbox_to_others_after_a_while(
    open_home: Callable[[], Home], monkeypatch: pytest.MonkeyPatch
) -> None:
    lower(monkeypatch, "STORE_HELD", 1)
    storage, theirs = added(open_home()), open_home().find(ONE)
    assert theirs is not None

    def stand_still() -> None:
        with storage.transaction() as transaction:
            leave(transaction, "in vain")
            written_in(theirs, "later")

    with pytest.raises(HomeUnavailable):
        stand_still()

    assert read(theirs) == read(storage) == ["later"]


def test_a_server_that_stands_still_is_given_up_and_used_again_when_it_goes_on(
    server: Postgres, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    lower(monkeypatch, "STORE_SILENCE", 1)
    stopped: list[int] = []

    def stop_it() -> None:
        with storage.transaction() as transaction:
            leave(transaction, "in vain")
            ((found,),) = server.run(BUSY)
            stopped.append(int(str(found)))
            os.kill(stopped[0], signal.SIGSTOP)

    try:
        with pytest.raises(HomeUnavailable, match="has said nothing"):
            stop_it()
    finally:
        os.kill(stopped[0], signal.SIGCONT)

    written_in(storage, "later")
    assert read(storage)[-1] == "later"


def test_a_home_whose_connections_are_all_in_use_says_so(open_home: Callable[[], Home], monkeypatch: pytest.MonkeyPatch) -> None:
    from inbox_mock.store.homes.postgresql import connections

    lower(monkeypatch, "STORE_CONNECTIONS", 1)
    monkeypatch.setattr(connections, "ROOM_SECONDS", 0.05)
    home = open_home()
    storage = added(home)

    with storage.transaction(), pytest.raises(HomeUnavailable, match="all of its 1 connections of this process are in use"):
        home.totals()

    assert home.totals()[0] == 1


def test_a_server_without_a_free_connection_is_refused_until_it_has_one(server: Postgres, open_home: Callable[..., Home]) -> None:
    with a_role(server, "few", "CONNECTION LIMIT 2"):
        home = open_home(user="few")  # one connection listens
        storage = added(home)
        with storage.transaction(), pytest.raises(HomeUnavailable, match="too many connections"):
            home.totals()

        assert home.totals()[0] == 1


def test_pages_that_somebody_else_has_changed_are_refused_and_other_sandboxes_go_on(server: Postgres, home: Home, storage: Storage) -> None:
    image = an_image("other")
    with home.adding("00000000000b", LABEL, image, Start(image=image)) as transaction:
        leave(transaction)
    written_in(storage, "x" * 5000)
    storage.sleep()
    server.run(f"UPDATE inbox_mock.pages SET bytes = decode(repeat('ff', 1024), 'hex') WHERE sandbox = '{ONE}' AND number > 1")

    with pytest.raises(HomeUnavailable, match=f"sandbox {ONE} in PostgreSQL: it is damaged"):
        read(storage)

    other = home.find("00000000000b")
    assert other is not None
    assert read(other) == ["other"]


def test_a_database_in_which_nothing_can_be_written_is_not_ready(server: Postgres, open_home: Callable[..., Home]) -> None:
    with a_role(server, "reader"):
        home = open_home(user="reader")
        home.check()

        server.run("REVOKE INSERT ON inbox_mock.pages FROM reader")

        with pytest.raises(HomeUnavailable, match="can be read only"):
            home.check()


def test_a_database_whose_transactions_only_read_unless_they_say_otherwise_is_used(server: Postgres, storage: Storage) -> None:
    server.run("ALTER DATABASE postgres SET default_transaction_read_only = on")
    try:
        server.lose_connections()
        written_in(storage, "written")
        storage.relabel(LABEL)
        assert read(storage) == ["written"]
    finally:
        server.run("SET default_transaction_read_only = off", "ALTER DATABASE postgres RESET default_transaction_read_only")


# As clients see it.


def test_what_one_process_answered_before_is_not_its_answer_after_another_one_has_changed_a_record(open_home: Callable[[], Home]) -> None:
    ours, theirs = (Mock(InProcess(create_app(OPTIONS, home=open_home()).app)) for _ in range(2))
    here = ours.sandbox(a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}]))
    there = theirs.caller(token=here.api.token)
    for number in range(3):
        for answered in (here.api, there):
            answered.get("/inbox/messages")
        there.post("/inbox/messages", a_message(content=f"{number}"))

        assert [message["content"] for message in here.api.get("/inbox/messages").records] == [str(each) for each in range(number + 1)]


def test_the_api_answers_503_in_its_own_format_while_the_database_is_gone_and_goes_on_afterwards(server: Postgres, home: Home) -> None:
    mock = Mock(InProcess(create_app(OPTIONS, home=home).app))
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}]))
    sandbox.api.post("/inbox/messages", a_message(content="before"))

    server.stop()
    gone = [sandbox.api.get("/inbox/messages"), sandbox.api.post("/inbox/messages", a_message(content="in vain"))]
    server.start()

    for answer in gone:
        assert answer.status == 503
        assert answer.errors[0]["code"] == "service_unavailable"
        assert answer.headers["Retry-After"] == "1"
    assert sandbox.api.post("/inbox/messages", a_message(content="after")).status == 201
    assert [message["content"] for message in sandbox.api.get("/inbox/messages").records] == ["before", "after"]


def test_the_admin_api_answers_503_while_the_database_is_gone(server: Postgres, home: Home) -> None:
    mock = Mock(InProcess(create_app(OPTIONS, home=home).app))

    server.stop()
    answer = mock.admin.get("/sandboxes")
    server.start()

    assert (answer.status, answer.json["code"]) == (503, "service_unavailable")
    assert mock.admin.get("/sandboxes").status == 200


def test_many_requests_go_through_while_connections_are_lost(server: Postgres, home: Home) -> None:
    """What was answered with success is there, and nothing else than 503 is answered otherwise."""
    mock = Mock(InProcess(create_app(OPTIONS, home=home).app))
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}]))
    answers: list[tuple[str, int]] = []

    def post(who: int) -> None:
        for number in range(15):
            text = f"{who}/{number}"
            answers.append((text, sandbox.api.post("/inbox/messages", a_message(content=text)).status))

    threads = [Thread(target=post, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        server.lose_connections()
    for thread in threads:
        thread.join()

    written = [message["content"] for message in sandbox.api.get("/inbox/messages", per_page=100).records]
    assert {status for _, status in answers} <= {201, 503}
    assert {text for text, status in answers if status == 201} <= set(written)
    assert len(written) == len(set(written))
