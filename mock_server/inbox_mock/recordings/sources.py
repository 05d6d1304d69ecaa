"""The files of a path that was given: the file itself, those of a folder, the members of a zip archive."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from inbox_mock.domain import limits
from inbox_mock.recordings.errors import RecordingError

ARCHIVE = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that may be a recording. ``alone`` says that it was asked for by itself: then it must be one."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]
    attached: Callable[[str, str], bytes | None]
    alone: bool


def sources(path: Path) -> Iterator[Source]:
    """Yield the files of a path, those of a folder by their names.

    Raises:
        RecordingError: there is nothing, it cannot be read, or an archive passes a limit.
    """
    try:
        if path.is_dir():
            found = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
            yield from (_file(file, alone=False) for file in found)
        elif not path.is_file():
            raise RecordingError(path, "no file" if not path.exists() else "something that is no file", "a file or a folder of recordings")
        elif _begins(path, ARCHIVE):
            yield from _members(path)
        else:
            yield _file(path, alone=True)
    except OSError as error:
        raise RecordingError(path, f"a file that cannot be read: {error.strerror}", "a readable file") from None


def _begins(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def _file(path: Path, *, alone: bool) -> Source:
    def attached(name: str, folder: str) -> bytes | None:
        """Read a file beside the recording, or in a folder beside it; never one elsewhere."""
        home = (path.parent / folder).resolve()
        found = (home / name).resolve()
        if not found.is_relative_to(home) or not found.is_file() or found.stat().st_size > limits.RECORDED:
            return None
        return found.read_bytes()

    return Source(str(path), path.stat().st_size, lambda: path.open("rb"), attached, alone)


def _members(path: Path) -> Iterator[Source]:
    """Yield the members of an archive, which are read where they are: none is written, whatever its name says."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = {one.filename: one for one in archive.infolist() if not one.is_dir()}
            _check(path, members)

            def attached(name: str, _folder: str) -> bytes | None:
                known = name in members and members[name].file_size <= limits.RECORDED
                return archive.read(members[name]) if known else None

            for name, member in sorted(members.items()):
                yield Source(f"{path}/{name}", member.file_size, lambda member=member: archive.open(member), attached, alone=False)  # type: ignore[misc]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise RecordingError(path, f"an archive that cannot be read: {error}", "a zip archive, not encrypted") from None


def _check(path: Path, members: dict[str, zipfile.ZipInfo]) -> None:
    size, packed = (sum(getattr(member, kind) for member in members.values()) for kind in ("file_size", "compress_size"))
    if len(members) > limits.ARCHIVED:
        raise RecordingError(path, f"more than {limits.ARCHIVED}", "a smaller archive")
    if size > limits.ARCHIVE:
        raise RecordingError(path, f"files of {size:,} bytes", f"at most {limits.ARCHIVE}")
    if size > limits.RATIO * max(packed, limits.MEBIBYTE):
        raise RecordingError(path, f"files of {size:,} bytes in {packed:,}", f"at most {limits.RATIO} as much")
