"""What every home does: each sentence of `inbox_mock.store.homes`."""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest

from homes import LABEL, STANDING, Homes, an_image, leave, plan, read, texts_of, written, written_in
from inbox_mock.domain.errors import NotFound, SandboxExists, SandboxFull
from inbox_mock.store import database
from inbox_mock.store.homes import Label, Snapshot, Start, Transaction
from lowered import lower

ONE, TWO, THREE = "00000000000a", "00000000000b", "00000000000c"


class FailedError(Exception):
    """A block did not come to its end."""


def fail_in(block: AbstractContextManager[Transaction], *texts: str, due: float | None = None) -> None:
    """Write and describe something in a transaction that does not come to its end."""
    with block as transaction:
        leave(transaction, *texts, description="changed")
        if due is not None:
            plan(transaction, due)
        raise FailedError


# Adding, finding and removing.


def test_a_sandbox_begins_with_its_image_and_what_was_written_while_it_was_added(homes: Homes) -> None:
    with homes.home.adding(ONE, LABEL, an_image("first"), Start(image=b"")) as transaction:
        assert transaction.facts is None
        assert transaction.earlier is None
        leave(transaction, "second")

    assert read(homes.found(ONE)) == ["first", "second"]


def test_a_sandbox_exists_once_it_is_added_and_not_before(homes: Homes) -> None:
    with homes.home.adding(ONE, LABEL, an_image(), Start(image=b"")) as transaction:
        leave(transaction)
        assert homes.home.find(ONE) is None

    assert homes.found(ONE).id == ONE


def test_a_sandbox_does_not_exist_if_adding_it_failed(homes: Homes) -> None:
    with pytest.raises(FailedError):
        fail_in(homes.home.adding(ONE, LABEL, an_image(), Start(image=b"")))

    assert homes.home.find(ONE) is None
    assert homes.home.totals() == (0, 0, 0)


def test_a_second_sandbox_of_the_same_id_is_refused_and_the_first_one_stays(homes: Homes) -> None:
    homes.add(ONE, "first")

    with pytest.raises(SandboxExists), homes.home.adding(ONE, LABEL, an_image(), Start(image=b"")) as transaction:
        leave(transaction)

    assert read(homes.found(ONE)) == ["first"]


def test_of_two_that_add_the_same_sandbox_at_a_time_one_is_refused(homes: Homes) -> None:
    def add_slowly() -> None:
        with homes.home.adding(ONE, LABEL, an_image(), Start(image=b"")) as transaction:
            leave(transaction)
            homes.add(ONE, "faster")

    with pytest.raises(SandboxExists):
        add_slowly()

    assert read(homes.found(ONE)) == ["faster"]


def test_a_sandbox_that_was_never_added_is_not_found(homes: Homes) -> None:
    assert homes.home.find(ONE) is None


@pytest.mark.parametrize("sandbox_id", ["", "../secret", "x", "0" * 300, "é"])
def test_a_name_that_is_no_id_is_not_found(homes: Homes, sandbox_id: str) -> None:
    assert homes.home.find(sandbox_id) is None


def test_there_is_one_storage_for_a_sandbox_as_long_as_somebody_refers_to_it(homes: Homes) -> None:
    storage = homes.add(ONE)

    assert homes.home.find(ONE) is storage


def test_a_single_process_serves_every_sandbox(homes: Homes) -> None:
    assert homes.home.owns(ONE)
    assert homes.home.owns(TWO)


def test_a_removed_sandbox_is_neither_found_nor_listed(homes: Homes) -> None:
    homes.add(ONE)
    homes.add(TWO)

    homes.home.remove(ONE)

    assert homes.home.find(ONE) is None
    assert homes.ids() == [TWO]


def test_a_removed_sandbox_cannot_be_used_by_who_still_refers_to_it(homes: Homes) -> None:
    storage = homes.add(ONE)
    written_in(storage, "open")

    homes.home.remove(ONE)

    with pytest.raises(NotFound):
        read(storage)


def test_removing_what_does_not_exist_changes_nothing(homes: Homes) -> None:
    homes.home.remove(ONE)

    assert homes.home.totals() == (0, 0, 0)


