"""Rows as a sandbox's database reads and writes them."""

from collections.abc import Iterator

import pytest

from inbox_mock.domain.errors import Invalid, NotFound
from inbox_mock.store import images
from inbox_mock.store.database import Database
from inbox_mock.store.rows import SourceRow

NOON = "2030-06-01T12:00:00Z"
OTHER_ACCOUNT = 2


@pytest.fixture
def db() -> Iterator[Database]:
    found = images.create()
    found.insert(
        "sources", {"id": 7, "account_id": 1, "name": "Website", "position": 1, "internal": 0, "created_at": NOON, "updated_at": NOON}
    )
    yield found
    found.close()


def test_a_row_is_found_by_its_id(db: Database) -> None:
    assert db.get(SourceRow, 7)["name"] == "Website"


def test_an_account_finds_its_own_row(db: Database) -> None:
    assert db.get(SourceRow, 7, 1)["id"] == 7


def test_another_accounts_row_is_not_found(db: Database) -> None:
    with pytest.raises(NotFound):
        db.get(SourceRow, 7, OTHER_ACCOUNT)


def test_a_reference_to_another_accounts_row_is_a_problem_of_its_field(db: Database) -> None:
    with pytest.raises(Invalid, match="source: can't be blank"):
        db.refer(SourceRow, "source", 7, OTHER_ACCOUNT)


def test_an_update_changes_the_named_columns_alone(db: Database) -> None:
    before = db.get(SourceRow, 7)

    db.update("sources", 7, {"name": "Telephone"})

    assert db.get(SourceRow, 7) == {**before, "name": "Telephone"}


def test_an_update_of_nothing_changes_nothing(db: Database) -> None:
    before = db.get(SourceRow, 7)

    db.update("sources", 7, {})

    assert db.get(SourceRow, 7) == before


def test_a_table_holds_any_row_once_one_is_inserted(db: Database) -> None:
    assert db.holds_any("sources")
    assert not db.holds_any("hosts")


def test_an_image_restores_what_the_database_held(db: Database) -> None:
    restored = images.restore(images.take_image(db))

    assert restored.every("SELECT * FROM sources") == db.every("SELECT * FROM sources")
    restored.close()


def test_no_image_is_taken_within_a_transaction(db: Database) -> None:
    db.execute("BEGIN")

    with pytest.raises(RuntimeError, match="outside transactions"):
        images.take_image(db)
