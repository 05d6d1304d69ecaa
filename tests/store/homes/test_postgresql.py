"""What the home in PostgreSQL does beyond what every home does: several processes share it. Each home here stands for a process."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from threading import Event, Thread

import pytest

from homes import LABEL, an_image, leave, plan, read, written, written_in
from inbox_mock.domain.errors import NotFound
from inbox_mock.store.database import PAGE_BYTES
from inbox_mock.store.homes import Home, Start, Storage
from postgres import Postgres

ONE, TWO = "00000000000a", "00000000000b"
PATIENCE_SECONDS = 30
CHANGED = "SELECT count(*) FROM inbox_mock.pages WHERE version = (SELECT version FROM inbox_mock.sandboxes)"


class Processes:
    """Homes in one database."""

    def __init__(self, server: Postgres, stack: ExitStack) -> None:
        self.server, self._stack = server, stack
        self.url = server.empty()

    def open(self) -> Home:
        from inbox_mock.store.homes.postgresql.opening import open_home

        home = open_home(self.url)
        self._stack.callback(home.close)
        return home

    def two(self, *texts: str, due: float | None = None) -> tuple[Storage, Storage]:
        """A sandbox, as two processes use it."""
        first, second = self.open(), self.open()
        add(first, ONE, *texts, due=due)
        return found(first), found(second)


def add(home: Home, sandbox_id: str, *texts: str, due: float | None = None) -> None:
    image = an_image()
    with home.adding(sandbox_id, LABEL, image, Start(image=image)) as transaction:
        leave(transaction, *texts)
        if due is not None:
            plan(transaction, due)


def found(home: Home, sandbox_id: str = ONE) -> Storage:
    storage = home.find(sandbox_id)
    assert storage is not None
    return storage


@pytest.fixture
def processes(postgresql: Postgres) -> Iterator[Processes]:
    with ExitStack() as stack:
        yield Processes(postgresql, stack)


# One sandbox, several processes.


def test_what_one_process_writes_the_other_one_reads(processes: Processes) -> None:
    ours, theirs = processes.two("added")

    for number in range(3):
        written_in(ours, f"ours {number}")
        written_in(theirs, f"theirs {number}")

    expected = ["added", "ours 0", "theirs 0", "ours 1", "theirs 1", "ours 2", "theirs 2"]
    assert read(ours) == read(theirs) == expected
    assert (ours.version, ours.facts, ours.size) == (theirs.version, theirs.facts, theirs.size)


def test_two_processes_that_write_at_a_time_lose_nothing_and_have_the_same_history(processes: Processes) -> None:
    storages = processes.two()

    def write_some(storage: Storage, who: int) -> None:
        for number in range(20):
            written_in(storage, f"{who}/{number}" + "x" * 500 * number)

    threads = [Thread(target=write_some, args=(storage, who)) for who, storage in enumerate(storages)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    history = read(storages[0])
    assert read(storages[1]) == history
    assert [[text.strip("x") for text in history if text[0] == who] for who in "01"] == [[f"{who}/{n}" for n in range(20)] for who in "01"]


def test_what_is_rolled_back_in_one_process_is_not_seen_by_the_other_one(processes: Processes) -> None:
    ours, theirs = processes.two("added")

    with suppress(ZeroDivisionError), ours.transaction() as transaction:
        leave(transaction, "in vain")
        raise ZeroDivisionError

    assert read(theirs) == ["added"]
    written_in(theirs, "later")
    assert read(ours) == ["added", "later"]


def test_a_replacement_by_one_process_is_there_for_the_other_one_who_still_reads_what_it_had(processes: Processes) -> None:
    ours, theirs = processes.two("old")
    with theirs.transaction() as transaction:
        reader = transaction.db
    reader.readers += 1
    before = theirs.generation

    with ours.replacement(an_image("image")) as transaction:
        leave(transaction, "new")

    assert read(theirs) == ["image", "new"]
    assert theirs.generation == ours.generation > before
    assert written(reader) == ["old"]
    written_in(theirs, "later")
    assert read(ours) == ["image", "new", "later"]
    reader.close()


def test_a_sandbox_that_grows_and_shrinks_in_one_process_is_the_same_in_the_other_one(processes: Processes) -> None:
    ours, theirs = processes.two()
    small = ours.image()

    written_in(ours, "x" * 200 * PAGE_BYTES)
    assert theirs.image() == ours.image()
    with theirs.replacement(small) as transaction:
        leave(transaction, "small again")

    assert read(ours) == ["small again"]
    assert ours.image() == theirs.image()
    assert processes.server.run("SELECT max(number) <= (SELECT pages FROM inbox_mock.sandboxes) FROM inbox_mock.pages") == [(True,)]


def test_a_sandbox_that_one_process_has_removed_is_not_found_by_the_other_one(processes: Processes) -> None:
    first, second = processes.open(), processes.open()
    add(first, ONE)
    storage = found(second)
    read(storage)

    first.remove(ONE)

    with pytest.raises(NotFound):
        read(storage)


def test_a_sandbox_of_the_same_id_as_a_removed_one_is_found_by_who_used_that(processes: Processes) -> None:
    first, second = processes.open(), processes.open()
    add(first, ONE, "old")
    storage = found(second)
    before = storage.generation, storage.version
    read(storage)

    first.remove(ONE)
    add(first, ONE, "new")

    assert read(storage) == ["new"]
    assert (storage.generation, storage.version) > before


def test_processes_that_make_the_tables_at_the_same_time_make_them_once(processes: Processes) -> None:
    homes: list[Home] = []
    threads = [Thread(target=lambda: homes.append(processes.open())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    add(homes[0], ONE, "text")

    assert [read(found(home)) for home in homes] == [["text"]] * 4


# What is written.


def test_a_change_writes_the_pages_that_it_touches_alone(processes: Processes) -> None:
    ours, _ = processes.two("x" * 200 * PAGE_BYTES)

    written_in(ours, "y")

    ((changed,),) = processes.server.run(CHANGED)
    assert 0 < int(str(changed)) < 10


def test_a_transaction_that_changes_nothing_writes_nothing(processes: Processes) -> None:
    ours, theirs = processes.two("text")
    rows = "SELECT xmin::text FROM inbox_mock.sandboxes UNION ALL SELECT DISTINCT xmin::text FROM inbox_mock.pages"
    before = processes.server.run(rows)

    read(ours)
    read(theirs)

    assert processes.server.run(rows) == before


def test_a_sandbox_takes_the_room_of_what_is_not_in_its_start(processes: Processes) -> None:
    processes.two("a", "b")

    ((pages, all_of_them),) = processes.server.run("SELECT count(*), max(s.pages) FROM inbox_mock.pages, inbox_mock.sandboxes s")
    assert int(str(pages)) < int(str(all_of_them)) / 3


def test_nothing_is_left_of_a_removed_sandbox(processes: Processes) -> None:
    ours, _ = processes.two("text")
    ours.keep_snapshot("a", "now", ours.image())

    processes.open().remove(ONE)

    tables = ("sandboxes", "labels", "pages", "images", "snapshots", "claims")
    assert [processes.server.run(f"SELECT count(*) FROM inbox_mock.{table}") for table in tables] == [[(0,)]] * len(tables)


# Who advances.


def test_one_process_at_a_time_advances_a_sandbox(processes: Processes) -> None:
    ours, theirs = processes.two()

    with ours.advancing() as first, theirs.advancing() as second:
        pass
    with theirs.advancing() as third:
        pass

    assert (first, second, third) == (True, False, True)


def test_what_is_due_in_a_sandbox_that_another_process_advances_is_left_out(processes: Processes) -> None:
    home = processes.open()
    add(home, ONE, due=10)
    other = processes.open()

    with found(home).advancing():
        meanwhile = list(other.due(20))

    assert (meanwhile, list(other.due(20))) == ([], [ONE])


def test_a_process_that_loses_its_connections_advances_nothing_any_more(processes: Processes) -> None:
    """As one does that has ended."""
    ours, theirs = processes.two()
    with ours.advancing():
        processes.server.lose_connections()
        with theirs.advancing() as alone:
            pass

    assert alone


# News.


def test_a_process_hears_what_another_one_has_changed(processes: Processes) -> None:
    first, second = processes.open(), processes.open()
    add(first, ONE)
    storage, heard = found(second), Event()
    second.heard = lambda sandbox_id: heard.set() if sandbox_id == ONE and storage.version == found(first).version > before else None
    before = storage.version

    written_in(found(first), "text")

    assert heard.wait(PATIENCE_SECONDS)
    assert storage.facts == found(first).facts


def test_a_process_hears_that_another_one_has_removed_a_sandbox(processes: Processes) -> None:
    first, second = processes.open(), processes.open()
    add(first, ONE)
    found(second)
    gone = Event()
    second.heard = lambda _: gone.set() if second.find(ONE) is None else None

    first.remove(ONE)

    assert gone.wait(PATIENCE_SECONDS)


def test_a_process_hears_of_a_label_that_another_one_has_changed(processes: Processes) -> None:
    first, second = processes.open(), processes.open()
    add(first, ONE)
    storage, heard = found(second), Event()
    second.heard = lambda _: heard.set() if storage.label.name == "Demo" else None

    found(first).relabel(replace(LABEL, name="Demo"))

    assert heard.wait(PATIENCE_SECONDS)


def test_a_process_that_was_cut_off_looks_what_it_has_missed(processes: Processes) -> None:
    first, second = processes.open(), processes.open()
    add(first, ONE)
    storage, heard = found(second), Event()
    missed = storage.version + 1
    second.heard = lambda _: heard.set() if storage.version == missed else None

    processes.server.run("UPDATE inbox_mock.sandboxes SET version = version + 1")  # and tells nobody
    processes.server.lose_connections()

    assert heard.wait(PATIENCE_SECONDS)