def test_a_sandbox_of_the_same_id_as_a_removed_one_has_nothing_of_it(homes: Homes) -> None:
    homes.add(ONE, "old").keep_snapshot("before", "now", an_image("old"))
    homes.home.remove(ONE)

    storage = homes.add(ONE, "new")

    assert read(storage) == ["new"]
    assert list(storage.snapshots()) == []


# Transactions.


def test_what_a_transaction_wrote_is_there_in_the_next_one(homes: Homes) -> None:
    storage = homes.add(ONE)

    written_in(storage, "first")
    written_in(storage, "second")

    assert read(storage) == ["first", "second"]


def test_what_a_transaction_wrote_is_undone_if_an_exception_leaves_it(homes: Homes) -> None:
    storage = homes.add(ONE, "first")
    facts, version = storage.facts, storage.version

    with pytest.raises(FailedError):
        fail_in(storage.transaction(), "second")

    assert read(storage) == ["first"]
    assert (storage.facts, storage.version) == (facts, version)


def test_a_transaction_sees_the_facts_that_the_last_one_left(homes: Homes) -> None:
    storage = homes.add(ONE)
    with storage.transaction() as transaction:
        leave(transaction, clock=replace(STANDING, now=STANDING.now + timedelta(days=1)), description="described")
        left = transaction.facts

    with storage.transaction() as transaction:
        assert transaction.facts == left == storage.facts


def test_the_version_grows_with_a_change_and_stays_without_one(homes: Homes) -> None:
    storage = homes.add(ONE)
    read(storage)
    before = storage.version

    read(storage)
    unchanged = storage.version
    written_in(storage, "change")

    assert unchanged == before < storage.version


def test_a_sandbox_that_is_full_says_so_and_goes_on_as_it_was(homes: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "SANDBOX", len(an_image()) + 20 * database.PAGE_BYTES)
    storage = homes.add(ONE, "first")
    version = storage.version

    with pytest.raises(SandboxFull), storage.transaction() as transaction:
        leave(transaction, "x" * 40 * database.PAGE_BYTES)

    assert read(storage) == ["first"]
    assert storage.version == version
    written_in(storage, "second")
    assert read(storage) == ["first", "second"]


def test_a_sandbox_is_never_made_fuller_than_it_may_be(homes: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "SANDBOX", len(an_image()) + 20 * database.PAGE_BYTES)

    with pytest.raises(SandboxFull):
        homes.add(ONE, "x" * 40 * database.PAGE_BYTES)

    assert homes.home.find(ONE) is None


# Replacing.


def test_a_replacement_holds_its_image_and_what_was_written_in_the_block(homes: Homes) -> None:
    storage = homes.add(ONE, "old")

    with storage.replacement(an_image("image")) as transaction:
        leave(transaction, "new")

    assert read(storage) == ["image", "new"]


def test_a_replacement_can_read_what_it_replaces(homes: Homes) -> None:
    storage = homes.add(ONE, "old")
    facts = storage.facts

    with storage.replacement(an_image()) as transaction:
        assert transaction.earlier is not None
        assert (written(transaction.earlier), transaction.facts) == (["old"], facts)
        leave(transaction)


def test_generation_and_version_grow_with_a_replacement(homes: Homes) -> None:
    storage = homes.add(ONE)
    before = storage.generation, storage.version

    with storage.replacement(an_image()) as transaction:
        leave(transaction)

    assert storage.generation > before[0]
    assert storage.version > before[1]


def test_a_replacement_that_fails_leaves_everything_as_it_was(homes: Homes) -> None:
    storage = homes.add(ONE, "old")
    before = storage.generation, storage.version, storage.facts

    with pytest.raises(FailedError):
        fail_in(storage.replacement(an_image("image")), "new")

    assert read(storage) == ["old"]
    assert (storage.generation, storage.version, storage.facts) == before


def test_who_reads_a_database_that_is_replaced_goes_on_reading(homes: Homes) -> None:
    storage = homes.add(ONE, "old")
    with storage.transaction() as transaction:
        reader = transaction.db
    reader.readers += 1

    with storage.replacement(an_image("image")) as transaction:
        leave(transaction)

    assert written(reader) == ["old"]
    reader.close()
    assert read(storage) == ["image"]


