"""Recordings in a zip archive, on a disk and in memory."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from inbox_mock.recordings import RecordingError
from inbox_mock.recordings.reading import read, read_held

HAR = (Path(__file__).with_name("files") / "chrome-devtools" / "all-sanitized.har").read_bytes()


def packed(**members: bytes) -> bytes:
    """An archive whose members are not compressed, so that a test can damage one."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_a_recording_in_an_archive_is_read_as_it_is_outside(tmp_path: Path) -> None:
    file = tmp_path / "bug.har.zip"
    file.write_bytes(packed(har=HAR))

    asked = [exchange.request for exchange in read([file])]

    assert asked == [exchange.request for exchange in read_held("all.har", HAR)]
    assert [str(exchange.place) for exchange in read_held("bug.zip", file.read_bytes())][:2] == [
        "bug.zip/har, entry 1",
        "bug.zip/har, entry 2",
    ]
    assert len(asked) > 5


def test_archives_in_a_folder_are_read_with_what_is_beside_them(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(packed(har=HAR, notes=b"nothing"))
    (tmp_path / "b.har").write_bytes(HAR)

    assert len(list(read([tmp_path]))) == 2 * len(list(read_held("all.har", HAR)))


@pytest.mark.parametrize(
    "damaged", [packed(har=HAR)[:-40], packed(har=HAR).replace(b"Bearer", b"bearer").replace(b"api/v3", b"api/v4")], ids=["cut", "altered"]
)
def test_a_damaged_archive_is_told_and_no_error_of_the_program(damaged: bytes) -> None:
    with pytest.raises(RecordingError, match=r"bug\.zip.*: found an archive that cannot be read"):
        list(read_held("bug.zip", damaged))
