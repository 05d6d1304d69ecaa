"""A format of recordings that nobody has heard of is one file: it is told from others by content, read, and named in errors."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox_mock.domain.discovery import DeclarationError
from inbox_mock.recordings import Lost, RecordingError
from inbox_mock.recordings import formats as package
from inbox_mock.recordings.formats import formats
from inbox_mock.recordings.reading import read
from plugged import plugged

SOURCE = '''
"""What the phonograph keeps: a list of grooves."""

from inbox_mock.recordings.bodies import of_text
from inbox_mock.recordings.entry import Message, exchange
from inbox_mock.recordings import Lost
from inbox_mock.recordings.formats import Format


def read(entry):
    answered = Message(body=of_text(entry.get("heard", str)))
    yield exchange(entry, "get", entry.get("asked", str), Message(), entry.get("loudness", int), answered)


FORMAT = Format(title="phonograph", entries=("side.grooves",), marks=("asked", "heard"), read=read, loses=frozenset({Lost.TIME}))
'''
GROOVE = {"asked": "/api/v3/me", "heard": "{}", "loudness": 200}


@pytest.fixture
def phonograph(tmp_path: Path) -> Iterator[Path]:
    """A recording of the new format, while it is known."""
    (tmp_path / "package").mkdir()
    recording = tmp_path / "recording"
    recording.write_text(json.dumps({"side": {"grooves": [GROOVE, GROOVE]}}))
    with plugged(package, "phonograph", SOURCE, tmp_path / "package"):
        yield recording


def test_its_recordings_are_read(phonograph: Path) -> None:
    found = list(read([phonograph]))

    assert [(one.request.method, one.request.url, one.response and one.response.body) for one in found] == [
        ("GET", "/api/v3/me", b"{}")
    ] * 2
    assert all(Lost.TIME in one.lost for one in found)


def test_they_are_read_as_yaml_and_from_a_folder_too(phonograph: Path) -> None:
    folder = phonograph.parent / "folder"
    folder.mkdir()
    (folder / "a").write_text(f"side:\n  grooves:\n  - {json.dumps(GROOVE)}\n")

    assert [exchange.request.url for exchange in read([folder])] == ["/api/v3/me"]


def test_what_is_wrong_in_them_is_told_by_its_place(phonograph: Path) -> None:
    phonograph.write_text(json.dumps({"side": {"grooves": [GROOVE, GROOVE | {"loudness": "much"}]}}))

    with pytest.raises(RecordingError, match=r"recording, entry 2: found loudness: 'much'; expected a whole number"):
        list(read([phonograph]))


@pytest.mark.usefixtures("phonograph")
def test_it_is_named_where_something_else_is_given(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear all")

    with pytest.raises(RecordingError, match=r"expected a recording: .*phonograph"):
        list(read([tmp_path / "letter"]))


def test_nothing_of_it_remains(tmp_path: Path) -> None:
    with plugged(package, "phonograph", SOURCE, tmp_path):
        assert "phonograph" in formats()

    assert "phonograph" not in formats()


def test_a_module_without_a_format_is_refused(tmp_path: Path) -> None:
    with (
        plugged(package, "phonograph", SOURCE.replace("FORMAT =", "FORM ="), tmp_path),
        pytest.raises(DeclarationError, match=r"formats\.phonograph must define FORMAT: Format"),
    ):
        formats()