def test_a_sandbox_can_be_replaced_by_its_own_image_again_and_again(homes: Homes) -> None:
    storage = homes.add(ONE)

    for text in ("first", "second", "third"):
        with storage.replacement(storage.image()) as transaction:
            leave(transaction, text)

    assert read(storage) == ["first", "second", "third"]


# Images and sleep.


def test_an_image_holds_what_was_written(homes: Homes) -> None:
    storage = homes.add(ONE, "first")
    written_in(storage, "second")

    assert texts_of(storage.image()) == ["first", "second"]


def test_an_image_is_of_its_moment(homes: Homes) -> None:
    storage = homes.add(ONE, "first")
    image = storage.image()

    written_in(storage, "second")

    assert texts_of(image) == ["first"]


def test_a_sandbox_begins_from_the_image_of_another_one(homes: Homes) -> None:
    image = homes.add(ONE, "first").image()

    with homes.home.adding(TWO, LABEL, image, Start(image=image)) as transaction:
        leave(transaction, "second")

    assert read(homes.found(TWO)) == ["first", "second"]
    assert read(homes.found(ONE)) == ["first"]


def test_a_sleeping_sandbox_is_not_open_and_loses_nothing(homes: Homes) -> None:
    storage = homes.add(ONE, "first")
    written_in(storage, "second")
    before = storage.generation, storage.version, storage.facts

    storage.sleep()

    assert not storage.is_open
    assert (storage.generation, storage.version, storage.facts) == before
    assert read(storage) == ["first", "second"]
    assert storage.is_open


def test_a_sleeping_sandbox_has_its_image(homes: Homes) -> None:
    storage = homes.add(ONE, "first")

    storage.sleep()

    assert texts_of(storage.image()) == ["first"]


def test_a_sandbox_can_be_put_to_sleep_again(homes: Homes) -> None:
    storage = homes.add(ONE, "first")

    storage.sleep()
    storage.sleep()

    assert read(storage) == ["first"]


@pytest.mark.parametrize("start", [Start(image=an_image("start")), Start(recipe=b'{"scenario": "agency"}')], ids=["image", "recipe"])
def test_a_sandbox_keeps_what_it_goes_back_to(homes: Homes, start: Start) -> None:
    storage = homes.add(ONE, "later", start=start)

    assert storage.start() == start


def test_sandboxes_share_a_start_and_one_of_them_keeps_it_without_the_other(homes: Homes) -> None:
    start = Start(image=an_image("start"))
    homes.add(ONE, start=start)
    storage = homes.add(TWO, start=start)

    homes.home.remove(ONE)

    assert storage.start() == start


def test_the_size_is_that_of_the_database(homes: Homes) -> None:
    storage = homes.add(ONE)
    assert storage.size == len(an_image())

    written_in(storage, "x" * 100 * database.PAGE_BYTES)
    storage.sleep()

    assert storage.size == len(storage.image())


# Labels and lists.


def test_a_label_is_kept_and_replaced(homes: Homes) -> None:
    storage = homes.add(ONE, label=Label(name="Demo", note="Ours", owner="jan", ttl=60.0, created_at=1.5, used_at=2.5))
    assert storage.label.note == "Ours"
    changed = replace(storage.label, note=None, used_at=7.25)

    storage.relabel(changed)

    assert storage.label == changed
    assert homes.home.listed(1)[0][0].label == changed


def test_a_use_is_kept_and_nothing_else_of_the_label_changes(homes: Homes) -> None:
    storage = homes.add(ONE, label=Label(name="Demo", owner="jan", ttl=60.0, used_at=2.5))

    storage.use(7.25)

    assert storage.label == homes.home.listed(1)[0][0].label == Label(name="Demo", owner="jan", ttl=60.0, used_at=7.25)


def test_a_label_can_be_changed_by_another_thread_in_a_transaction(homes: Homes) -> None:
    storage = homes.add(ONE)
    with storage.transaction() as transaction:
        thread = Thread(target=lambda: storage.relabel(replace(LABEL, name="Demo")))
        thread.start()
        thread.join()
        leave(transaction, "written")

    assert storage.label.name == "Demo"
    assert read(storage) == ["written"]


