"""A full disk is named, and nothing is half written: a limit of the size of files is one that tests can set."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from homes import LABEL, ONE, TWO, Homes, InDirectory, an_image, leave, read, written_in
from inbox_mock.domain.errors import HomeUnavailable
from inbox_mock.store.homes import Start
from inbox_mock.store.homes.directory.files import Files

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

    monkeypatch.setattr(Files, "keep_image", full)

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
