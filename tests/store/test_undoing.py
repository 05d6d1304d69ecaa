"""A database in memory is undone to the byte, whatever was done in it, and serves the next sandbox of its image."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from homes import an_image, write, written
from inbox_mock.domain.errors import SandboxFull
from inbox_mock.store import images
from inbox_mock.store.database import PAGE_BYTES, Database
from inbox_mock.store.undoing import MOST_CHANGES, MOST_SPARES, Spares, settle, unit
from lowered import lower


class FailedError(Exception):
    """A unit of work does not come to its end."""


def work(db: Database) -> None:
    with unit(db):
        write(db, "x" * 3 * PAGE_BYTES)


def fail(db: Database) -> None:
    with suppress(FailedError), unit(db):
        write(db, "in vain")
        raise FailedError


def fail_partly(db: Database) -> None:
    with unit(db):
        with suppress(FailedError), db.attempt():
            write(db, "in vain")
            raise FailedError
        write(db, "kept")


def delete(db: Database) -> None:
    with unit(db):
        db.execute("DELETE FROM timeline WHERE id = (SELECT min(id) FROM timeline)")
        db.execute("DELETE FROM settings")


def number(db: Database) -> None:
    """Take an id that no later row gets: SQLite counts those of faults."""
    with unit(db):
        db.execute("INSERT INTO faults (kind, options, match, set_at) VALUES ('status', '{}', '{}', '2030')")
        db.execute("DELETE FROM faults")


def read(db: Database) -> None:
    written(db)


DEEDS: dict[str, Callable[[Database], None]] = {deed.__name__: deed for deed in (work, fail, fail_partly, delete, number, read)}


@settings(deadline=None)
@given(done=st.lists(st.lists(st.sampled_from([*DEEDS]), max_size=8), max_size=4))
@example(done=[["work"] * 8] * 4)
def test_what_was_done_is_undone_to_the_byte(done: list[list[str]]) -> None:
    spares, image = Spares(), an_image("first")
    for deeds in [*done, []]:
        db = spares.open(image)
        for deed in deeds:
            DEEDS[deed](db)
        found = written(db)
        settled = images.restore(image)
        for deed in deeds:
            DEEDS[deed](settled)
        assert found == written(settled)
        settled.close()
        spares.give_back(image, db)

    db = spares.open(image)
    settle(db)
    assert images.take_image(db) == image
    spares.close()


def test_a_database_that_was_undone_is_given_once_for_the_very_image_that_it_holds() -> None:
    spares, image = Spares(), an_image("first")
    db, equal = spares.open(image), bytes(bytearray(image))
    work(db)
    spares.give_back(image, db)

    assert spares.open(equal) is not db
    assert spares.open(image) is db
    assert spares.open(image) is not db


@pytest.mark.parametrize("how", ["read", "written", "settled"])
def test_one_that_somebody_uses_or_that_cannot_be_undone_is_not_given_again(how: str) -> None:
    spares, image = Spares(), an_image("first")
    db = spares.open(image)
    if how == "read":
        db.readers = 1
        spares.give_back(image, db)
    elif how == "written":
        with suppress(sqlite3.ProgrammingError), unit(db):
            spares.give_back(image, db)
    else:
        settle(db)
        spares.give_back(image, db)

    assert spares.open(image) is not db


def test_what_was_settled_stays() -> None:
    db = Spares().open(an_image("first"))
    work(db)
    settle(db)
    work(db)

    assert len(written(images.restore(images.take_image(db)))) == 3


def test_of_many_the_latest_are_kept_and_the_others_closed() -> None:
    spares, image = Spares(), an_image("first")
    made = [spares.open(image) for _ in range(MOST_SPARES + 1)]

    for db in made:
        spares.give_back(image, db)

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        written(made[0])
    assert [spares.open(image) for _ in made[1:]] == made[1:]


def test_they_keep_to_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    image = an_image("first")
    monkeypatch.setattr("inbox_mock.store.undoing.MOST_SPARE_BYTES", 2 * len(image))
    spares = Spares()
    made = [spares.open(image) for _ in range(3)]

    for db in made:
        spares.give_back(image, db)

    assert [spares.open(image) for _ in made[1:]] == made[1:]
    assert spares.open(image) is not made[0]


def test_after_many_changes_nothing_can_be_undone_any_more() -> None:
    db = Spares().open(an_image("first"))

    for _ in range(MOST_CHANGES + 1):
        with unit(db):
            db.execute("UPDATE settings SET value = value")
        if not db.in_transaction:
            break

    assert db.held_from is None
    assert not db.in_transaction


def test_one_that_can_be_undone_keeps_to_its_limit_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    image = an_image("first")
    lower(monkeypatch, "SANDBOX", 3 * len(image))
    db = Spares().open(image)

    with pytest.raises(SandboxFull), unit(db):
        write(db, "x" * 3 * len(image))
    assert written(db) == ["first"]
    for _ in range(20):
        with suppress(SandboxFull), unit(db):
            write(db, "x" * (len(image) // 5))

    assert 2 < len(written(db)) < 15
    assert len(images.take_image(db)) <= 3 * len(image)
