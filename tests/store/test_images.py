"""An image that is kept as what it differs in from another one, and databases that hold one and wait for the next sandbox."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_mock.store import images
from inbox_mock.store.database import PAGE_BYTES
from inbox_mock.store.images import MOST_SPARES, Spares, differences

IMAGES = st.lists(st.sampled_from([bytes(PAGE_BYTES), b"a" * PAGE_BYTES, b"b" * PAGE_BYTES]), max_size=6).map(b"".join)


@given(image=IMAGES, base=st.none() | IMAGES)
def test_the_image_is_the_same_again(image: bytes, base: bytes | None) -> None:
    found = differences(image, base)

    assert (found.image(), found.size) == (image, len(image))


def test_only_pages_that_differ_are_kept() -> None:
    base = b"a" * 50 * PAGE_BYTES
    image = base[: 7 * PAGE_BYTES] + b"b" * PAGE_BYTES + base[8 * PAGE_BYTES :] + b"c" * PAGE_BYTES

    found = differences(image, base)

    assert found.base is base
    assert sorted(found.pages) == [7 * PAGE_BYTES, 50 * PAGE_BYTES]


def test_the_base_itself_has_no_page_of_its_own() -> None:
    base = b"a" * PAGE_BYTES

    assert differences(bytes(bytearray(base)), base).pages == {}


def test_a_spare_database_is_given_once_for_the_very_image_that_it_holds() -> None:
    spares, image = Spares(), images.take_image(images.create())
    db, equal = images.restore(image), bytes(bytearray(image))

    assert spares.keep(image, db)

    assert spares.take(equal) is None
    assert spares.take(image) is db
    assert spares.take(image) is None


def test_a_database_that_somebody_reads_is_no_spare() -> None:
    image = images.take_image(images.create())
    db = images.restore(image)
    db.readers = 1

    assert not Spares().keep(image, db)


def test_a_database_in_which_somebody_still_writes_is_no_spare() -> None:
    image = images.take_image(images.create())
    db = images.restore(image)
    db.execute("BEGIN")

    assert not Spares().keep(image, db)


def test_of_many_spare_databases_the_latest_are_kept_and_the_others_closed() -> None:
    spares, image = Spares(), images.take_image(images.create())
    made = [images.restore(image) for _ in range(MOST_SPARES + 1)]

    for db in made:
        spares.keep(image, db)

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        made[0].holds_any("messages")
    assert [spares.take(image) for _ in made] == [*made[1:], None]
