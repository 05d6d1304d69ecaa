"""An image that is kept as what it differs in from another one."""

from hypothesis import given
from hypothesis import strategies as st

from inbox_mock.store.database import PAGE_BYTES
from inbox_mock.store.images import differences

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