def test_sandboxes_are_listed_oldest_first_with_label_and_facts(homes: Homes) -> None:
    for sandbox_id in (TWO, ONE, THREE):
        homes.add(sandbox_id)
    storage = homes.found(ONE)
    with storage.transaction() as transaction:
        leave(transaction, description="described")

    listed, count = homes.home.listed(100)

    assert ([one.id for one in listed], count) == ([TWO, ONE, THREE], 3)
    assert (listed[1].label, listed[1].facts) == (storage.label, storage.facts)
    assert listed[1].size == len(an_image())


@pytest.mark.parametrize(("limit", "skip", "expected"), [(2, 0, [ONE, THREE]), (1, 1, [ONE]), (2, 2, [TWO]), (5, 3, []), (0, 0, [])])
def test_a_page_holds_the_latest_ones_that_are_not_skipped(homes: Homes, limit: int, skip: int, expected: list[str]) -> None:
    for sandbox_id in (TWO, ONE, THREE):
        homes.add(sandbox_id)

    assert homes.ids(limit, skip) == expected
    assert homes.home.listed(limit, skip)[1] == 3


@pytest.mark.parametrize(
    ("name", "expected"), [("demo", [ONE]), ("DEMO", [ONE]), ("of", [ONE, TWO]), ("000B", [TWO]), ("%", [THREE]), ("none such", [])]
)
def test_sandboxes_are_sought_by_a_part_of_name_or_id_in_any_case(homes: Homes, name: str, expected: list[str]) -> None:
    homes.add(ONE, label=replace(LABEL, name="Demo of Jan"))
    homes.add(TWO, label=replace(LABEL, name="Trial of Jan"))
    homes.add(THREE, label=replace(LABEL, name="100 %"))

    assert homes.ids(name=name) == expected
    assert homes.home.listed(1, name=name)[1] == len(expected)


def test_sandboxes_are_sought_by_owner_and_name(homes: Homes) -> None:
    homes.add(ONE, label=replace(LABEL, name="demo", owner="jan"))
    homes.add(TWO, label=replace(LABEL, name="demo", owner="eve"))
    homes.add(THREE, label=replace(LABEL, name="trial", owner="jan"))

    assert homes.ids(owner="jan") == [ONE, THREE]
    assert homes.ids(owner="jan", name="demo") == [ONE]
    assert homes.ids(owner="nobody") == []


def test_totals_count_sandboxes_their_bytes_and_those_of_snapshots(homes: Homes) -> None:
    homes.add(ONE).keep_snapshot("one", "now", an_image())
    homes.add(TWO).keep_snapshot("two", "now", an_image("text"))

    assert homes.home.totals() == (2, 2 * len(an_image()), len(an_image()) + len(an_image("text")))


def test_a_removed_sandbox_is_not_counted(homes: Homes) -> None:
    homes.add(ONE).keep_snapshot("one", "now", an_image())

    homes.home.remove(ONE)

    assert homes.home.totals() == (0, 0, 0)


# What is due, and what has expired.


def test_what_is_due_is_listed_most_urgent_first(homes: Homes) -> None:
    homes.add(ONE, due=30)
    homes.add(TWO, due=10)
    homes.add(THREE, due=40)
    homes.add("00000000000d")

    assert list(homes.home.due(30)) == [TWO, ONE]
    assert list(homes.home.due(9)) == []


def test_the_next_time_is_the_first_after_the_given_one(homes: Homes) -> None:
    homes.add(ONE, due=30)
    homes.add(TWO, due=10)

    assert [homes.home.soonest(after) for after in (0, 10, 30)] == [10, 30, None]


def test_what_a_transaction_plans_is_due_from_then_on(homes: Homes) -> None:
    storage = homes.add(ONE, due=30)

    with storage.transaction() as transaction:
        plan(transaction, 20)

    assert list(homes.home.due(20)) == [ONE]
    assert homes.home.soonest(0) == 20


def test_what_has_happened_is_not_due_any_more(homes: Homes) -> None:
    storage = homes.add(ONE, due=30)

    with storage.transaction() as transaction:
        transaction.db.execute("UPDATE timeline SET happened = 1")
        leave(transaction)

    assert list(homes.home.due(30)) == []
    assert homes.home.soonest(0) is None


