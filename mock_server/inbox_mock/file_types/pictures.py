"""Sizes of pictures, read from their headers."""

import re
import struct
from collections.abc import Callable
from struct import unpack_from

from inbox_mock.file_types import texts
from inbox_mock.file_types.boxes import MOST_PARTS, boxes, heif_size

LARGEST_DIMENSION = 2**31
ROTATED_BY_A_QUARTER = {5, 6, 7, 8}  # Exif orientations
WIDTH, HEIGHT, ORIENTATION = 256, 257, 274  # tags of TIFF
TIFF_FORMATS = {1: "B", 3: "H", 4: "I", 16: "Q"}
EXIF_INTRODUCTION = b"Exif\0\0"
JPEG_MARKER = re.compile(rb"\xff([\x01-\xfe])")
JPEG_APP1 = b"\xe1"
JPEG_WITHOUT_PAYLOAD = {b"\x01", *(bytes([marker]) for marker in range(0xD0, 0xD9))}
JPEG_FRAMES = {bytes([marker]) for marker in range(0xC0, 0xD0)} - {b"\xc4", b"\xc8", b"\xcc"}
JPEG_PICTURE_DATA = {b"\xd9", b"\xda"}
CODESTREAM = b"\xff\x4f\xff\x51"
Stored = tuple[int, int] | tuple[int, int, int]  # width and height as the pixels are stored, and the Exif orientation where there is one


def size(content_type: str, content: bytes, *, rotated: bool) -> tuple[int, int] | None:
    """Return width and height of a picture, or None where they are not known or not possible.

    With ``rotated``, as a viewer shows it: what the file says about rotation is applied, by Exif or by the format's own means.
    """
    read = READERS.get(content_type)
    try:
        found = read(content) if read else None
    except (struct.error, IndexError):  # it ends within its header
        return None
    if found is None:
        return None
    width, height, *orientation = found
    if rotated and ROTATED_BY_A_QUARTER.intersection(orientation):
        width, height = height, width
    return (width, height) if 0 < width <= LARGEST_DIMENSION and 0 < height <= LARGEST_DIMENSION else None


def _png(content: bytes) -> Stored:
    width, height = unpack_from(">II", content, 16)
    return width, height, _orientation_in_chunks(content, 8, b"eXIf", ">I", trailer=4)


def _webp(content: bytes) -> Stored | None:
    match content[12:16]:
        case b"VP8 ":
            width, height = unpack_from("<HH", content, 26)
            return width & 0x3FFF, height & 0x3FFF  # the two upper bits ask for scaling, which no viewer does
        case b"VP8L":
            (bits,) = unpack_from("<I", content, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            width, width_high, height, height_high = unpack_from("<HBHB", content, 24)
            orientation = _orientation_in_chunks(content, 30, b"EXIF", "<4xI", trailer=0)
            return (width_high << 16 | width) + 1, (height_high << 16 | height) + 1, orientation
    return None


def _orientation_in_chunks(content: bytes, at: int, exif: bytes, length_form: str, *, trailer: int) -> int:
    """Return the orientation of the chunk of Exif data; a chunk's kind comes before or after its length."""
    for _ in range(MOST_PARTS):
        if at + 8 > len(content):
            break
        (length,) = unpack_from(length_form, content, at)
        if exif in content[at : at + 8]:
            return _exif_orientation(content[at + 8 : at + 8 + length])
        at += 8 + length + (trailer or length % 2)
    return 1


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
            return width, height, orientation
        if marker == JPEG_APP1 and content.startswith(EXIF_INTRODUCTION, at + 2):
            orientation = _exif_orientation(content[at + 2 : at + length])
        at += length
    return None


def _tiff(content: bytes) -> Stored:
    tags = _tiff_tags(content)
    return tags.get(WIDTH, 0), tags.get(HEIGHT, 0), tags.get(ORIENTATION, 1)


def _gif(content: bytes) -> Stored:
    width, height = unpack_from("<HH", content, 6)
    return width, height


def _bmp(content: bytes) -> Stored:
    width, height = unpack_from("<HH" if content[14] == 12 else "<ii", content, 18)
    return width, abs(height)  # a negative height says that the first row is the top one


def _ico(content: bytes) -> Stored:
    sizes = (unpack_from("<BB", content, 6 + 16 * place) for place in range(content[4]))
    return max((width or 256, height or 256) for width, height in sizes)


def _jp2(content: bytes) -> Stored | None:
    if content.startswith(CODESTREAM):
        right, bottom, left, top = unpack_from(">IIII", content, 8)
        return right - left, bottom - top
    for box in boxes(content, b"jp2h"):
        if box.kind == b"ihdr":
            height, width = unpack_from(">II", content, box.start)
            return width, height
    return None


def _svg(content: bytes) -> Stored | None:
    return texts.svg_size((texts.decode(content) or "")[: texts.READ])


def _exif_orientation(exif: bytes) -> int:
    try:
        return _tiff_tags(exif.removeprefix(EXIF_INTRODUCTION)).get(ORIENTATION, 1)
    except (struct.error, IndexError):
        return 1


def _tiff_tags(content: bytes) -> dict[int, int]:
    """Return the single numbers of the first directory of a TIFF or BigTIFF, by tag."""
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


READERS: dict[str, Callable[[bytes], Stored | None]] = {
    **dict.fromkeys(("image/avif", "image/heic", "image/heic-sequence", "image/heif", "image/heif-sequence"), heif_size),
    "image/gif": _gif,
    "image/jp2": _jp2,
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/svg+xml": _svg,
    "image/tiff": _tiff,
    "image/webp": _webp,
    "image/x-icon": _ico,
    "image/x-ms-bmp": _bmp,
}
