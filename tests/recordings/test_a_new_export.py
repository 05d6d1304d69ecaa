"""A format of exports that nobody has heard of is one file: it is offered, written, and gone with its file."""

from pathlib import Path

import pytest

from inbox_mock.domain.discovery import DeclarationError
from inbox_mock.recordings import writing as package
from inbox_mock.recordings.writing import writers
from plugged import a_fake_of_its_own, plugged

SOURCE = '''
"""A list of what was asked, a line each."""

from inbox_mock.recordings.writing import Writer, is_answered


def write(traffic):
    for exchange in traffic.exchanges:
        yield f"{exchange.request.method} {exchange.response.status}\\n".encode()


WRITER = Writer(says="what was asked, a line each", ending=".txt", kind="text/plain", write=write, takes=is_answered)
'''


def test_it_is_offered_and_written(tmp_path: Path) -> None:
    with plugged(package, "lines", SOURCE, tmp_path):
        mock = a_fake_of_its_own()
        sandbox = mock.sandbox("empty")
        sandbox.api.get("/bookings")

        answer = sandbox.admin.get("/export", format="lines")

        assert (answer.status, answer.body) == (200, b"GET 200\n")
        assert answer.headers["Content-Disposition"].endswith(f"{sandbox.id}-journal.txt")
        offered = {"name": "lines", "says": "what was asked, a line each", "ending": ".txt"}
        assert offered in mock.admin.get("/catalogue").json["exports"]
    assert "lines" not in writers()


def test_a_module_without_a_writer_is_refused(tmp_path: Path) -> None:
    with (
        plugged(package, "lines", SOURCE.replace("WRITER =", "W ="), tmp_path),
        pytest.raises(DeclarationError, match=r"writing\.lines must define WRITER: Writer"),
    ):
        writers()
