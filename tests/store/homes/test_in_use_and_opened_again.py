"""Every home serves many threads, and one that lasts has everything when it is opened again."""

from dataclasses import replace
from threading import Thread

from homes import LABEL, ONE, TWO, Homes, an_image, leave, read, written_in
from inbox_mock.store.homes import Start

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
