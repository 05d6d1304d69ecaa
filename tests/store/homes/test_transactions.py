"""In every home a transaction counts as a whole, and so does the replacement of a sandbox."""

from dataclasses import replace
from datetime import timedelta

import pytest

from homes import ONE, STANDING, FailedError, Homes, InMemory, an_image, fail_in, leave, read, written, written_in
from inbox_mock.domain.errors import NotFound, SandboxFull
from inbox_mock.store import database, faults
from inbox_mock.store.homes import Start, Storage
from lowered import lower

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


def test_the_past_of_a_fault_holds_what_its_transaction_has_written_by_then(homes: Homes) -> None:
    with homes.add(ONE, "first").transaction() as transaction:
        leave(transaction, "second")
        fault = {"kind": "stale_reads", "options": {}, "match": {}, "set_at": "2030-06-01T12:00:00Z", "lingering": []}
        fault_id = faults.add(transaction.db, fault)
        faults.keep_past(transaction.db, fault_id)
        leave(transaction, "third")

        past = faults.past(transaction.db, fault_id)

        assert written(past) == ["first", "second"]
        assert faults.all_set(past) == []
        past.close()


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


def test_of_two_replacements_by_one_image_the_last_one_counts(homes: Homes) -> None:
    image = an_image("image")
    storage = homes.add(ONE, start=Start(image=image))

    for text in ("first", "second"):
        with storage.replacement(image) as transaction:
            leave(transaction, text)

    assert read(storage) == ["image", "second"]


def test_a_replacement_that_writes_nothing_counts_all_the_same(homes: Homes) -> None:
    image = an_image("image")
    storage = homes.add(ONE, start=Start(image=image))
    replaced_by(storage, image)
    before = storage.generation, storage.version

    replaced_by(storage, image)

    assert storage.generation > before[0]
    assert storage.version > before[1]
    assert read(storage) == ["image"]
    with pytest.raises(FailedError):
        fail_in(storage.replacement(image), "new")
    assert read(storage) == ["image"]


def test_what_was_written_since_is_not_in_a_replacement_by_the_same_image(homes: Homes) -> None:
    image = an_image("image")
    storage = homes.add(ONE, start=Start(image=image))
    replaced_by(storage, image)
    written_in(storage, "since")

    replaced_by(storage, image)

    assert read(storage) == ["image"]


def test_who_reads_a_database_that_another_one_would_equal_does_not_see_what_is_written_later(homes: Homes) -> None:
    image = an_image("image")
    storage = homes.add(ONE, start=Start(image=image))
    replaced_by(storage, image)
    with storage.transaction() as transaction:
        reader = transaction.db
    reader.readers += 1

    replaced_by(storage, image)
    written_in(storage, "later")

    assert written(reader) == ["image"]
    reader.close()


def test_a_sandbox_in_memory_whose_database_has_been_undone_by_sqlite_itself_is_gone() -> None:
    storage = Homes(InMemory()).add(ONE, "first")

    with pytest.raises(FailedError):
        run_out_of_memory(storage)

    with pytest.raises(NotFound):
        read(storage)


def run_out_of_memory(storage: Storage) -> None:
    """Let SQLite end a transaction by itself."""
    with storage.transaction() as transaction:
        transaction.db.execute("ROLLBACK")
        raise FailedError


def replaced_by(storage: Storage, image: bytes) -> None:
    """Replace a sandbox by an image, and write nothing."""
    with storage.replacement(image):
        pass
