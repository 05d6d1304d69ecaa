"""ISO media files (HEIF, AVIF, MP4, QuickTime, 3GPP, JPEG 2000): boxes within boxes, ISO/IEC 14496-12."""

from collections.abc import Iterator
from itertools import chain, islice
from struct import calcsize, unpack_from
from typing import NamedTuple

MOST_PARTS = 4096  # a photograph of a phone has under 200 boxes; a hostile file may declare millions
LONGEST_BRANDS = 200  # bytes
BEFORE_BOXES = {b"meta": 4}  # bytes of a container before the first box in it
BRANDS = {  # beginnings of the major brand; of the first that fits
    (b"heic", b"heix", b"heim", b"heis"): "image/heic",
    (b"hevc", b"hevx", b"hevm", b"hevs"): "image/heic-sequence",
    (b"mif1", b"mif2"): "image/heif",
    (b"msf1",): "image/heif-sequence",
    (b"qt  ",): "video/quicktime",
    (b"M4A ", b"M4B ", b"M4P "): "audio/mp4",
    (b"3g2",): "video/3gpp2",
    (b"3g",): "video/3gpp",
}
SOUND_ALONE = {"video/mp4": "audio/mp4", "video/3gpp": "audio/3gpp", "video/3gpp2": "audio/3gpp2"}
ROTATED = 6  # the Exif orientation of a picture that a viewer rotates by a quarter


class Box(NamedTuple):
    """A box's four-letter kind, and where its payload starts and ends."""

    kind: bytes
    start: int
    end: int


def boxes(content: bytes, *containers: bytes) -> Iterator[Box]:
    """Yield the boxes in the order of the file, up to the first broken one; those within a container of these kinds follow it."""
    at = 0
    for _ in range(MOST_PARTS):
        if at + 8 > len(content):
            return
        size, kind = unpack_from(">I4s", content, at)
        start, end = at + 8, at + size
        if size == 1:
            start, end = at + 16, at + int.from_bytes(content[at + 8 : at + 16])
        elif size == 0:
            end = len(content)
        if end < start:
            return
        yield Box(kind, start, min(end, len(content)))
        at = start + BEFORE_BOXES.get(kind, 0) if kind in containers else end


def content_type(content: bytes) -> str:
    """Return the content type of a file that begins with an ``ftyp`` box, by its brands and by what its tracks are."""
    major, brands = content[8:12], content[8 : min(int.from_bytes(content[:4]), LONGEST_BRANDS)]
    if b"avif" in brands or b"avis" in brands:
        return "image/avif"
    otherwise = "image/heic" if b"heic" in brands else "video/mp4"
    found = next((found for beginnings, found in BRANDS.items() if major.startswith(beginnings)), otherwise)
    if found not in SOUND_ALONE:
        return found
    tracks = {content[box.start + 8 : box.start + 12] for box in boxes(content, b"moov", b"trak", b"mdia") if box.kind == b"hdlr"}
    return SOUND_ALONE[found] if b"soun" in tracks and b"vide" not in tracks else found


def heif_size(content: bytes) -> tuple[int, int, int] | None:
    """Return width, height and orientation of a HEIF or AVIF file's primary image, cropped as the file says.

    The Exif orientation counts for nothing there: ISO/IEC 23008-12 has properties of its own for it.

    Raises:
        struct.error: the file ends within what must be read.
    """
    parts = list(boxes(content, b"meta", b"iprp", b"ipco"))
    first = {box.kind: box for box in reversed(parts)}
    primary, container = first.get(b"pitm"), first.get(b"ipco")
    if primary is None or container is None:
        return None
    (item,) = unpack_from(">I" if content[primary.start] else ">H", content, primary.start + 4)
    properties = [box for box in parts if container.start < box.start <= container.end]
    associations = chain.from_iterable(_associations(content, box) for box in parts if box.kind == b"ipma")
    places = next((places for owner, places in islice(associations, MOST_PARTS) if owner == item), ())
    size, orientation = None, 1
    for box in (properties[place - 1] for place in places if 0 < place <= len(properties)):
        if box.kind == b"ispe":
            size = unpack_from(">II", content, box.start + 4)
        elif box.kind == b"clap":
            across, across_by, down, down_by = unpack_from(">IIII", content, box.start)
            size = across // max(across_by, 1), down // max(down_by, 1)
        elif box.kind == b"irot":
            orientation = ROTATED if content[box.start] & 1 else 1
    return (*size, orientation) if size else None


def _associations(content: bytes, box: Box) -> Iterator[tuple[int, list[int]]]:
    """Yield each item of an ``ipma`` box, and the places of its properties, counted from 1."""
    owned = ">HB" if content[box.start] == 0 else ">IB"
    place, mask = ("H", 0x7FFF) if content[box.start + 3] & 1 else ("B", 0x7F)
    (entries,) = unpack_from(">I", content, box.start + 4)
    at = box.start + 8
    for _ in range(entries):
        item, count = unpack_from(owned, content, at)
        at += calcsize(owned)
        yield item, [found & mask for found in unpack_from(f">{count}{place}", content, at)]
        at += count * calcsize(place)
