"""Recordings of anybody: bytes become exchanges, or a mistake is told with its place."""

import re

import pytest

from file_types.made_files import an_archive_of
from fuzz.target import target
from inbox_mock.recordings import Exchange, RecordingError
from inbox_mock.recordings.formats import formats
from inbox_mock.recordings.reading import read_held
from lowered import lower
from recordings.made import FILES, a_har, an_entry

LONGEST = 4000
LOWERED = {"RECORDED": 100_000, "RECORDED_VALUES": 2_000, "RECORDING": 100_000, "ARCHIVE": 100_000}
NAMES = re.compile(rb"[A-Za-z_]{3,}(?=\"? ?:)")


def recorded() -> list[bytes]:
    """Small recordings of each recorder, and what few of them hold."""
    found = [path.read_bytes() for path in sorted(FILES.rglob("*")) if path.is_file() and path.parent != FILES]
    har = a_har(an_entry({"text": '["H4sI"]', "encoding": "base64"}), an_entry({"_file": "../x"}), an_entry({"size": 7})).encode()
    bodies = b'[{"scope":"/","method":"GET","path":"/","status":200,"response":["1f8b"],"rawHeaders":["Content-Encoding","gzip"]}]'
    return [*found, har, an_archive_of("a.har", har), bodies, b'{"at":"x","method":"GET","path":"/","request":{"headers":{}}}']


def words() -> set[bytes]:
    """The keys of all formats, and values that few recorders write."""
    keys = {f'"{name}":'.encode() for known in formats().values() for path in (*known.entries, *known.marks) for name in path.split(".")}
    return (
        keys
        | {name + b": " for content in recorded() for name in NAMES.findall(content)}
        | {b"!binary ", b"&a ", b"*a", b"\n- ", b"\\ud800"}
    )


@target(
    holds="each is read to exchanges, the same twice, or told as a mistake in a line with its place",
    seeds=recorded,
    words=tuple(sorted(words())),
    longest=LONGEST,
)
def recordings(sent: bytes) -> None:
    with pytest.MonkeyPatch.context() as lowered:
        for name, most in LOWERED.items():
            lower(lowered, name, most)
        told = outcome(sent)
        assert told == outcome(sent), "it is read in another way the second time"


def outcome(sent: bytes) -> tuple[list[Exchange], str]:
    """The exchanges, and what is said of the rest."""
    found, told = list[Exchange](), ""
    try:
        found.extend(read_held("given", sent))
    except RecordingError as error:
        told = str(error)
    assert found or told
    assert re.match(r"given(/[^\n]+)?(, (entry|line) \d+)?: found |$", told), told
    for exchange in found:
        assert str(exchange.place).startswith("given"), exchange.place
    return found, told
