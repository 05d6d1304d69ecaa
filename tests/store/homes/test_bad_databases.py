"""Databases and images in which somebody else has been: each fault is named with its file and what was expected, and nothing is changed."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from homes import ONE, TWO, Homes, an_image, leave, read, written_in
from inbox_mock.domain.errors import HomeUnavailable
from inbox_mock.store import images
from inbox_mock.store.migrations import FORMAT
from store.homes.damaged import (
    a_file,
    a_folder,
    a_link,
    contents,
    cut_to_its_header,
    damaged_pages,
    empty,
    garbage,
    linked,
    missing,
    no_folder,
    of_another_program,
    of_one,
    statements,
    truncated,
)

# A sandbox's database.


BAD = {
    "truncated": (truncated, "damaged"),
    "cut to its header": (cut_to_its_header, "empty, or another program's"),
    "empty": (empty, "empty, or another program's"),
    "garbage": (garbage, "damaged, or no database"),
    "another program's": (of_another_program, "another program"),
    "damaged": (damaged_pages, "damaged"),
    "with a trigger": (
        statements("CREATE TRIGGER added AFTER INSERT ON timeline BEGIN DELETE FROM messages; END"),
        "its schema was changed by another program",
    ),
    "with a changed view": (statements("DROP VIEW host_records", "CREATE VIEW host_records AS SELECT 1 AS id"), "schema was changed"),
    "with another table": (statements("CREATE TABLE added (id)"), "schema was changed"),
    "of a newer format": (
        statements(f"PRAGMA user_version = {FORMAT + 1}"),
        f"it has format {FORMAT + 1}, of a newer Inbox Mock.*reads formats up to {FORMAT}",
    ),
    "of no format": (statements("PRAGMA user_version = 0"), f"it has format 0; expected 1 to {FORMAT}"),
    "with another application id": (statements("PRAGMA application_id = 7"), r"another program's \(application id 7\)"),
    "with a setting that is no JSON": (statements("UPDATE settings SET value = '{' WHERE name = 'seed'"), "its settings or its clock"),
    "without a setting": (statements("DELETE FROM settings WHERE name = 'seed'"), "its settings or its clock"),
    "with an unknown setting": (statements("INSERT INTO settings VALUES ('more', '1')"), "its settings or its clock"),
    "with a clock that shows no time": (statements("UPDATE clock SET now = 'noon'"), "its settings or its clock"),
    "without a clock": (statements("DELETE FROM clock"), "its settings or its clock"),
    "with another scenario": (statements("INSERT OR REPLACE INTO settings VALUES ('recipe', '[]')"), "its scenario cannot be read"),
    "a link": (a_link, "no regular file"),
    "a folder": (a_folder, "no regular file"),
}


@pytest.mark.parametrize(("change", "expected"), BAD.values(), ids=BAD)
def test_a_database_that_is_not_as_it_was_written_is_named_and_left_alone(
    data: Path, opened: Homes, change: Callable[[Path], None], expected: str
) -> None:
    change(of_one(data))
    before = contents(data / "sandboxes")

    errors = []
    for _ in range(2):
        with pytest.raises(HomeUnavailable, match=f"{ONE}/1.sqlite.*{expected}") as raised:
            read(opened.found(ONE))
        errors.append(raised)  # which keep alive what they have gone through

    assert contents(data / "sandboxes") == before


@pytest.mark.parametrize(("change", "expected"), BAD.values(), ids=BAD)
def test_one_bad_database_keeps_nobody_from_the_others(data: Path, opened: Homes, change: Callable[[Path], None], expected: str) -> None:
    del expected
    change(of_one(data))

    with pytest.raises(HomeUnavailable):
        read(opened.found(ONE))

    assert read(opened.found(TWO)) == ["two"]
    assert opened.ids() == [ONE, TWO]


@pytest.mark.parametrize(("change", "expected"), BAD.values(), ids=BAD)
def test_a_bad_database_can_be_removed(data: Path, opened: Homes, change: Callable[[Path], None], expected: str) -> None:
    del expected
    change(of_one(data))

    opened.home.remove(ONE)

    assert opened.ids() == [TWO]
    assert not (data / "sandboxes" / ONE).exists()


def test_what_a_removed_link_leads_to_stays(data: Path, opened: Homes) -> None:
    folder, elsewhere = data / "sandboxes" / ONE, data.parent / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    with pytest.raises(HomeUnavailable, match=f"{ONE} is no directory"):
        read(opened.found(ONE))

    opened.home.remove(ONE)

    assert (elsewhere / "1.sqlite").exists()
    assert not folder.is_symlink()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda folder: missing(folder / "1.sqlite"), "holds no database; expected N.sqlite"),
        (no_folder, "No such file"),
        (a_file, "is no directory"),
    ],
    ids=["no database", "no folder", "a file"],
)
def test_a_sandbox_without_a_database_is_named(data: Path, opened: Homes, change: Callable[[Path], object], expected: str) -> None:
    change(data / "sandboxes" / ONE)

    with pytest.raises(HomeUnavailable, match=f"{ONE}.*{expected}"):
        read(opened.found(ONE))


def test_a_database_whose_sandbox_a_restart_finds_again_is_as_it_was_before_it_was_damaged(data: Path, opened: Homes) -> None:
    whole = of_one(data).read_bytes()
    truncated(of_one(data))
    with pytest.raises(HomeUnavailable):
        read(opened.found(ONE))

    of_one(data).write_bytes(whole)

    assert read(opened.found(ONE)) == ["one"]


def test_strange_files_in_a_sandboxs_folder_are_left_alone(data: Path, opened: Homes) -> None:
    folder = data / "sandboxes" / ONE
    strange = ["README", "0.sqlite", "01.sqlite", "-1.sqlite", "9.sqlite.bak", "99.sqlite-journal", "x.sqlite", "9" * 200]
    for name in strange:
        (folder / name).write_text("strange")
    (folder / "2.sqlite.d").mkdir()

    written_in(opened.found(ONE), "more")
    with opened.found(ONE).replacement(an_image("image")) as transaction:
        leave(transaction)

    assert read(opened.found(ONE)) == ["image"]
    assert all((folder / name).read_text() == "strange" for name in strange)


def test_of_two_generations_the_later_one_counts_and_the_earlier_one_is_deleted(data: Path, opened: Homes) -> None:
    (data / "sandboxes" / ONE / "2.sqlite").write_bytes(images.as_file(an_image("later")))

    storage = opened.found(ONE)

    assert read(storage) == ["later"]
    assert storage.generation == 2
    assert not of_one(data).exists()


def test_a_database_that_another_process_has_open_is_named(data: Path, opened: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "PATIENCE_SECONDS", 0.01)
    held = subprocess.Popen([sys.executable, "-c", HOLD, str(of_one(data))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with held:
        assert held.stdout is not None
        assert held.stdout.readline() == "held\n"
        with pytest.raises(HomeUnavailable, match=f"{ONE}/1.sqlite.*locked"):
            read(opened.found(ONE))
        held.communicate()

    assert read(opened.found(ONE)) == ["one"]


HOLD = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA locking_mode = EXCLUSIVE")
db.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


# Starts and snapshots.


def image_of(data: Path, text: str) -> Path:
    """The file of a start or a snapshot."""
    return next(file for file in (data / "images").iterdir() if file.read_bytes() == an_image(text))


IMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "truncated": (truncated, "not as it was written"),
    "tampered with": (statements("DELETE FROM timeline"), "not as it was written"),
    "a link": (linked, "symbolic links"),
    "missing": (missing, "No such file"),
}


@pytest.mark.parametrize(("change", "expected"), IMAGES.values(), ids=IMAGES)
def test_a_start_that_is_not_as_it_was_written_is_named(data: Path, opened: Homes, change: Callable[[Path], object], expected: str) -> None:
    file = image_of(data, "start")
    change(file)

    with pytest.raises(HomeUnavailable, match=f"images/{file.name}.*{expected}"):
        opened.found(ONE).start()
    assert read(opened.found(ONE)) == ["one"]


@pytest.mark.parametrize(("change", "expected"), IMAGES.values(), ids=IMAGES)
def test_a_snapshot_that_is_not_as_it_was_written_is_named(
    data: Path, opened: Homes, change: Callable[[Path], object], expected: str
) -> None:
    file = image_of(data, "snapshot")
    change(file)

    with pytest.raises(HomeUnavailable, match=f"images/{file.name}.*{expected}"):
        opened.found(ONE).snapshot("a")
    assert [kept.name for kept in opened.found(ONE).snapshots()] == ["a"]


def test_no_sandbox_goes_back_to_an_image_of_another_program(opened: Homes) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE things (id)")
        image = db.serialize()

    with pytest.raises(HomeUnavailable, match="another program"), opened.found(ONE).replacement(image) as transaction:
        leave(transaction)

    assert read(opened.found(ONE)) == ["one"]