def test_nothing_is_due_once_a_clock_was_stopped(homes: Homes) -> None:
    storage = homes.add(ONE, due=30)

    with storage.transaction() as transaction:
        leave(transaction, clock=STANDING)

    assert list(homes.home.due(30)) == []


def test_what_was_planned_in_vain_is_not_due(homes: Homes) -> None:
    storage = homes.add(ONE, due=30)

    with pytest.raises(FailedError):
        fail_in(storage.transaction(), due=20)

    assert list(homes.home.due(20)) == []


def test_a_sandbox_expires_when_it_was_not_used_for_its_time(homes: Homes) -> None:
    homes.add(ONE, label=replace(LABEL, ttl=10.0, used_at=5.0))
    homes.add(TWO, label=replace(LABEL, ttl=10.0, used_at=6.0))
    homes.add(THREE)

    assert list(homes.home.expired(15)) == [ONE]
    homes.found(ONE).relabel(replace(LABEL, ttl=10.0, used_at=6.0))
    assert list(homes.home.expired(15)) == []
    assert set(homes.home.expired(1e9)) == {ONE, TWO}


def test_one_at_a_time_advances_a_sandbox(homes: Homes) -> None:
    storage = homes.add(ONE)
    with storage.advancing() as first:
        with storage.advancing() as second:
            pass
        with storage.advancing() as third:
            pass
    with storage.advancing() as last:
        pass

    assert (first, second, third, last) == (True, False, False, True)


def test_who_advances_a_sandbox_keeps_nobody_from_transactions_or_from_another_sandbox(homes: Homes) -> None:
    storage, other = homes.add(ONE), homes.add(TWO)

    with storage.advancing(), other.advancing() as alone:
        written_in(storage, "meanwhile")

    assert alone
    assert read(storage) == ["meanwhile"]


def test_another_thread_advances_a_sandbox_when_the_first_one_has_ended(homes: Homes) -> None:
    storage = homes.add(ONE)
    told: list[bool] = []

    def advance() -> None:
        with storage.advancing() as alone:
            told.append(alone)

    def in_a_thread() -> None:
        thread = Thread(target=advance)
        thread.start()
        thread.join()

    with storage.advancing():
        in_a_thread()
    in_a_thread()

    assert told == [False, True]


# Snapshots.


def test_snapshots_are_kept_oldest_first(homes: Homes) -> None:
    storage = homes.add(ONE)

    storage.keep_snapshot("b", "at one", an_image("b"))
    storage.keep_snapshot("a", "at two", an_image("a"))

    assert list(storage.snapshots()) == [Snapshot("b", "at one", len(an_image("b"))), Snapshot("a", "at two", len(an_image("a")))]
    assert storage.snapshot("a") == an_image("a")
    assert storage.snapshot("b") == an_image("b")


def test_a_snapshot_takes_the_place_of_one_of_the_same_name(homes: Homes) -> None:
    storage = homes.add(ONE)
    storage.keep_snapshot("a", "at one", an_image("old"))

    storage.keep_snapshot("a", "at two", an_image("new"))

    assert [(kept.name, kept.at) for kept in storage.snapshots()] == [("a", "at two")]
    assert storage.snapshot("a") == an_image("new")


def test_names_of_snapshots_differ_by_case(homes: Homes) -> None:
    storage = homes.add(ONE)

    storage.keep_snapshot("A", "now", an_image("A"))
    storage.keep_snapshot("a", "now", an_image("a"))

    assert storage.snapshot("A") == an_image("A")


def test_a_forgotten_snapshot_is_gone_and_others_stay(homes: Homes) -> None:
    storage, other = homes.add(ONE), homes.add(TWO)
    for one, name in ((storage, "a"), (storage, "b"), (other, "a")):
        one.keep_snapshot(name, "now", an_image("same"))

    storage.forget_snapshot("a")

    assert storage.snapshot("a") is None
    assert storage.snapshot("b") == other.snapshot("a") == an_image("same")


def test_forgetting_a_snapshot_that_does_not_exist_changes_nothing(homes: Homes) -> None:
    storage = homes.add(ONE)

    storage.forget_snapshot("none")

    assert storage.snapshot("none") is None


