"""Every home adds, finds, lists and removes sandboxes, and keeps what is said of them."""

from dataclasses import replace
from threading import Thread

import pytest

from homes import LABEL, ONE, THREE, TWO, FailedError, Homes, an_image, fail_in, leave, read, written_in
from inbox_mock.domain.errors import NotFound, SandboxExists
from inbox_mock.store.homes import Label, Start

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
