"""Files that are not texts, by the bytes that they begin with."""

import re
from collections.abc import Callable, Iterator
from struct import unpack_from

from inbox_mock.file_types import boxes
from inbox_mock.file_types.boxes import MOST_PARTS

DIRECTORY_ENTRY, DIRECTORY_END = b"PK\1\2", b"PK\5\6"
LONGEST_DIRECTORY_END = 22 + 65_535  # bytes, with a comment
MEDIA_TYPE = re.compile(rb"[a-z]+/[a-z.+-]+")
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
STATED = {"application/epub+zip", *(OPEN_DOCUMENT + kind for kind in ("graphics", "presentation", "spreadsheet", "text"))}
CONTENT_TYPES = "[content_types].xml"
OFFICE = "application/vnd.openxmlformats-officedocument."
MEMBERS = (  # the first whose members, or folders at the top, are all there
    ({CONTENT_TYPES, "word/vbaproject.bin"}, "application/vnd.ms-word.document.macroenabled.12"),
    ({CONTENT_TYPES, "xl/vbaproject.bin"}, "application/vnd.ms-excel.sheet.macroenabled.12"),
    ({CONTENT_TYPES, "ppt/vbaproject.bin"}, "application/vnd.ms-powerpoint.presentation.macroenabled.12"),
    ({CONTENT_TYPES, "word/"}, OFFICE + "wordprocessingml.document"),
    ({CONTENT_TYPES, "xl/"}, OFFICE + "spreadsheetml.sheet"),
    ({CONTENT_TYPES, "ppt/"}, OFFICE + "presentationml.presentation"),
    ({"pass.json", "manifest.json"}, "application/vnd.apple.pkpass"),
    ({"androidmanifest.xml", "classes.dex"}, "application/vnd.android.package-archive"),
    ({"doc.kml"}, "application/vnd.google-earth.kmz"),
)
STREAMS = {  # of OLE files; mail first, as it may hold documents
    "__properties_version1.0": "application/vnd.ms-outlook",
    "WordDocument": "application/msword",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
    "Workbook": "application/vnd.ms-excel",
}


def zip_type(content: bytes) -> str:
    """Return the content type of a zip archive: what it states itself, else by its members, else that of any archive."""
    if (stated := _stated(content)) in STATED:
        return stated
    names = set(_names(content))
    names |= {name.partition("/")[0] + "/" for name in names}
    return next((found for needed, found in MEMBERS if needed <= names), "application/zip")


def ole_type(content: bytes) -> str | None:
    """Return the content type of an OLE file (Office up to 2003, Outlook) by the names of its streams, or None."""
    return next((found for name, found in STREAMS.items() if (name + "\0").encode("utf-16-le") in content), None)


def _stated(content: bytes) -> str:
    """Return what a first member ``mimetype`` holds, which the formats that have it never compress."""
    if content[30:38] != b"mimetype":
        return ""
    (extra,) = unpack_from("<H", content, 28)
    found = MEDIA_TYPE.match(content, 38 + extra)
    return found[0].decode() if found else ""


def _names(content: bytes) -> Iterator[str]:
    """Yield the members' names in lower case, from the directory at the end. An end elsewhere is that of an archive within."""
    end = content.rfind(DIRECTORY_END, max(0, len(content) - LONGEST_DIRECTORY_END))
    if end < 0 or len(content) < end + 22:
        return
    length, comment = unpack_from("<I4xH", content, end + 12)
    at = end - length
    if end + 22 + comment != len(content):
        return
    for _ in range(MOST_PARTS):
        if at < 0 or at + 46 > end or not content.startswith(DIRECTORY_ENTRY, at):
            return
        name, extra, comment = unpack_from("<HHH", content, at + 28)
        yield content[at + 46 : at + 46 + name].decode("latin-1").lower().replace("\\", "/")
        at += 46 + name + extra + comment


PDF = re.compile(rb"(?:\xef\xbb\xbf)?[\0\t\n\f\r ]{0,1000}%PDF-")

# What a file begins with, as a regular expression whose dot is any byte; and its content type, or what finds that.
SIGNATURES: tuple[tuple[bytes, str | Callable[[bytes], str | None]], ...] = (
    (PDF.pattern, "application/pdf"),
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"RIFF.{4}WEBP", "image/webp"),
    (rb"RIFF.{4}WAVE", "audio/wav"),
    (rb"RIFF.{4}AVI ", "video/x-msvideo"),
    (rb"FORM.{4}AIF[FC]", "audio/aiff"),
    (rb".{4}ftyp", boxes.content_type),
    (rb"II[*+]\0|MM\0[*+]", "image/tiff"),  # + is that of BigTIFF
    (rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51", "image/jp2"),
    (rb"\0\0\0\x0cJXL \r\n\x87\n|\xff\n", "image/jxl"),
    (rb"\0\0\x01\0[^\0]\0.{3}\0[\0\x01]\0", "image/x-icon"),  # four such bytes begin other files, too: the first entry follows
    (rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", "image/x-ms-bmp"),
    (rb"8BPS\0\x01", "image/vnd.adobe.photoshop"),
    (rb"PK\x03\x04", zip_type),
    (rb"PK\x05\x06", "application/zip"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ole_type),
    (rb"Rar!\x1a\x07", "application/vnd.rar"),
    (rb"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (rb"\x1f\x8b\x08", "application/gzip"),
    (rb"BZh[1-9]", "application/x-bzip2"),
    (rb"\xfd7zXZ\0", "application/x-xz"),
    (rb".{257}ustar", "application/x-tar"),
    (rb"OggS\0", "application/ogg"),
    (rb"fLaC\0", "audio/flac"),
    (rb"ID3[\x02-\x04]|\xff[\xe3\xf2\xf3\xfa\xfb]", "audio/mpeg"),
    (rb"\xff[\xf1\xf9]", "audio/aac"),
    (rb"#!AMR", "audio/amr"),
    (rb"MThd\0", "audio/midi"),
    (rb"caff\0", "audio/x-caf"),
    (rb"\x1a\x45\xdf\xa3.{0,60}webm", "video/webm"),
    (rb"\x1a\x45\xdf\xa3", "video/x-matroska"),
    (rb"FLV\x01", "video/x-flv"),
    (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-wmv"),
    (rb"\0\0\x01[\xb3\xba]", "video/mpeg"),
    (rb".{4}(?:moov|mdat|wide)", "video/quicktime"),  # from before there was ftyp
    (rb".{0,1019}%PDF-", "application/pdf"),  # after what a printer or a server put before it; readers look as far
)


def content_type(content: bytes) -> str | None:
    """Return the content type that the first bytes give away, or None."""
    for signature, found in SIGNATURES:
        if re.match(signature, content, re.DOTALL):
            return found if isinstance(found, str) else found(content)
    return None
