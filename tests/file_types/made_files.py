"""Builders of files: the smallest that say what they are, and pictures of a size."""

import struct
import zipfile
import zlib
from io import BytesIO

RECTANGLE = (30, 20)  # width and height as stored, of every picture that a test turns


def a_box(kind: bytes, *payload: bytes) -> bytes:
    """A box of an ISO media file (ISO/IEC 14496-12)."""
    content = b"".join(payload)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def a_brand(major: bytes, *compatible: bytes) -> bytes:
    """The first box of an ISO media file."""
    return a_box(b"ftyp", major, bytes(4), *compatible)


def a_film(major: bytes, *tracks: bytes) -> bytes:
    """An ISO media file with tracks of these kinds: ``vide``, ``soun``."""
    handlers = [a_box(b"hdlr", bytes(8), kind, bytes(13)) for kind in tracks]
    return a_brand(major, b"isom") + a_box(b"moov", *(a_box(b"trak", a_box(b"mdia", handler)) for handler in handlers))


def a_heif(*properties: bytes, major: bytes = b"heic", associated: bytes | None = None) -> bytes:
    """A HEIF file whose primary item has these properties, in this order or in that of the places given."""
    places = bytes(range(1, len(properties) + 1)) if associated is None else associated
    association = a_box(b"ipma", bytes(4), struct.pack(">IHB", 1, 1, len(places)), places)
    item = a_box(b"pitm", bytes(4), b"\0\1")
    return a_brand(major, b"mif1") + a_box(b"meta", bytes(4), item, a_box(b"iprp", a_box(b"ipco", *properties), association))


def a_stored_size(width: int, height: int) -> bytes:
    """The property of a HEIF item that tells its size before cropping and turning."""
    return a_box(b"ispe", bytes(4), struct.pack(">II", width, height))


def a_quarter_turn(times: int) -> bytes:
    """The property of a HEIF item that turns it by so many quarters."""
    return a_box(b"irot", bytes([times]))


def a_crop(width: int, height: int) -> bytes:
    """The property of a HEIF item that crops it."""
    return a_box(b"clap", struct.pack(">8I", width, 1, height, 1, 0, 1, 0, 1))


def a_tiff(width: int, height: int, orientation: int = 1, order: str = "<") -> bytes:
    """A TIFF without pixels."""
    tags = {256: width, 257: height, 274: orientation}
    entries = b"".join(struct.pack(order + "HHIHxx", tag, 3, 1, value) for tag, value in tags.items())
    return {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "IH", 8, len(tags)) + entries + bytes(4)


def a_big_tiff(width: int, height: int, orientation: int = 1, order: str = "<") -> bytes:
    """A BigTIFF without pixels."""
    tags = {256: width, 257: height, 274: orientation}
    entries = b"".join(struct.pack(order + "HHQQ", tag, 16, 1, value) for tag, value in tags.items())
    return {"<": b"II+\0", ">": b"MM\0+"}[order] + struct.pack(order + "HHQQ", 8, 0, 16, len(tags)) + entries + bytes(8)


def an_exif(orientation: int) -> bytes:
    """Exif data with nothing but an orientation."""
    return a_tiff(1, 1, orientation, ">")


def a_png(width: int, height: int, orientation: int = 1) -> bytes:
    """A PNG without pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"eXIf", an_exif(orientation)) + chunk(b"IEND", b"")


def a_jpeg(width: int, height: int, orientation: int = 1, frame: int = 0xC0) -> bytes:
    """A JPEG without pixels, with Exif, a comment and fill bytes before the frame."""
    exif = b"Exif\0\0" + an_exif(orientation)
    segments = b"\xff\xe1" + struct.pack(">H", 2 + len(exif)) + exif + b"\xff\xfe\0\x06\xff\xc0\0\0" + b"\xff\xff"
    return b"\xff\xd8" + segments + struct.pack(">BBHBHHB", 0xFF, frame, 11, 8, height, width, 1) + b"\1\x11\0\xff\xd9"


def a_webp(width: int, height: int, orientation: int = 1) -> bytes:
    """An extended WebP without pixels."""
    canvas = struct.pack("<I", 8) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunks = [(b"VP8X", canvas), (b"EXIF", an_exif(orientation))]
    content = b"WEBP" + b"".join(kind + struct.pack("<I", len(payload)) + payload + bytes(len(payload) % 2) for kind, payload in chunks)
    return b"RIFF" + struct.pack("<I", len(content)) + content


def a_turned_heif(width: int, height: int, orientation: int = 1) -> bytes:
    """A HEIF turned by as many quarters as the Exif orientation asks for."""
    return a_heif(a_stored_size(width, height), a_quarter_turn({1: 0, 3: 2, 6: 3, 8: 1}[orientation]))


def a_turned_avif(width: int, height: int, orientation: int = 1) -> bytes:
    """An AVIF turned by as many quarters as the Exif orientation asks for."""
    return a_heif(a_stored_size(width, height), a_quarter_turn({1: 0, 3: 2, 6: 3, 8: 1}[orientation]), major=b"avif")


def a_zip(*names: str, mimetype: str = "") -> bytes:
    """A zip archive with members of these names; ``mimetype`` comes first and uncompressed."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        for name in names:
            archive.writestr(name, "<a/>" * 9)
    return made.getvalue()


def an_archive_of(name: str, content: bytes) -> bytes:
    """A zip archive with one uncompressed member."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, content)
    return made.getvalue()


def an_svg(attributes: str = "", before: str = "") -> str:
    """A drawing with these attributes of its root, and a child of 10 by 10."""
    return f'{before}<svg xmlns="http://www.w3.org/2000/svg" {attributes}><rect width="10" height="10"/></svg>'
