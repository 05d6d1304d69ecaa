"""Data of an earlier format are brought to this one when they are opened."""

import gzip
from pathlib import Path

from homes import ONE, Homes, leave
from inbox_mock.store import images
from inbox_mock.store.homes.directory import Directory
from inbox_mock.store.migrations import FORMAT
from store.homes.damaged import of_one

FORMAT_1 = Path(__file__).parents[1] / "images" / "format-1.sqlite.gz"


def test_a_sandbox_of_an_earlier_format_is_brought_to_this_one_when_it_is_opened(data: Path, opened: Homes) -> None:
    of_one(data).write_bytes(images.as_file(gzip.decompress(FORMAT_1.read_bytes())))

    with opened.found(ONE).transaction() as transaction:
        assert transaction.db.value("SELECT content FROM messages") == "written in format 1"
        assert transaction.db.value("PRAGMA user_version") == FORMAT
    opened.reopen()
    with opened.found(ONE).transaction() as transaction:
        assert transaction.db.value("SELECT content FROM messages") == "written in format 1"


def test_a_snapshot_of_an_earlier_format_is_brought_to_this_one_when_it_is_restored(opened: Homes) -> None:
    storage = opened.found(ONE)
    storage.keep_snapshot("old", "now", gzip.decompress(FORMAT_1.read_bytes()))

    with storage.replacement(storage.snapshot("old") or b"") as transaction:
        leave(transaction)

    with storage.transaction() as transaction:
        assert transaction.db.value("SELECT content FROM messages") == "written in format 1"
        assert transaction.db.value("PRAGMA user_version") == FORMAT


def test_a_directory_of_an_earlier_format_is_said_to_be_of_this_one_once_it_was_opened(data: Path) -> None:
    said = (data / "FORMAT").read_text()
    (data / "FORMAT").write_text(said.replace(f"format {FORMAT}", "format 1").replace("version ", "version 0."))

    Directory(data).close()

    assert (data / "FORMAT").read_text() == said
