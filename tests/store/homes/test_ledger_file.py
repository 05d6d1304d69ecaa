"""What requests that only read leave behind is in a file before they are answered, and in the database after the next transaction."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree

import pytest

from builders import a_message
from conftest import OPTIONS
from fake import InProcess, Mock, Sandbox
from inbox_mock.app import create_app
from inbox_mock.store.homes.directory import Directory
from stateful.steps import a_lively_scenario
from whole import MESSAGES

OPEN: list[Directory] = []


def served(path: Path) -> Mock:
    OPEN.append(Directory(path))
    return Mock(InProcess(create_app(OPTIONS, home=OPEN[-1]).app))


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """Close every directory that a test has opened."""
    yield
    while OPEN:
        OPEN.pop().close()


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    """A sandbox in a directory, which has been written and read."""
    made = served(tmp_path / "data").sandbox(a_lively_scenario(rate_limit=100))
    made.api.post(MESSAGES, a_message())
    for _ in range(3):
        made.api.get(MESSAGES)
    return made


def ended(tmp_path: Path, sandbox: Sandbox, change: Callable[[Path], object] = lambda _file: None) -> Sandbox:
    """The same sandbox, as the next process finds it when this one ends without a word; ``change`` is given the file."""
    copytree(tmp_path / "data", tmp_path / "copy", dirs_exist_ok=True)
    change(ledger_of(tmp_path / "copy", sandbox))
    return Sandbox(served(tmp_path / "copy").transport, sandbox.made)


def ledger_of(data: Path, sandbox: Sandbox) -> Path:
    return data / "sandboxes" / sandbox.id / "1.sqlite-ledger"


def test_what_a_read_left_outlives_the_process(tmp_path: Path, sandbox: Sandbox) -> None:
    again = ended(tmp_path, sandbox)

    assert again.handle.journal() == sandbox.handle.journal()
    answer = again.api.get(MESSAGES)
    assert (answer.headers["X-Mock-Request-Id"], answer.headers["X-RateLimit-Remaining"]) == ("5", "95")


def test_a_request_that_comes_first_after_the_process_ended_has_waited_for_none(tmp_path: Path, sandbox: Sandbox) -> None:
    again = ended(tmp_path, sandbox)

    again.api.get(MESSAGES)

    assert "arrived_after" not in again.handle.journal()[-1]["request"]


def test_what_was_interrupted_while_it_was_written_was_not_answered(tmp_path: Path, sandbox: Sandbox) -> None:
    again = ended(tmp_path, sandbox, lambda file: file.write_bytes(file.read_bytes()[:-5]))

    assert [entry["id"] for entry in again.handle.journal()] == [1, 2, 3]


def test_what_the_database_has_already_is_not_written_again(tmp_path: Path, sandbox: Sandbox) -> None:
    file = ledger_of(tmp_path / "data", sandbox)
    before = file.read_bytes()
    sandbox.handle.journal()
    assert file.read_bytes() == b""

    again = ended(tmp_path, sandbox, lambda file: file.write_bytes(before))

    assert [entry["id"] for entry in again.handle.journal()] == [1, 2, 3, 4]
    assert again.api.get(MESSAGES).headers["X-RateLimit-Remaining"] == "95"


@pytest.mark.parametrize("line", [b"nothing\n", b"[]\n", b'{"id":9}\n', b"[9,{},[],null]\n", b'[9,{"at":1},[{"code":"nobody"}],[1]]\n'])
def test_a_file_that_this_program_did_not_write_is_refused(tmp_path: Path, sandbox: Sandbox, line: bytes) -> None:
    again = ended(tmp_path, sandbox, lambda file: file.write_bytes(line))

    answer = again.api.get(MESSAGES)

    assert answer.status == 503
    assert ledger_of(tmp_path / "copy", sandbox).read_bytes() == line


@pytest.mark.parametrize(
    ("found", "instead"),
    [(b"\n[4,", b"\n[5,"), (b"\n[4,", b"\n[9223372036854775807,"), (b'"path":', b'"path":{},"p":'), (b'"method":"GET"', b'"method":null')],
)
def test_a_file_that_was_changed_is_refused_until_it_is_as_it_was(tmp_path: Path, sandbox: Sandbox, found: bytes, instead: bytes) -> None:
    file = ledger_of(tmp_path / "copy", sandbox)
    again = ended(tmp_path, sandbox, lambda file: file.write_bytes(file.read_bytes().replace(found, instead)))

    for _ in range(2):
        answer = again.api.get(MESSAGES)
        assert (answer.status, f"{file}: a line is no entry" in answer.errors[0]["title"]) == (503, True)
    file.write_bytes(ledger_of(tmp_path / "data", sandbox).read_bytes())
    assert again.api.get(MESSAGES).headers["X-Mock-Request-Id"] == "5"


def test_what_cannot_be_kept_is_not_answered(tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.write", lambda _file, line: len(line) // 2)

    assert sandbox.api.get(MESSAGES).status == 503

    monkeypatch.undo()
    assert sandbox.api.get(MESSAGES).headers["X-Mock-Request-Id"] == "5"
    assert ledger_of(tmp_path / "data", sandbox).read_bytes().count(b"\n") == 4
