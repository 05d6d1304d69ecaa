"""ISO media files (HEIF, AVIF, MP4, QuickTime, 3GPP, JPEG 2000): boxes within boxes, ISO/IEC 14496-12."""

from collections.abc import Iterator
from itertools import islice
from struct import unpack_from
from typing import NamedTuple

MOST_PARTS = 4096  # a photograph of a phone has under 200 boxes; a hostile file may declare millions
MOST_REPEATED = 32  # tracks of a film, tables of associations: those that are read

AVIF_BRANDS = {b"avif", b"avis"}
BRANDS = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"hevc": "image/heic-sequence",
    b"hevx": "image/heic-sequence",
    b"hevm": "image/heic-sequence",
    b"hevs": "image/heic-sequence",
    b"mif1": "image/heif",
    b"mif2": "image/heif",
    b"msf1": "image/heif-sequence",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"crx ": "image/x-canon-cr3",
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"M4P ": "audio/mp4",
}
JPEG_2000_BRANDS = {b"jp2 ": "image/jp2", b"jpx ": "image/jpx", b"jpm ": "image/jpm", b"mjp2": "video/mj2"}
OF_SOUND_ALONE = {"video/mp4": "audio/mp4", "video/3gpp": "audio/3gpp", "video/3gpp2": "audio/3gpp2"}


class Box(NamedTuple):
    """A box's four-letter kind, and where its payload starts and ends."""

    kind: bytes
    start: int
    end: int


def boxes(content: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Yield the boxes between two offsets, up to the first broken one. A box that overruns its parent ends with it."""
    end = len(content) if end is None else min(end, len(content))
    for _ in range(MOST_PARTS):
        if start + 8 > end:
            return
        size, kind = unpack_from(">I4s", content, start)
        payload = start + 8
        if size == 1 and start + 16 <= end:
            (size,) = unpack_from(">Q", content, payload)
            payload += 8
        elif size == 0:
            size = end - start
        if start + size < payload:
            return
        yield Box(kind, payload, min(start + size, end))
        start += size


def first(content: bytes, kind: bytes, start: int = 0, end: int | None = None) -> Box | None:
    """Return the first box of a kind between two offsets, or None."""
    return next((box for box in boxes(content, start, end) if box.kind == kind), None)


def content_type(content: bytes) -> str:
    """Return the content type of a file that begins with an ``ftyp`` box, by its brand and by what its tracks are."""
    major, compatible = _brands(content)
    if major[:3] in {b"3gp", b"3gr", b"3gs", b"3ge", b"3gg"}:
        found = "video/3gpp"
    elif major[:3] == b"3g2":
        found = "video/3gpp2"
    elif major in {b"mif1", b"msf1"} and AVIF_BRANDS & compatible:
        found = "image/avif"
    elif major in BRANDS:
        found = BRANDS[major]
    else:
        found = "image/avif" if b"avif" in compatible else "image/heic" if b"heic" in compatible else "video/mp4"
    handlers = _handlers(content) if found in OF_SOUND_ALONE else set()
    return OF_SOUND_ALONE[found] if b"soun" in handlers and b"vide" not in handlers else found


def content_type_of_jpeg_2000(content: bytes) -> str:
    """Return the content type of a file that begins with the JPEG 2000 signature box, by its brand."""
    brand = first(content, b"ftyp")
    return JPEG_2000_BRANDS.get(content[brand.start : brand.start + 4] if brand else b"", "image/jp2")


def heif_size(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a HEIF or AVIF file's primary image, cropped and turned as the file says.

    The Exif orientation counts for nothing there: ISO/IEC 23008-12 has properties of its own for it.

    Raises:
        struct.error: the file ends within what must be read.

    """
    meta = first(content, b"meta")
    inside = (meta.start + 4, meta.end) if meta else (0, 0)
    primary, properties = first(content, b"pitm", *inside), first(content, b"iprp", *inside)
    if primary is None or properties is None:
        return None
    (item,) = unpack_from(">H" if content[primary.start] == 0 else ">I", content, primary.start + 4)
    container = first(content, b"ipco", properties.start, properties.end)
    known = list(boxes(content, container.start, container.end)) if container else []
    chosen = [known[place - 1] for place in _places(content, properties, item) if 0 < place <= len(known)]
    stated = next((box for box in chosen if box.kind == b"ispe"), None)
    if stated is None:
        return None
    width, height = unpack_from(">II", content, stated.start + 4)
    for box in chosen:
        if box.kind == b"clap":
            across, across_by, down, down_by = unpack_from(">IIII", content, box.start)
            width, height = across // max(across_by, 1), down // max(down_by, 1)
        elif box.kind == b"irot" and content[box.start] & 1:
            width, height = height, width
    return width, height


def jpeg_2000_size(content: bytes) -> tuple[int, int] | None:
    """Return width and height from a JPEG 2000 file's image header box.

    Raises:
        struct.error: the file ends within what must be read.

    """
    header = first(content, b"jp2h")
    image = first(content, b"ihdr", header.start, header.end) if header else None
    if image is None:
        return None
    height, width = unpack_from(">II", content, image.start)
    return width, height


def _brands(content: bytes) -> tuple[bytes, set[bytes]]:
    box = next(boxes(content), Box(b"ftyp", 8, 12))
    end = min(box.end, box.start + 4 * MOST_PARTS)
    return content[8:12], {content[at : at + 4] for at in range(16, end, 4)}


def _handlers(content: bytes) -> set[bytes]:
    """Return what the tracks hold: ``vide``, ``soun``, ``pict``, ``text`` and the like."""
    movie = first(content, b"moov")
    found: set[bytes] = set()
    parts = boxes(content, movie.start, movie.end) if movie else ()
    for track in islice((part for part in parts if part.kind == b"trak"), MOST_REPEATED):
        media = first(content, b"mdia", track.start, track.end)
        handler = first(content, b"hdlr", media.start, media.end) if media else None
        if handler:
            found.add(content[handler.start + 8 : handler.start + 12])
    return found


def _places(content: bytes, properties: Box, item: int) -> list[int]:
    """Return the places, counted from 1, of an item's properties in the container, in the order of their application."""
    parts = boxes(content, properties.start, properties.end)
    for box in islice((part for part in parts if part.kind == b"ipma"), MOST_REPEATED):
        narrow, wide = content[box.start] == 0, content[box.start + 3] & 1
        (entries,) = unpack_from(">I", content, box.start + 4)
        at = box.start + 8
        for _ in range(min(entries, MOST_PARTS)):
            owner, count = unpack_from(">HB" if narrow else ">IB", content, at)
            at += 3 if narrow else 5
            if owner == item:
                listed = unpack_from(f">{count}H" if wide else f">{count}B", content, at)
                return [place & (0x7FFF if wide else 0x7F) for place in listed]
            at += count * (2 if wide else 1)
    return []
