"""Files that are no texts, by the bytes that they begin with."""

import re
from collections.abc import Callable
from struct import error as Truncated  # noqa: N812 - what it means here
from struct import unpack_from

from inbox_mock.file_types import archives, boxes

PDF = re.compile(rb"(?:\xef\xbb\xbf)?[\0\t\n\f\r ]*%PDF-")
PDF_START, PDF_END, PDF_MARGIN = b"%PDF-", b"%%EOF", 1024  # readers look for both within this distance of the ends
RIFF_FORMS = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
BMP_HEADERS = {12, 40, 52, 56, 64, 108, 124}
MPEG_1, RESERVED = 3, 1
LAYER_3_KILOBITS = {
    True: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),  # MPEG-1
    False: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
MPEG_HERTZ = {MPEG_1: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def content_type(content: bytes, *, is_text: bool) -> str | None:
    """Return the content type that the bytes give away, or None.

    A signature of printable ASCII is not believed of a text: a letter that begins with "BMW" is no picture.
    """
    head = content[:PDF_MARGIN]
    if PDF.match(head) or (PDF_START in head and PDF_END in content[-PDF_MARGIN:]):
        return "application/pdf"
    for offset, signature, meaning in SIGNATURES:
        if not content.startswith(signature, offset) or (is_text and signature.isascii() and signature.decode().isprintable()):
            continue
        if found := meaning if isinstance(meaning, str) else meaning(content):
            return found
    return None


def _riff(content: bytes) -> str | None:
    return RIFF_FORMS.get(content[8:12])


def _iff(content: bytes) -> str | None:
    return "audio/aiff" if content[8:12] in {b"AIFF", b"AIFC"} else None


def _bmp(content: bytes) -> str | None:
    return "image/x-ms-bmp" if int.from_bytes(content[14:18], "little") in BMP_HEADERS else None


def _ico(content: bytes) -> str | None:
    """Return the type of icons, whose first entry must point behind the entries: four such bytes begin other files, too."""
    count, first = int.from_bytes(content[4:6], "little"), int.from_bytes(content[18:22], "little")
    return "image/x-icon" if count > 0 and 6 + 16 * count <= first <= len(content) else None


def _matroska(content: bytes) -> str | None:
    return "video/webm" if b"webm" in content[:64] else "video/x-matroska"


def _mpeg_audio(content: bytes) -> str | None:
    """Return the type of MP3 and AAC without a container: a frame's head, and another one where that frame ends."""
    try:
        _, kind, rates, third, fourth, fifth = unpack_from(">6B", content)
    except Truncated:
        return None
    version, layer, rate, hertz = kind >> 3 & 3, kind >> 1 & 3, rates >> 4, rates >> 2 & 3
    if kind & 0xF6 == 0xF0:
        length, found = (third & 3) << 11 | fourth << 3 | fifth >> 5, "audio/aac"
    elif kind & 0xE0 == 0xE0 and version != RESERVED and layer == 1 and 0 < rate < 15 and hertz < 3:
        bits = LAYER_3_KILOBITS[version == MPEG_1][rate - 1] * 1000
        length, found = (144 if version == MPEG_1 else 72) * bits // MPEG_HERTZ[version][hertz] + (rates >> 1 & 1), "audio/mpeg"
    else:
        return None
    following = content[length : length + 2]
    return found if length > 6 and following in {b"", content[:2]} else None


SIGNATURES: tuple[tuple[int, bytes, str | Callable[[bytes], str | None]], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"RIFF", _riff),
    (4, b"ftyp", boxes.content_type),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"II+\0", "image/tiff"),  # BigTIFF
    (0, b"MM\0+", "image/tiff"),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", boxes.content_type_of_jpeg_2000),
    (0, b"\xff\x4f\xff\x51", "image/jp2"),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
    (0, b"\xff\x0a", "image/jxl"),
    (0, b"\0\0\1\0", _ico),
    (0, b"BM", _bmp),
    (0, b"8BPS\0\1", "image/vnd.adobe.photoshop"),
    (0, b"PK\3\4", archives.zip_type),
    (0, b"PK\5\6", "application/zip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", archives.ole_type),
    (0, b"Rar!\x1a\7", "application/vnd.rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\0", "application/x-xz"),
    (257, b"ustar", "application/x-tar"),
    (0, b"OggS\0", "application/ogg"),
    (0, b"fLaC\0", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"MThd\0", "audio/midi"),
    (0, b"caff\0", "audio/x-caf"),
    (0, b"FORM", _iff),
    (0, b"\x1a\x45\xdf\xa3", _matroska),
    (0, b"FLV\1", "video/x-flv"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-wmv"),
    (0, b"\0\0\1\xba", "video/mpeg"),
    (0, b"\0\0\1\xb3", "video/mpeg"),
    (4, b"moov", "video/quicktime"),  # QuickTime from before there was ftyp
    (4, b"mdat", "video/quicktime"),
    (4, b"wide", "video/quicktime"),
    (0, b"\xff", _mpeg_audio),
)
