"""Reproduction bundles: one file with all that it takes to repeat what has happened in a sandbox, and to open it as it is.

A bundle is a zip file: ``manifest.json``, ``scenario.yaml``, ``commands.jsonl`` and ``journal.jsonl`` (in the order of their ids),
``start.sqlite`` and ``image.sqlite``. It holds no secret of the sandbox.
"""

import zipfile
from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from typing import Any

import orjson

from inbox_mock import __version__
from inbox_mock.domain import limits
from inbox_mock.domain.spelling import shown
from inbox_mock.domain.values import in_a_line

FORMAT = 1
MANIFEST, SCENARIO, COMMANDS, JOURNAL = "manifest.json", "scenario.yaml", "commands.jsonl", "journal.jsonl"
START, IMAGE = "start.sqlite", "image.sqlite"
REQUIRED = (COMMANDS, JOURNAL, IMAGE)
KNOWN = (MANIFEST, SCENARIO, *REQUIRED, START)
EARLIEST = (1980, 1, 1, 0, 0, 0)
REGULAR = 0o100644 << 16
ENCRYPTED = 1
MADE_BY = "a bundle of the Inbox Mock"


class BundleError(Exception):
    """A file is no bundle, or cannot be used as one; the text, a line, says what was found and expected."""

    def __init__(self, text: str) -> None:
        super().__init__(in_a_line(text))


def pack(manifest: Mapping[str, object], members: Mapping[str, bytes]) -> bytes:
    """Return the bytes of a bundle: the same ones for the same content."""
    told = {name: {"bytes": len(content), "sha256": sha256(content).hexdigest()} for name, content in sorted(members.items())}
    head = orjson.dumps({"format": FORMAT, **manifest, "members": told}, option=orjson.OPT_INDENT_2)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in [(MANIFEST, head), *sorted(members.items())]:
            info = zipfile.ZipInfo(name, EARLIEST)
            info.create_system, info.external_attr = 3, REGULAR
            info.compress_type = _compression(content)
            archive.writestr(info, content)
    return packed.getvalue()


def _compression(content: bytes) -> int:
    """Return how a member is packed: as it is, if it were packed so small that `unpack` would refuse it."""
    from zlib import compress

    most = len(content) // limits.PACKED
    return zipfile.ZIP_STORED if len(compress(content)) <= most + 1 else zipfile.ZIP_DEFLATED


def is_meant(raw: bytes) -> bool:
    """Return whether a file is a bundle, or was one before it was changed: a zip file with its manifest, or its image."""
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            return not {MANIFEST, IMAGE}.isdisjoint(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def unpack(raw: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the manifest and the members of a bundle from anywhere; nothing is written, and nothing of it is run.

    Raises:
        BundleError: it is none, was damaged or changed, is too large, or of a newer format.
    """
    if len(raw) > limits.BUNDLE:
        raise BundleError(f"it has {len(raw):,} bytes; expected at most {limits.BUNDLE}")
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            return _checked({info.filename: _member(archive, info) for info in _entries(archive)})
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, ValueError, NotImplementedError, OSError) as error:
        raise BundleError(f"it is no whole zip file ({error}); expected {MADE_BY}") from None


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return what a zip file lists, none of it read yet."""
    entries = archive.infolist()
    seen: set[str] = set()
    for info in entries[: len(KNOWN) + 1]:
        if info.filename not in KNOWN or info.orig_filename not in KNOWN:
            raise BundleError(f"it holds {shown(info.orig_filename)}; expected only {', '.join(KNOWN)}")
        if info.filename in seen:
            raise BundleError(f"it holds {info.filename} twice; expected it once")
        seen.add(info.filename)
        if info.flag_bits & ENCRYPTED or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise BundleError(f"{info.filename} is encrypted, or packed in an unknown way; expected it deflated or as it is")
        if info.file_size > limits.PACKED * (info.compress_size + 1):
            times = f"{info.file_size // (info.compress_size + 1):,} times"
            raise BundleError(f"{info.filename} is {times} longer unpacked; expected at most {limits.PACKED}")
    total = sum(info.file_size for info in entries)
    if total > limits.UNPACKED:
        raise BundleError(f"it unpacks to {total:,} bytes; expected at most {limits.UNPACKED}")
    return entries


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return the content of a member, of which no more is unpacked than the list says."""
    from zlib import error

    try:
        with archive.open(info) as file:
            return file.read(info.file_size)
    except error as damage:
        raise BundleError(f"{info.filename} is damaged ({damage}); expected it as it was packed") from None


def _checked(members: dict[str, bytes]) -> tuple[dict[str, Any], dict[str, bytes]]:
    manifest = _manifest(members.pop(MANIFEST, None))
    told = manifest["members"]
    for name in REQUIRED:
        if name not in members:
            raise BundleError(f"it holds no {name}; expected {', '.join(REQUIRED)}")
    if told.keys() != members.keys():
        raise BundleError(f"its manifest lists {', '.join(sorted(told)) or 'nothing'}; expected {', '.join(sorted(members))}")
    for name, content in members.items():
        if told[name].get("sha256") != sha256(content).hexdigest():
            raise BundleError(f"{name} is not what the manifest says: it was damaged or changed since the bundle was made")
    return manifest, members


def _manifest(raw: bytes | None) -> dict[str, Any]:
    if raw is None:
        raise BundleError(f"it holds no {MANIFEST}; expected {MADE_BY}")
    try:
        found: dict[str, Any] = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BundleError(f"{MANIFEST} is no JSON ({error}); expected {MADE_BY}") from None
    number = found.get("format") if isinstance(found, dict) else None
    if isinstance(number, int) and number > FORMAT:
        raise BundleError(f"it has format {number}, of a newer Inbox Mock; this is {__version__}, which reads formats up to {FORMAT}")
    told: object = found.get("members") if isinstance(found, dict) else None
    if number != FORMAT or not isinstance(told, dict) or not all(isinstance(one, dict) for one in told.values()):
        raise BundleError(f"{MANIFEST} is not as expected: format {FORMAT}, and the members with their sha256")
    return found
