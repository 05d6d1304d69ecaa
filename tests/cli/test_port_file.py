"""``serve --port-file``: it replaces the port file of an earlier run, and nothing else."""

import errno
import io
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from inbox_mock.serving.listening import PortFileError, prepare_port_file, remove_port_file, write_port_file
from processes import COMMAND, run, started, wait_for

PRECIOUS = "years of work\n"


def a_file(path: Path) -> None:
    path.write_text(PRECIOUS)


def an_empty_file(path: Path) -> None:
    path.touch()


def a_number_and_more(path: Path) -> None:
    path.write_text("8089\n8090\n")


def a_number_without_an_end(path: Path) -> None:
    path.write_text("8089")


def a_number_too_long(path: Path) -> None:
    path.write_text("123456\n")


def a_folder(path: Path) -> None:
    path.mkdir()


def a_link(path: Path) -> None:
    (path.parent / "precious").write_text("8089\n")
    path.symlink_to("precious")


def a_link_to_nothing(path: Path) -> None:
    path.symlink_to("nowhere")


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


THINGS = [a_file, an_empty_file, a_number_and_more, a_number_without_an_end, a_number_too_long, a_folder, a_link, a_link_to_nothing, a_pipe]


def seen(folder: Path) -> dict[str, tuple[int, str]]:
    """What is in a folder: kinds and contents."""
    return {path.name: (path.lstat().st_mode, path.read_text() if path.is_file() else "") for path in folder.iterdir()}


@pytest.mark.parametrize("make", THINGS, ids=lambda make: make.__name__)
def test_what_is_no_port_file_is_left_alone_and_told_before_anything_listens(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "port")
    before = seen(tmp_path)

    result = run("serve", "--scenario", "nowhere", "--port-file", str(tmp_path / "port"))

    assert result.returncode == 2
    assert str(tmp_path / "port") in result.stderr
    assert "expected no file, or one that holds a port number" in result.stderr
    assert seen(tmp_path) == before


@pytest.mark.parametrize("make", THINGS, ids=lambda make: make.__name__)
def test_what_came_there_meanwhile_is_left_alone_too(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "port"
    prepare_port_file(path)
    written = write_port_file(path, 8089)
    path.unlink()
    make(path)
    before = seen(tmp_path)

    with pytest.raises(PortFileError, match="expected no file"):
        write_port_file(path, 8089)
    remove_port_file(path, written)

    assert seen(tmp_path) == before


def test_a_device_is_left_alone() -> None:
    assert run("serve", "--port-file", os.devnull).returncode == 2
    assert Path(os.devnull).is_char_device()


def test_the_port_file_of_an_earlier_run_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "port"
    path.write_text("8089\n")

    prepare_port_file(path)
    assert not path.exists()
    write_port_file(path, 65535)

    assert path.read_text() == "65535\n"
    assert [found.name for found in tmp_path.iterdir()] == ["port"]


def test_it_is_taken_away_without_opening_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_handle_is_left(*_: object, **_more: object) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    path = tmp_path / "port"
    written = write_port_file(path, 8089)
    for module in (os, io):
        monkeypatch.setattr(module, "open", no_handle_is_left)

    remove_port_file(path, written)

    assert not path.exists()


def test_its_name_may_be_as_long_as_names_are(tmp_path: Path) -> None:
    path = tmp_path / ("p" * 255)

    prepare_port_file(path)
    write_port_file(path, 8089)

    assert path.read_text() == "8089\n"


def test_a_file_beside_it_is_never_touched(tmp_path: Path) -> None:
    for name in ("port.tmp", ".port.tmp"):
        (tmp_path / name).write_text(PRECIOUS)

    prepare_port_file(tmp_path / "port")
    write_port_file(tmp_path / "port", 8089)

    assert {(tmp_path / name).read_text() for name in ("port.tmp", ".port.tmp")} == {PRECIOUS}


def test_it_is_readable_as_every_new_file_is(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    write_port_file(tmp_path / "port", 8089)

    assert (tmp_path / "port").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("other", ["9090\n", PRECIOUS])
def test_at_the_end_only_what_was_written_is_taken_away(tmp_path: Path, other: str) -> None:
    path = tmp_path / "port"
    with started([COMMAND, "serve", "--port", "0", "--port-file", str(path)], stdout=subprocess.DEVNULL) as process:
        wait_for(path, process)
        path.write_text(other)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)

    assert path.read_text() == other
