"""Sizes of pictures, read from their headers."""

import re
from collections.abc import Callable
from struct import error as Truncated  # noqa: N812 - what it means here
from struct import unpack_from
from typing import NamedTuple

from inbox_mock.file_types.boxes import MOST_PARTS, heif_size, jpeg_2000_size
from inbox_mock.file_types.texts import svg_size

LARGEST_DIMENSION = 2**31
TIFF_WIDTH, TIFF_HEIGHT, TIFF_ORIENTATION = 256, 257, 274
TIFF_FORMATS = {1: "B", 3: "H", 4: "I", 16: "Q"}
EXIF_INTRODUCTION = b"Exif\0\0"
JPEG_MARKER = re.compile(rb"\xff([\x01-\xfe])")
JPEG_APP1 = b"\xe1"
JPEG_WITHOUT_PAYLOAD = {b"\x01", *(bytes([marker]) for marker in range(0xD0, 0xD9))}
JPEG_FRAMES = {bytes([marker]) for marker in range(0xC0, 0xD0)} - {b"\xc4", b"\xc8", b"\xcc"}
JPEG_PICTURE_DATA = {b"\xd9", b"\xda"}
TURNED_BY_A_QUARTER = {5, 6, 7, 8}


class Stored(NamedTuple):
    """Width and height as the pixels are stored, and the Exif orientation (1 to 8) that says how a viewer turns them."""

    width: int
    height: int
    orientation: int = 1


def size(content_type: str, content: bytes) -> tuple[int, int] | None:
    """Return width and height as a viewer shows the picture, or None where they are not known or not possible.

    One rule for every format: what the file says about turning is applied, by Exif or by the format's own means.
    """
    read = READERS.get(content_type)
    try:
        found = read(content) if read else None
    except (Truncated, IndexError):
        return None
    if found is None:
        return None
    width, height, *orientation = found
    if TURNED_BY_A_QUARTER.intersection(orientation):
        width, height = height, width
    return (width, height) if 0 < width <= LARGEST_DIMENSION and 0 < height <= LARGEST_DIMENSION else None


def _png(content: bytes) -> Stored | None:
    found: Stored | None = None
    orientation, at = 1, 8
    for _ in range(MOST_PARTS):
        if at + 8 > len(content):
            break
        length, kind = unpack_from(">I4s", content, at)
        if kind == b"IHDR":
            found = Stored(*unpack_from(">II", content, at + 8))
        elif kind == b"eXIf":
            orientation = _exif_orientation(content[at + 8 : at + 8 + length])
        at += 12 + length
    return found._replace(orientation=orientation) if found else None


def _jpeg(content: bytes) -> Stored | None:
    orientation, at = 1, 2
    for _ in range(MOST_PARTS):
        found = JPEG_MARKER.search(content, at)
        if found is None or found[1] in JPEG_PICTURE_DATA:
            break
        at, marker = found.end(), found[1]
        if marker in JPEG_WITHOUT_PAYLOAD:
            continue
        (length,) = unpack_from(">H", content, at)
        if marker in JPEG_FRAMES:
            height, width = unpack_from(">HH", content, at + 3)
            return Stored(width, height, orientation)
        if marker == JPEG_APP1 and content.startswith(EXIF_INTRODUCTION, at + 2):
            orientation = _exif_orientation(content[at + 2 : at + length])
        at += length
    return None


def _webp(content: bytes) -> Stored | None:
    kind = content[12:16]
    if kind == b"VP8 ":
        width, height = unpack_from("<HH", content, 26)
        return Stored(width & 0x3FFF, height & 0x3FFF)  # the two upper bits ask for scaling, which no viewer does
    if kind == b"VP8L":
        (bits,) = unpack_from("<I", content, 21)
        return Stored((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind != b"VP8X":
        return None
    width, width_high, height, height_high = unpack_from("<HBHB", content, 24)
    orientation, at = 1, 30
    for _ in range(MOST_PARTS):
        if at + 8 > len(content):
            break
        kind, length = unpack_from("<4sI", content, at)
        if kind == b"EXIF":
            orientation = _exif_orientation(content[at + 8 : at + 8 + length])
            break
        at += 8 + length + length % 2
    return Stored((width_high << 16 | width) + 1, (height_high << 16 | height) + 1, orientation)


def _tiff(content: bytes) -> Stored | None:
    tags = _tiff_tags(content)
    return Stored(tags.get(TIFF_WIDTH, 0), tags.get(TIFF_HEIGHT, 0), tags.get(TIFF_ORIENTATION, 1))


def _gif(content: bytes) -> Stored:
    return Stored(*unpack_from("<HH", content, 6))


def _bmp(content: bytes) -> Stored:
    (header,) = unpack_from("<I", content, 14)
    width, height = unpack_from("<HH" if header == 12 else "<ii", content, 18)
    return Stored(width, abs(height))  # a negative height says that the first row is the top one


def _ico(content: bytes) -> Stored | None:
    (count,) = unpack_from("<H", content, 4)
    entries = [unpack_from("<BB", content, 6 + 16 * place) for place in range(min(count, MOST_PARTS))]
    return max((Stored(width or 256, height or 256) for width, height in entries), default=None)


def _psd(content: bytes) -> Stored:
    height, width = unpack_from(">II", content, 14)
    return Stored(width, height)


def _jp2(content: bytes) -> tuple[int, int] | None:
    if not content.startswith(b"\xff\x4f\xff\x51"):
        return jpeg_2000_size(content)
    right, bottom, left, top = unpack_from(">IIII", content, 8)
    return right - left, bottom - top


def _exif_orientation(exif: bytes) -> int:
    try:
        return _tiff_tags(exif.removeprefix(EXIF_INTRODUCTION)).get(TIFF_ORIENTATION, 1)
    except (Truncated, IndexError):
        return 1


def _tiff_tags(content: bytes) -> dict[int, int]:
    """Return the single numbers of a TIFF's first directory, by tag; of a BigTIFF, too."""
    order = ">" if content[:2] == b"MM" else "<"
    (version,) = unpack_from(order + "H", content, 2)
    big = version == 43
    (at,) = unpack_from(order + ("Q" if big else "I"), content, 8 if big else 4)
    (count,) = unpack_from(order + ("Q" if big else "H"), content, min(at, len(content)))
    at += 8 if big else 2
    tags: dict[int, int] = {}
    for _ in range(min(count, MOST_PARTS)):
        tag, kind, _values = unpack_from(order + ("HHQ" if big else "HHI"), content, at)
        if kind in TIFF_FORMATS and (big or kind != 16):
            (tags[tag],) = unpack_from(order + TIFF_FORMATS[kind], content, at + (12 if big else 8))
        at += 20 if big else 12
    return tags


READERS: dict[str, Callable[[bytes], tuple[int, ...] | None]] = {
    "image/avif": heif_size,
    "image/gif": _gif,
    "image/heic": heif_size,
    "image/heic-sequence": heif_size,
    "image/heif": heif_size,
    "image/heif-sequence": heif_size,
    "image/jp2": _jp2,
    "image/jpeg": _jpeg,
    "image/jpx": _jp2,
    "image/png": _png,
    "image/svg+xml": svg_size,
    "image/tiff": _tiff,
    "image/vnd.adobe.photoshop": _psd,
    "image/webp": _webp,
    "image/x-icon": _ico,
    "image/x-ms-bmp": _bmp,
}