def test_a_snapshot_stays_when_the_sandbox_is_replaced(homes: Homes) -> None:
    storage = homes.add(ONE)
    storage.keep_snapshot("a", "now", an_image("a"))

    with storage.replacement(an_image("replaced")) as transaction:
        leave(transaction)

    assert storage.snapshot("a") == an_image("a")


def test_snapshots_can_be_kept_by_another_thread_in_a_transaction(homes: Homes) -> None:
    storage = homes.add(ONE)
    with storage.transaction() as transaction:
        thread = Thread(target=lambda: storage.keep_snapshot("a", "now", an_image("a")))
        thread.start()
        thread.join()
        leave(transaction, "written")

    assert storage.snapshot("a") == an_image("a")
    assert read(storage) == ["written"]


# The home as a whole.


def test_a_home_that_works_has_nothing_to_say_when_it_is_checked(homes: Homes) -> None:
    homes.add(ONE, "text")

    homes.home.check()

    assert read(homes.found(ONE)) == ["text"]


def test_many_threads_use_a_home_at_a_time(homes: Homes) -> None:
    def work(number: int) -> None:
        sandbox_id = f"{number:012x}"
        storage = homes.add(sandbox_id)
        for text in ("a", "b"):
            written_in(storage, text)
            storage.keep_snapshot(text, "now", storage.image())
            homes.home.listed(10)
            storage.sleep()
        if number % 2:
            homes.home.remove(sandbox_id)

    threads = [Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(homes.ids()) == [f"{number:012x}" for number in (0, 2, 4, 6)]
    assert all(read(homes.found(sandbox_id)) == ["a", "b"] for sandbox_id in homes.ids())


# What lasts when a home is closed, and opened again.


def test_everything_is_there_when_a_home_is_opened_again(lasting: Homes) -> None:
    storage = lasting.add(ONE, "first", label=replace(LABEL, name="Demo", ttl=10.0), start=Start(recipe=b"{}"), due=30)
    lasting.add(TWO, start=Start(image=an_image("start")))
    with storage.transaction() as transaction:
        leave(transaction, "second", description="described")
    storage.keep_snapshot("a", "now", an_image("a"))
    before = storage.label, storage.facts

    lasting.reopen()

    again = lasting.found(ONE)
    assert again is not storage
    assert lasting.ids() == [ONE, TWO]
    assert (again.label, again.facts) == before
    assert read(again) == ["first", "second"]
    assert (again.label, again.facts) == before
    assert again.start() == Start(recipe=b"{}")
    assert lasting.found(TWO).start() == Start(image=an_image("start"))
    assert again.snapshot("a") == an_image("a")
    assert list(lasting.home.due(30)) == [ONE]


def test_neither_generation_nor_version_falls_when_a_home_is_opened_again(lasting: Homes) -> None:
    storage = lasting.add(ONE)
    with storage.replacement(an_image()) as transaction:
        leave(transaction)
    written_in(storage, "text")
    before = storage.generation, storage.version

    lasting.reopen()

    assert lasting.found(ONE).generation == before[0]
    assert lasting.found(ONE).version >= before[1]
    written_in(lasting.found(ONE), "more")
    assert lasting.found(ONE).version > before[1]


def test_a_replacement_is_there_when_a_home_is_opened_again(lasting: Homes) -> None:
    with lasting.add(ONE, "old").replacement(an_image("image")) as transaction:
        leave(transaction, "new")

    lasting.reopen()

    assert read(lasting.found(ONE)) == ["image", "new"]


def test_a_removed_sandbox_is_not_there_when_a_home_is_opened_again(lasting: Homes) -> None:
    lasting.add(ONE)
    lasting.home.remove(ONE)

    lasting.reopen()

    assert lasting.home.find(ONE) is None


def test_nothing_is_opened_when_a_home_is(lasting: Homes) -> None:
    lasting.add(ONE, due=30)

    lasting.reopen()
    lasting.home.listed(10)
    lasting.home.due(40)

    assert not lasting.found(ONE).is_open


def test_who_advanced_a_sandbox_in_a_home_that_was_closed_keeps_nobody_from_it(lasting: Homes) -> None:
    with lasting.add(ONE).advancing():
        lasting.reopen()
        with lasting.found(ONE).advancing() as alone:
            pass

    assert alone
