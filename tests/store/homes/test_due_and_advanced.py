"""Every home knows what is due and what has expired, and lets one at a time advance a sandbox."""

from dataclasses import replace
from threading import Thread

import pytest

from homes import LABEL, ONE, STANDING, THREE, TWO, FailedError, Homes, fail_in, leave, plan, read, written_in


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
