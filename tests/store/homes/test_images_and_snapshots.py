"""Every home takes images of sandboxes, lets them sleep, and keeps starts and snapshots."""

from threading import Thread

import pytest

from homes import LABEL, ONE, TWO, FailedError, Homes, InMemory, an_image, fail_in, leave, read, texts_of, written_in
from inbox_mock.store import database
from inbox_mock.store.homes import Snapshot, Start

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


def test_in_memory_it_is_the_very_same_image_until_something_is_written() -> None:
    storage = Homes(InMemory()).add(ONE, "first")
    image = storage.image()

    assert read(storage) == ["first"]
    with pytest.raises(FailedError):
        fail_in(storage.transaction(), "in vain")
    assert storage.image() is image

    written_in(storage, "second")
    assert texts_of(storage.image()) == ["first", "second"]


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
