"""The formats that a sandbox's database has had.

If the schema was changed since a release: add a `Migration` to `inbox_mock.store.migrations`, with the fingerprint that the schema
had, and keep an image of the format that it begins with in ``images``.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox_mock import __version__
from inbox_mock.store import images, migrations
from inbox_mock.store.database import Database
from inbox_mock.store.migrations import FORMAT, MIGRATIONS, Migration, UnusableDatabase, fingerprint, migrate

IMAGES = Path(__file__).parent / "images"
FORMATS = range(1, FORMAT)


def image_of(number: int) -> bytes:
    """An image that the program wrote when this was the present format."""
    return gzip.decompress((IMAGES / f"format-{number}.sqlite.gz").read_bytes())


@pytest.fixture
def db() -> Iterator[Database]:
    """A database of the present format."""
    found = images.create()
    yield found
    found.close()


def test_there_is_an_image_of_each_earlier_format() -> None:
    assert sorted(file.name for file in IMAGES.iterdir()) == [f"format-{number}.sqlite.gz" for number in FORMATS]


@pytest.mark.parametrize("number", FORMATS)
def test_an_earlier_format_is_restored_as_the_present_one(number: int, db: Database) -> None:
    restored = images.restore(image_of(number), checked=False)

    assert restored.value("PRAGMA user_version") == FORMAT
    assert fingerprint(restored) == fingerprint(db)
    assert restored.value("SELECT content FROM messages ORDER BY id DESC") == f"written in format {number}"
    assert restored.value("PRAGMA integrity_check") == "ok"
    restored.close()


@pytest.mark.parametrize("number", FORMATS)
def test_an_image_of_an_earlier_format_may_be_checked_again_once_it_was_brought_to_the_present_one(number: int) -> None:
    restored = images.restore(image_of(number))
    again = images.restore(images.take_image(restored), checked=False)

    assert again.value("SELECT count(*) FROM messages") == restored.value("SELECT count(*) FROM messages")
    restored.close()
    again.close()


def test_a_database_of_the_present_format_is_sound_and_is_not_changed(db: Database) -> None:
    before = images.take_image(db)

    images.check(db)
    migrate(db)

    assert images.take_image(db) == before


def test_every_migration_from_a_format_on_is_applied_in_order_and_in_one_transaction(db: Database) -> None:
    told = []

    def told_by(number: int) -> Migration:
        def change(changed: object) -> None:
            assert changed is db
            told.append((number, db.in_transaction, db.value("PRAGMA user_version")))

        return Migration("", change)

    migrate(db, [*MIGRATIONS[: FORMAT - 1], told_by(FORMAT), told_by(FORMAT + 1)])

    assert told == [(FORMAT, True, FORMAT), (FORMAT + 1, True, FORMAT)]
    assert db.value("PRAGMA user_version") == FORMAT + 2
    assert not db.in_transaction


def test_a_migration_that_fails_changes_nothing(db: Database) -> None:
    before = images.take_image(db)

    def change(_: object) -> None:
        db.execute("DROP TABLE fault_pasts")
        raise LookupError

    with pytest.raises(LookupError):
        migrate(db, [*MIGRATIONS, Migration("", change)])

    assert images.take_image(db) == before


def test_a_newer_format_is_refused_with_the_version_that_cannot_read_it(db: Database) -> None:
    db.execute(f"PRAGMA user_version = {FORMAT + 1}")

    with pytest.raises(UnusableDatabase) as refused:
        images.restore(images.take_image(db))

    assert str(refused.value) == (
        f"it has format {FORMAT + 1}, of a newer Inbox Mock; this is {__version__}, which reads formats up to {FORMAT}: "
        "use the version that wrote it, or a newer one"
    )


@pytest.mark.parametrize(
    "change", ["CREATE TABLE added (id)", "DROP TABLE fault_pasts", "DROP TRIGGER token_issued", "PRAGMA application_id = 1"]
)
def test_an_earlier_format_that_was_tampered_with_is_refused_before_it_is_changed(change: str) -> None:
    db = images._open(Database)  # noqa: SLF001 - restoring it would bring it to the present format
    db.deserialize(image_of(1))
    db.execute(change)
    before = db.serialize()

    with pytest.raises(UnusableDatabase):
        images.check(db)

    assert db.serialize() == before
    db.close()


def test_the_fingerprint_of_each_earlier_format_is_that_of_its_image() -> None:
    for number, migration in enumerate(migrations.MIGRATIONS, 1):
        db = images._open(Database)  # noqa: SLF001 - the same
        db.deserialize(image_of(number))
        assert fingerprint(db) == migration.schema
        db.close()
