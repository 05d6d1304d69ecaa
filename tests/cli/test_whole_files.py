"""Files that commands write: the earlier one, or the new one, and nothing in between."""

import os
from pathlib import Path
from threading import Thread

import pytest

from inbox_mock.console.stopping import write_whole

TEXT = "Grüße\n" * 1000


def test_an_earlier_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_text("earlier")
    path.chmod(0o640)

    write_whole(path, TEXT)

    assert path.read_text(encoding="utf-8") == TEXT
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_whole_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.xml"
    path.write_text("earlier")
    write_text = Path.write_text

    def disk_is_full(self: Path, text: str, encoding: str) -> int:
        write_text(self, text[:100], encoding)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", disk_is_full)

    with pytest.raises(OSError, match="No space left"):
        write_whole(path, TEXT)
    assert path.read_text(encoding="utf-8") == "earlier"
    assert list(tmp_path.iterdir()) == [path]


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
