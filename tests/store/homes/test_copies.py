"""Copies of a database: the pages that a transaction has changed, and those that another process has."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homes import an_image, texts_of, write, written
from inbox_mock.store import images
from inbox_mock.store.database import PAGE_BYTES
from inbox_mock.store.homes.postgresql.copies import Folder, LocalCopy, Pages, differences

CONTENT = images.as_file(an_image("first"))
STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),  # by which copy
        st.sampled_from(["write", "change", "delete", "shrink", "in vain", "look"]),
        st.integers(0, 20_000),  # so many bytes, or from such a text on
    ),
    max_size=25,
)


class Kept:
    """The pages, as all who have a copy share them."""

    def __init__(self) -> None:
        self.pages = {number + 1: CONTENT[number * PAGE_BYTES :][:PAGE_BYTES] for number in range(len(CONTENT) // PAGE_BYTES)}
        self.versions = dict.fromkeys(self.pages, 0)
        self.version = 0

    def since(self, version: int) -> Pages:
        return Pages({number: page for number, page in self.pages.items() if self.versions[number] > version}, len(self.pages))

    def take(self, pages: Pages) -> None:
        self.version += 1
        self.pages = {number: page for number, page in {**self.pages, **pages.changed}.items() if number <= pages.count}
        self.versions |= dict.fromkeys(pages.changed, self.version)

    def whole(self) -> bytes:
        assert sorted(self.pages) == list(range(1, len(self.pages) + 1))
        return b"".join(self.pages[number] for number in sorted(self.pages))


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[LocalCopy]:
    found = LocalCopy(tmp_path / "copy.sqlite", CONTENT)
    yield found
    found.close()


def do(copy: LocalCopy, what: str, size: int) -> None:
    copy.db.execute("BEGIN")
    match what:
        case "write" | "in vain":
            write(copy.db, "x" * size)
        case "change":
            copy.db.execute("UPDATE timeline SET kind = kind || ? WHERE id % 3 = ?", ("y" * size, size % 3))
        case "delete":
            copy.db.execute("DELETE FROM timeline WHERE id % 2 = ?", (size % 2,))
    copy.db.execute("ROLLBACK" if what == "in vain" else "COMMIT")
    if what == "shrink":
        copy.db.execute("VACUUM")


@given(STEPS)
@settings(max_examples=60)
def test_copies_that_exchange_changed_pages_have_the_same_content(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str, int]]
) -> None:
    """Growing, shrinking, free pages, transactions rolled back: each is in the log as what it is."""
    folder, kept = tmp_path_factory.mktemp("copies"), Kept()
    copies = [LocalCopy(folder / f"{number}.sqlite", CONTENT) for number in range(3)]
    seen = [0, 0, 0]
    for number, what, size in steps:
        copy = copies[number]
        if seen[number] != kept.version:
            copy.patch(kept.since(seen[number]))
        do(copy, what, size)
        pages = copy.changed()
        if pages.changed:
            kept.take(pages)
        seen[number] = kept.version
        assert images.as_file(images.take_image(copy.db)) == kept.whole()
        assert copy.db.value("PRAGMA integrity_check") == "ok"
    for copy in copies:
        copy.close()


def test_a_transaction_that_changes_nothing_has_changed_no_page(copy: LocalCopy) -> None:
    do(copy, "look", 0)

    assert copy.changed().changed == {}


def test_pages_of_another_process_are_another_version(copy: LocalCopy) -> None:
    before = copy.db.version
    copy.patch(Pages({1: CONTENT[:PAGE_BYTES]}, len(CONTENT) // PAGE_BYTES))

    assert copy.db.version > before


def test_what_was_rolled_back_after_it_had_spilled_into_the_log_is_no_change(copy: LocalCopy) -> None:
    copy.db.execute("PRAGMA cache_size = 1")
    for what in ("in vain", "write", "in vain"):
        do(copy, what, 50_000)
        changed = copy.changed()

        assert bool(changed.changed) == (what == "write")
        assert changed.count == copy.db.value("PRAGMA page_count")


def test_a_change_takes_the_pages_that_it_touches_however_large_the_database_is(copy: LocalCopy) -> None:
    for _ in range(3):
        do(copy, "write", 1_000_000)
        copy.changed()

    do(copy, "write", 10)

    assert len(copy.changed().changed) < 10


def test_a_copy_is_deleted_when_it_is_closed(tmp_path: Path) -> None:
    copy = LocalCopy(tmp_path / "copy.sqlite", CONTENT)
    do(copy, "write", 10)

    copy.close()

    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_somebody_reads_is_not_patched(copy: LocalCopy) -> None:
    do(copy, "write", 10)
    reading = copy.db.execute("SELECT * FROM timeline")
    reading.fetchone()

    with pytest.raises(Exception, match=r"locked|nobody reads"):
        copy.patch(Pages({}, 1))


def test_an_image_differs_in_the_pages_that_are_not_the_same_or_are_new() -> None:
    after = images.as_file(an_image("first", "x" * 3000))
    pages = differences(CONTENT, after)

    assert 0 < len(pages.changed) < pages.count == len(after) // PAGE_BYTES
    patched = bytearray(CONTENT.ljust(len(after)))
    for number, page in pages.changed.items():
        patched[(number - 1) * PAGE_BYTES : number * PAGE_BYTES] = page
    assert bytes(patched) == after
    assert texts_of(bytes(patched[:18] + b"\1\1" + patched[20:])) == ["first", "x" * 3000]


def test_the_same_image_has_no_differences() -> None:
    assert differences(CONTENT, CONTENT).changed == {}


def test_a_copy_has_what_its_pages_hold(copy: LocalCopy) -> None:
    assert written(copy.db) == ["first"]


def test_copies_of_a_process_that_was_killed_are_deleted_by_the_next_one_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    program = """if True:
        import os, signal
        from inbox_mock.store.homes.postgresql.copies import Folder
        Folder().path().write_bytes(b"left")
        os.kill(os.getpid(), signal.SIGKILL)"""
    folder = Folder()
    kept = folder.path()
    kept.write_bytes(b"in use")
    (tmp_path / "inbox-mock-copies-of-somebody").mkdir()
    subprocess.run([sys.executable, "-c", program], check=False, env=os.environ | {"TMPDIR": str(tmp_path)})
    assert len(list(tmp_path.glob("*/*.sqlite"))) == 2

    Folder().delete()

    assert list(tmp_path.glob("*/*.sqlite")) == [kept]
    assert (tmp_path / "inbox-mock-copies-of-somebody").exists()
    folder.delete()
