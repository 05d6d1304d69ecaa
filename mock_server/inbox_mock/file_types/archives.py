"""What zip archives and OLE files hold, by the names of their members; nothing is decompressed."""

from collections.abc import Iterator
from struct import error as Truncated  # noqa: N812 - what it means here
from struct import unpack_from

from inbox_mock.file_types.boxes import MOST_PARTS

MEMBER, LISTED, DIRECTORY_END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
DIRECTORY_END_LENGTH, LONGEST_DIRECTORY_END = 22, 65_557
LONGEST_MIMETYPE = 100
MIMETYPES = {  # a member "mimetype" comes first and uncompressed; of what it says, these are believed
    "application/epub+zip",
    "application/vnd.oasis.opendocument.graphics",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.spreadsheet-template",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.text-template",
}
OOXML = "application/vnd.openxmlformats-officedocument."
OFFICE = {  # by folder: the type, and the type with macros
    "word": (OOXML + "wordprocessingml.document", "application/vnd.ms-word.document.macroenabled.12"),
    "xl": (OOXML + "spreadsheetml.sheet", "application/vnd.ms-excel.sheet.macroenabled.12"),
    "ppt": (OOXML + "presentationml.presentation", "application/vnd.ms-powerpoint.presentation.macroenabled.12"),
    "visio": ("application/vnd.ms-visio.drawing", "application/vnd.ms-visio.drawing"),
}
MEMBERS = (  # the first whose members are all there
    ({"pass.json", "manifest.json"}, "application/vnd.apple.pkpass"),
    ({"androidmanifest.xml"}, "application/vnd.android.package-archive"),
    ({"meta-inf/manifest.mf"}, "application/java-archive"),
    ({"doc.kml"}, "application/vnd.google-earth.kmz"),
)
STREAMS = {  # of OLE files; mail first, as it may hold documents
    "__properties_version1.0": "application/vnd.ms-outlook",
    "WordDocument": "application/msword",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
    "Workbook": "application/vnd.ms-excel",
}
STREAM_NAMES = {name.encode("utf-16-le") + b"\0\0": found for name, found in STREAMS.items()}


def zip_type(content: bytes) -> str:
    """Return the content type of a zip archive by its members: of an office document, a book, a pass; else that of any archive."""
    if (stated := _mimetype(content)) in MIMETYPES:
        return stated
    try:
        names = set(_names(content))
    except Truncated:
        names = set()
    if "[content_types].xml" in names:
        folders = {name.partition("/")[0] for name in names}
        if "xl/workbook.bin" in names:
            return "application/vnd.ms-excel.sheet.binary.macroenabled.12"
        for folder, (plain, with_macros) in OFFICE.items():
            if folder in folders:
                return with_macros if f"{folder}/vbaproject.bin" in names else plain
    return next((found for needed, found in MEMBERS if needed <= names), "application/zip")


def ole_type(content: bytes) -> str | None:
    """Return the content type of an OLE file (Office up to 2003, Outlook) by the names of its streams, or None."""
    return next((found for name, found in STREAM_NAMES.items() if name in content), None)


def _mimetype(content: bytes) -> str:
    try:
        method, length, named, extra = unpack_from("<8xH8xI4xHH", content)
    except Truncated:
        return ""
    start = 30 + named + extra
    believed = content[30 : 30 + named] == b"mimetype" and method == 0 and length <= LONGEST_MIMETYPE
    return content[start : start + length].decode("latin-1").strip() if believed else ""


def _names(content: bytes) -> Iterator[str]:
    """Yield the members' names in lower case: of the directory at the end, or, where that is cut off, of the members' own heads."""
    directory = _directory(content)
    at = directory or 0
    for _ in range(MOST_PARTS):
        if directory and content.startswith(LISTED, at):
            named, extra, comment = unpack_from("<28xHHH", content, at)
            head, following = 46, extra + comment
        elif not directory and content.startswith(MEMBER, at):
            packed, named, extra = unpack_from("<18xI4xHH", content, at)
            head, following = 30, extra + packed
        else:
            return
        yield content[at + head : at + head + named].decode("latin-1").lower().replace("\\", "/")
        at += head + named + following
        at = at if directory else content.find(MEMBER, at)  # a member's packed length may be told after it only


def _directory(content: bytes) -> int | None:
    """Return where the directory of the members starts. One whose end is not the file's is that of an archive within."""
    end = content.rfind(DIRECTORY_END, max(0, len(content) - LONGEST_DIRECTORY_END))
    if end < 0 or end + DIRECTORY_END_LENGTH > len(content):
        return None
    length, start, comment = unpack_from("<12xIIH", content, end)
    if end + DIRECTORY_END_LENGTH + comment != len(content):
        return None
    before_the_end = max(0, end - length)  # elsewhere than told where other bytes stand before the archive
    return next((at for at in (before_the_end, start) if content.startswith(LISTED, at)), None)
