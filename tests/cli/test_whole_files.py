"""Files that commands write: the earlier one, or the new one, and nothing in between."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from threading import Thread

import pytest

from inbox_mock.console.whole_files import write_whole
from processes import PATIENCE_SECONDS

TEXT = "Grüße\n" * 1000


def test_an_earlier_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_text("earlier")
    path.chmod(0o640)

    write_whole(path, TEXT)

    assert path.read_text(encoding="utf-8") == TEXT
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_whole_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_text("earlier")
    usual = getrlimit(RLIMIT_FSIZE)

    setrlimit(RLIMIT_FSIZE, (100, usual[1]))
    try:
        with pytest.raises(OSError, match="File too large") as refused:
            write_whole(path, TEXT)
    finally:
        setrlimit(RLIMIT_FSIZE, usual)

    assert refused.value.filename == str(path)
    assert path.read_text(encoding="utf-8") == "earlier"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_a_file_is_written_in_a_folder_that_takes_no_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    path = tmp_path / "report.xml"
    path.write_text("earlier" + TEXT)

    def takes_no_new_one(*_: object) -> int:
        raise OSError(number, os.strerror(number), ".draft")

    monkeypatch.setattr(os, "open", takes_no_new_one)
    write_whole(path, TEXT)

    assert path.read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EPERM, errno.EACCES])
def test_a_file_that_nothing_may_replace_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    path = tmp_path / "mounted.xml"
    path.touch()

    def is_a_mount_point(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "replace", is_a_mount_point)
    write_whole(path, TEXT)

    assert path.read_text(encoding="utf-8") == TEXT
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_names_the_file_that_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "none" / "report.xml"

    with pytest.raises(FileNotFoundError) as refused:
        write_whole(path, TEXT)
    assert refused.value.filename == str(path)


@pytest.mark.parametrize("length", [1, 255])
def test_a_name_may_be_as_long_as_names_are(tmp_path: Path, length: int) -> None:
    path = tmp_path / ("r" * length)

    for text in (TEXT, "again"):
        write_whole(path, text)
        assert path.read_text(encoding="utf-8") == text


def test_a_file_that_is_open_as_standard_output_keeps_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("earlier\n")
    program = f"from pathlib import Path; from {write_whole.__module__} import write_whole; write_whole(Path('/dev/stdout'), 'report\\n')"

    with path.open("ab") as log:
        subprocess.run([sys.executable, "-c", program], stdout=log, check=True, timeout=PATIENCE_SECONDS)

    assert path.read_text() == "earlier\nreport\n"


def test_a_device_stays_one() -> None:
    write_whole(Path(os.devnull), TEXT)

    assert Path(os.devnull).is_char_device()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    link, path = tmp_path / "latest.xml", tmp_path / "report.xml"
    link.symlink_to(path)

    write_whole(link, TEXT)

    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == TEXT


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writing = Thread(target=write_whole, args=(pipe, TEXT))
    writing.start()

    assert pipe.read_text(encoding="utf-8") == TEXT
    writing.join()
    assert pipe.is_fifo()
