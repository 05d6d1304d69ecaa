"""The page of licences is in step with the lock files."""

from packaging.licenses import canonicalize_license_expression

from licences import PAGE, licence, needed, page
from lock import SERVING, pins, shipped


def test_the_page_says_what_the_lock_file_and_the_metadata_say() -> None:
    assert PAGE.read_text() == page(), "run make licences"


def test_it_lists_whatever_comes_with_the_project() -> None:
    assert needed(set(shipped())) >= {pin.name for pin in pins(SERVING.read_text())}


def test_every_licence_is_an_expression() -> None:
    found = {name: licence(name) for name in needed(set(shipped()))}

    assert {name: canonicalize_license_expression(text) for name, text in found.items()} == found
