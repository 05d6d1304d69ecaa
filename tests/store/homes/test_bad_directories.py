"""A directory in which somebody else has been: each fault is named with what was expected, and nothing is changed."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from homes import ONE, Homes, read
from inbox_mock.domain.errors import HomeUnavailable
from inbox_mock.store.homes.directory import Directory
from inbox_mock.store.migrations import FORMAT
from store.homes.damaged import contents, empty, garbage, linked, missing, of_another_program, of_one, statements, truncated


def no_format(data: Path) -> None:
    (data / "FORMAT").unlink()


def a_newer_format(data: Path) -> None:
    said = (data / "FORMAT").read_text()
    (data / "FORMAT").write_text(said.replace(f"format {FORMAT}", f"format {FORMAT + 1}").replace("version ", "version 7."))


def format_is_a_folder(data: Path) -> None:
    (data / "FORMAT").unlink()
    (data / "FORMAT").mkdir()


def lock_is_a_link(data: Path) -> None:
    (data / "lock").unlink()
    (data / "lock").symlink_to("/etc/hostname")


def sandboxes_is_a_file(data: Path) -> None:
    shutil.rmtree(data / "sandboxes")
    (data / "sandboxes").write_text("")


def write(name: str, content: str) -> Callable[[Path], None]:
    def change(data: Path) -> None:
        (data / name).write_text(content)

    return change


def on(name: str, change: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda data: change(data / name)


DIRECTORIES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no FORMAT": (no_format, "data holds 'drafts' and no FORMAT: expected an empty directory, or one of the Inbox Mock"),
    "a newer FORMAT": (a_newer_format, rf"FORMAT: the data has format {FORMAT + 1}, written by version 7\..*use version 7\."),
    "a broken FORMAT": (write("FORMAT", "\0\0\0"), r"FORMAT says.*expected 'Data of the Inbox Mock, format"),
    "an empty FORMAT": (write("FORMAT", ""), "FORMAT says ''"),
    "FORMAT is a folder": (format_is_a_folder, "FORMAT: Is a directory"),
    "lock is a link": (lock_is_a_link, "lock: Too many levels"),
    "sandboxes is a file": (sandboxes_is_a_file, "sandboxes is no dir"),
    "no index": (on("index.sqlite", missing), "index.sqlite is missing: expected the index of the sandboxes"),
    "a truncated index": (on("index.sqlite", truncated), "index.sqlite.*(damaged|malformed)"),
    "an index that is garbage": (on("index.sqlite", garbage), "index.sqlite: file is not a database"),
    "an empty index": (on("index.sqlite", empty), "index.sqlite is empty: expected the index of the sandboxes"),
    "another program's index": (
        on("index.sqlite", of_another_program),
        "index.sqlite has application id 0 and format 0; expected the index",
    ),
    "a newer index": (on("index.sqlite", statements("PRAGMA user_version = 9")), "index.sqlite has application id .* and format 9"),
    "an index with a trigger": (
        on("index.sqlite", statements("CREATE TRIGGER added AFTER UPDATE ON sandboxes BEGIN DELETE FROM snapshots; END")),
        "index.sqlite.*schema was changed",
    ),
    "index is a link": (on("index.sqlite", linked), "index.sqlite is no regular file"),
}


@pytest.mark.parametrize(("change", "expected"), DIRECTORIES.values(), ids=DIRECTORIES)
def test_a_directory_that_is_not_as_it_was_left_is_refused_and_not_changed(
    data: Path, change: Callable[[Path], object], expected: str
) -> None:
    change(data)
    before = {name: content for name, content in contents(data).items() if name != "lock"}

    with pytest.raises(HomeUnavailable, match=expected):
        Directory(data)

    assert {name: content for name, content in contents(data).items() if name != "lock"} == before


def test_a_directory_of_somebody_else_is_refused_and_not_changed(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("do not delete")

    with pytest.raises(HomeUnavailable, match=r"holds 'thesis\.txt' and no FORMAT: expected an empty directory"):
        Directory(tmp_path)

    assert contents(tmp_path) == {"thesis.txt": b"do not delete"}


def test_a_path_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")

    with pytest.raises(HomeUnavailable, match="file: Not a directory"):
        Directory(tmp_path / "file")
    with pytest.raises(HomeUnavailable, match="Not a directory"):
        Directory(tmp_path / "file" / "below")


def test_an_empty_file_system_is_as_good_as_an_empty_directory(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()

    Directory(tmp_path).close()

    assert (tmp_path / "lost+found").is_dir()


def test_a_directory_in_use_is_refused_with_the_process_that_owns_it(data: Path, opened: Homes) -> None:
    before = contents(data)

    with pytest.raises(HomeUnavailable, match=f"data is in use by process {os.getpid()}; one server at a time owns a directory"):
        Directory(data)

    assert contents(data) == before
    assert read(opened.found(ONE)) == ["one"]


def test_a_directory_that_was_closed_can_be_owned_by_the_next_server_at_once(data: Path) -> None:
    Directory(data).close()
    Directory(data).close()


def test_what_was_not_finished_is_cleared_away_by_the_next_server(data: Path) -> None:
    (data / "drafts" / ".half").write_text("half-written")
    (data / "drafts" / "removed").mkdir()
    (data / "drafts" / "removed" / "1.sqlite").write_text("")
    (data / "drafts" / "link").symlink_to(data / "sandboxes")

    Directory(data).close()

    assert list((data / "drafts").iterdir()) == []
    assert of_one(data).exists()


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Be a user who is not root: root may write everywhere."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def test_a_directory_that_may_only_be_read_is_refused(data: Path) -> None:
    with TemporaryDirectory() as folder:
        shutil.copytree(data, Path(folder) / "data")
        for found in (Path(folder), *Path(folder).rglob("*")):
            found.chmod(0o555 if found.is_dir() else 0o444)
        before = contents(Path(folder))

        with as_somebody_else(), pytest.raises(HomeUnavailable, match="/data/lock: Permission denied"):
            Directory(Path(folder) / "data")
        with as_somebody_else(), pytest.raises(HomeUnavailable, match="/new: Permission denied"):
            Directory(Path(folder) / "new")

        assert contents(Path(folder)) == before
        Path(folder).chmod(0o755)
        for found in Path(folder).rglob("*"):
            found.chmod(0o755)
