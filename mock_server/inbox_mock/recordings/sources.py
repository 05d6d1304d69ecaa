"""The files of a path that was given: the file itself, those of a folder, the members of a zip archive."""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import SEEK_END, BytesIO
from os.path import normpath
from pathlib import Path
from typing import IO

from inbox_mock.domain import limits
from inbox_mock.recordings import RecordingError

ARCHIVE = b"PK\x03\x04"
BROKEN = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, LookupError, OverflowError, struct.error, zlib.error)
"""What reading a broken, an encrypted or a strange archive raises."""
ENDING = b"PK\x05\x06"
MOST_AFTER_ENDING = 64 * limits.KIBIBYTE
BYTES_OF_A_NAME = 300
"""Bytes of a member in the directory of an archive, with a long name."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that may be a recording. ``alone`` says that it was asked for by itself: then it must be one.

    ``attached`` reads a file by its name and its folder, relative to this one; ``beside`` returns what that is called as a source.
    """

    name: str
    size: int
    open: Callable[[], IO[bytes]]
    attached: Callable[[str, str], bytes | None]
    alone: bool
    beside: Callable[[str, str], str] = lambda name, _folder: name


@contextmanager
def refused(name: object) -> Iterator[None]:
    """Say of a file that cannot be opened or read, and of a broken archive, what is wrong with it.

    Raises:
        RecordingError: it cannot be read.
    """
    try:
        yield
    except BROKEN as error:
        raise RecordingError(name, f"an archive that cannot be read: {error}", "a zip archive, not encrypted") from None
    except OSError as error:
        raise RecordingError(name, f"a file that cannot be read: {error.strerror}", "a readable file") from None


def sources(path: Path) -> Iterator[Source]:
    """Yield the files of a path, those of a folder by their names.

    Raises:
        RecordingError: there is nothing, it cannot be read, or an archive passes a limit.
    """
    with refused(path):
        if path.is_dir():
            found = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
            for file in found:
                yield from _of_file(file, alone=False)
        elif path.is_file():
            yield from _of_file(path, alone=True)
        else:
            raise RecordingError(path, "something that is no file" if path.exists() else "no file", "a file or a folder of recordings")


def _of_file(path: Path, *, alone: bool) -> Iterator[Source]:
    with path.open("rb") as file:
        is_archive = file.read(len(ARCHIVE)) == ARCHIVE
        if is_archive:
            _check_directory(str(path), file)
    if is_archive:
        yield from _members(str(path), path)
    else:
        yield _file(path, alone=alone)


def _file(path: Path, *, alone: bool) -> Source:
    def attached(name: str, folder: str) -> bytes | None:
        """Read a file beside the recording, or in a folder beside it; never one elsewhere."""
        home = (path.parent / folder).resolve()
        found = (home / name).resolve()
        if not found.is_relative_to(home) or not found.is_file() or found.stat().st_size > limits.RECORDED:
            return None
        return found.read_bytes()

    return Source(
        str(path), path.stat().st_size, lambda: path.open("rb"), attached, alone, lambda name, folder: normpath(path.parent / folder / name)
    )


def held(name: str, content: bytes) -> Iterator[Source]:
    """Yield the one source of a file that is in memory, or the members of an archive. A single file cannot refer to others.

    Raises:
        RecordingError: an archive passes a limit, or is broken.
    """
    if content.startswith(ARCHIVE):
        _check_directory(name, BytesIO(content))
        yield from _members(name, BytesIO(content))
    else:
        yield Source(name, len(content), lambda: BytesIO(content), lambda _name, _folder: None, alone=True)


def _members(name: str, file: Path | IO[bytes]) -> Iterator[Source]:
    """Yield the members of an archive, which are read where they are: none is written, whatever its name says."""
    with refused(name):
        archive = zipfile.ZipFile(file)  # stays open as long as one of its sources is in use
        members = {one.filename: one for one in archive.infolist() if not one.is_dir()}
    _check(name, members)

    def attached(wanted: str, _folder: str) -> bytes | None:
        with refused(f"{name}/{wanted}"):
            known = wanted in members and members[wanted].file_size <= limits.RECORDED
            return archive.read(members[wanted]) if known else None

    for inner, member in sorted(members.items()):
        yield Source(
            f"{name}/{inner}",
            member.file_size,
            partial(archive.open, member),
            attached,
            alone=False,
            beside=lambda wanted, _folder: f"{name}/{wanted}",
        )


def _check_directory(name: str, file: IO[bytes]) -> None:
    """Refuse an archive whose directory would take much memory, before it is read."""
    size = file.seek(0, SEEK_END)
    file.seek(max(0, size - MOST_AFTER_ENDING))
    ending = file.read()
    told = ending[ending.rfind(ENDING) :] if ENDING in ending else b""
    if int.from_bytes(told[12:16], "little") > limits.ARCHIVED * BYTES_OF_A_NAME:
        raise RecordingError(name, f"more than {limits.ARCHIVED}", "a smaller archive")


def _check(name: str, members: dict[str, zipfile.ZipInfo]) -> None:
    size, packed = (sum(getattr(member, kind) for member in members.values()) for kind in ("file_size", "compress_size"))
    if len(members) > limits.ARCHIVED:
        raise RecordingError(name, f"more than {limits.ARCHIVED}", "a smaller archive")
    if size > limits.ARCHIVE:
        raise RecordingError(name, f"files of {size:,} bytes", f"at most {limits.ARCHIVE}")
    if size > limits.RATIO * max(packed, limits.MEBIBYTE):
        raise RecordingError(name, f"files of {size:,} bytes in {packed:,}", f"at most {limits.RATIO} as much")
