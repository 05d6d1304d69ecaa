"""A directory in which somebody else has been: each fault is named with its file and what was expected, and nothing is changed."""

import gzip
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from homes import LABEL, Homes, InDirectory, an_image, leave, read, written_in
from inbox_mock.domain.errors import HomeUnavailable
from inbox_mock.store import database, images
from inbox_mock.store.homes import Start
from inbox_mock.store.homes.directory import Directory
from inbox_mock.store.migrations import FORMAT

ONE, TWO = "00000000000a", "00000000000b"
FORMAT_1 = Path(__file__).parents[1] / "images" / "format-1.sqlite.gz"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A directory of two sandboxes, closed; the first one has a snapshot."""
    homes = Homes(InDirectory(tmp_path / "data"))
    homes.add(ONE, "one", start=Start(image=an_image("start"))).keep_snapshot("a", "now", an_image("snapshot"))
    homes.add(TWO, "two", start=Start(image=an_image("other start")))
    homes.home.close()
    return tmp_path / "data"


@pytest.fixture
def opened(data: Path) -> Iterator[Homes]:
    homes = Homes(InDirectory(data))
    yield homes
    homes.home.close()


def contents(path: Path) -> dict[str, bytes | str]:
    """What is in a directory; of a link where it leads."""
    return {
        str(found.relative_to(path)): str(found.readlink()) if found.is_symlink() else found.read_bytes() if found.is_file() else ""
        for found in sorted(path.rglob("*"))
    }


def of_one(data: Path) -> Path:
    return data / "sandboxes" / ONE / "1.sqlite"


# A sandbox's database.


def truncated(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def cut_to_its_header(file: Path) -> None:
    os.truncate(file, 50)


def empty(file: Path) -> None:
    os.truncate(file, 0)


def garbage(file: Path) -> None:
    file.write_bytes(b"no database at all " * 1000)


def statements(*sql: str) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as db:
            for one in sql:
                db.execute(one)

    return change


def of_another_program(file: Path) -> None:
    file.unlink()
    statements("CREATE TABLE things (id)", "INSERT INTO things VALUES (1)")(file)


def damaged_pages(file: Path) -> None:
    """Pages in the middle hold what belongs to no tree."""
    content = bytearray(file.read_bytes())
    content[20 * database.PAGE_BYTES : 30 * database.PAGE_BYTES] = os.urandom(10 * database.PAGE_BYTES)
    file.write_bytes(content)


def a_link(file: Path) -> None:
    file.rename(file.parents[2] / "elsewhere.sqlite")
    file.symlink_to(file.parents[2] / "elsewhere.sqlite")


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def no_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("")


def missing(file: Path) -> None:
    file.unlink()


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
    "a link": (a_link, "no regular file"),
    "a folder": (a_folder, "no regular file"),
}


@pytest.mark.parametrize(("change", "expected"), BAD.values(), ids=BAD)
def test_a_database_that_is_not_as_it_was_written_is_named_and_left_alone(
    data: Path, opened: Homes, change: Callable[[Path], None], expected: str
) -> None:
    change(of_one(data))
    before = contents(data / "sandboxes")

    for _ in range(2):
        with pytest.raises(HomeUnavailable, match=f"{ONE}/1.sqlite.*{expected}"):
            read(opened.found(ONE))

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


def linked(file: Path) -> None:
    """A link to a file that is as it was written."""
    file.rename(file.parents[1] / "elsewhere")
    file.symlink_to(file.parents[1] / "elsewhere")


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


# The directory.


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


# A full disk: a limit of the size of files is one that tests can set.

FILL = """
from pathlib import Path
import sys
sys.path.insert(0, sys.argv[2])
from homes import *
from inbox_mock.domain.errors import HomeUnavailable
homes = Homes(InDirectory(Path(sys.argv[1])))
storage = homes.found("00000000000a")
acknowledged = read(storage)
try:
    for number in range(10_000):
        written_in(storage, f"{number} " + "x" * 3000)
        acknowledged.append(f"{number} " + "x" * 3000)
except HomeUnavailable as error:
    print(error)
assert read(storage) == acknowledged, "what was refused is not there, and all else is"
try:
    homes.home.check()
except HomeUnavailable as error:
    print(error)
print(len(acknowledged))
"""


def test_a_disk_that_takes_no_more_is_said_to_be_full_and_nothing_is_half_written(data: Path) -> None:
    most = 600 * 1024
    script = data.parent / "fill.py"
    script.write_text(FILL)

    ran = subprocess.run(
        [sys.executable, str(script), str(data), str(Path(__file__).parents[2])],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )

    assert ran.returncode == 0, ran.stderr
    refused, unready, count = ran.stdout.splitlines()
    assert f"{ONE}/1.sqlite: disk I/O error; nothing was changed" in refused
    assert "File too large" in unready
    again = Homes(InDirectory(data))
    assert len(read(again.found(ONE))) == int(count) > 10
    written_in(again.found(ONE), "now there is room")
    again.home.close()


def test_a_sandbox_that_cannot_be_added_leaves_nothing(data: Path, opened: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise HomeUnavailable("no room")

    monkeypatch.setattr(opened.home._files, "keep_image", full)  # type: ignore[attr-defined]  # noqa: SLF001

    with pytest.raises(HomeUnavailable), opened.home.adding("00000000000c", LABEL, an_image(), Start(image=b"x")) as transaction:
        leave(transaction)

    assert opened.ids() == [ONE, TWO]
    assert sorted(found.name for found in (data / "sandboxes").iterdir()) == [ONE, TWO]
    assert list((data / "drafts").iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("a small file system can be mounted by root only")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.fixture
def filled(small_disk: Path) -> Iterator[Homes]:
    """A directory on a disk that has no room left: a file takes it."""
    homes = Homes(InDirectory(small_disk / "data"))
    homes.add(ONE, "one", start=Start(image=an_image("start")))
    written_in(homes.found(ONE), "before")
    with pytest.raises(OSError, match="No space left"):
        (small_disk / "filler").write_bytes(bytes(4 * 1024 * 1024))
    yield homes
    (small_disk / "filler").unlink(missing_ok=True)
    homes.home.close()


def test_a_full_disk_is_no_full_sandbox_and_nothing_was_changed(small_disk: Path, filled: Homes) -> None:
    storage = filled.found(ONE)
    before = read(storage), storage.version

    with pytest.raises(HomeUnavailable, match="No space left on device"):
        written_in(storage, "x" * 300_000)
    with pytest.raises(HomeUnavailable, match="No space left on device"):
        filled.home.check()

    assert (read(storage), storage.version) == before
    (small_disk / "filler").unlink()
    filled.home.check()
    written_in(storage, "after")
    assert read(storage) == ["one", "before", "after"]


def test_on_a_full_disk_nothing_is_replaced_kept_or_added(small_disk: Path, filled: Homes) -> None:
    storage = filled.found(ONE)

    with pytest.raises(HomeUnavailable), storage.replacement(an_image("image")) as transaction:
        leave(transaction)
    with pytest.raises(HomeUnavailable):
        storage.keep_snapshot("a", "now", an_image("a"))
    with pytest.raises(HomeUnavailable):
        filled.add(TWO)

    (small_disk / "filler").unlink()
    assert read(storage) == ["one", "before"]
    assert list(storage.snapshots()) == []
    assert filled.ids() == [ONE]
    assert list((small_disk / "data" / "drafts").iterdir()) == []


# Earlier formats.


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
