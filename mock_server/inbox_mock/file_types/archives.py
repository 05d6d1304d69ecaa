"""What zip archives and OLE files hold, by the names of their members; nothing is decompressed.

The names are read here and not by zipfile, which takes seconds for a directory of 10 MB, refuses all for one name that is not
UTF-8, and in each release of Python refuses something else.
"""

import re
from collections.abc import Iterator
from struct import unpack_from

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
