"""What a file is, by its bytes alone: content type, usual extension, and a picture's size in pixels.

Everything here is a function of the bytes and of tables in this package: no system library, no database of the platform,
no third-party detector. The answer is therefore the same on every Python and machine. Any bytes get an answer; headers are
read, nothing is decoded or decompressed, and no loop follows more parts than ``boxes.MOST_PARTS``.
"""

from typing import NamedTuple

from inbox_mock.file_types import pictures, signatures, texts

UNKNOWN = "application/octet-stream"

EXTENSIONS = {
    "application/epub+zip": "epub",
    "application/gpx+xml": "gpx",
    "application/gzip": "gz",
    "application/java-archive": "jar",
    "application/json": "json",
    "application/msword": "doc",
    "application/ogg": "ogg",
    "application/pdf": "pdf",
    "application/postscript": "ps",
    "application/rtf": "rtf",
    "application/vnd.android.package-archive": "apk",
    "application/vnd.apple.pkpass": "pkpass",
    "application/vnd.google-earth.kml+xml": "kml",
    "application/vnd.google-earth.kmz": "kmz",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-excel.sheet.binary.macroenabled.12": "xlsb",
    "application/vnd.ms-excel.sheet.macroenabled.12": "xlsm",
    "application/vnd.ms-outlook": "msg",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.ms-powerpoint.presentation.macroenabled.12": "pptm",
    "application/vnd.ms-visio.drawing": "vsdx",
    "application/vnd.ms-word.document.macroenabled.12": "docm",
    "application/vnd.oasis.opendocument.graphics": "odg",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.spreadsheet-template": "ots",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.text-template": "ott",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.rar": "rar",
    "application/x-7z-compressed": "7z",
    "application/x-bzip2": "bz2",
    "application/x-tar": "tar",
    "application/x-xz": "xz",
    "application/xhtml+xml": "xhtml",
    "application/xml": "xml",
    "application/zip": "zip",
    "audio/3gpp": "3gp",
    "audio/3gpp2": "3g2",
    "audio/aac": "aac",
    "audio/aiff": "aiff",
    "audio/amr": "amr",
    "audio/flac": "flac",
    "audio/midi": "mid",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/x-caf": "caf",
    "image/avif": "avif",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/heic-sequence": "heics",
    "image/heif": "heif",
    "image/heif-sequence": "heifs",
    "image/jp2": "jp2",
    "image/jpeg": "jpg",
    "image/jpm": "jpm",
    "image/jpx": "jpx",
    "image/jxl": "jxl",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/tiff": "tiff",
    "image/vnd.adobe.photoshop": "psd",
    "image/webp": "webp",
    "image/x-canon-cr3": "cr3",
    "image/x-icon": "ico",
    "image/x-ms-bmp": "bmp",
    "message/rfc822": "eml",
    "text/calendar": "ics",
    "text/csv": "csv",
    "text/html": "html",
    "text/plain": "txt",
    "text/tab-separated-values": "tsv",
    "text/vcard": "vcf",
    "video/3gpp": "3gp",
    "video/3gpp2": "3g2",
    "video/mj2": "mj2",
    "video/mp4": "mp4",
    "video/mpeg": "mpg",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-flv": "flv",
    "video/x-matroska": "mkv",
    "video/x-ms-wmv": "wmv",
    "video/x-msvideo": "avi",
    UNKNOWN: "bin",
}


class FileType(NamedTuple):
    """What a file is. The extension has no dot; width and height are pixels, both given or both None."""

    content_type: str
    extension: str
    width: int | None
    height: int | None


def identify(content: bytes) -> FileType:
    """Return what the bytes are.

    The size is that of the picture as a viewer shows it: turned where the file says that it is turned. It is None for
    what is no picture, and for a picture whose header does not tell it or tells one that no picture has.
    """
    text = texts.beginning(content)
    content_type = signatures.content_type(content, is_text=text is not None)
    if content_type is None:
        content_type = UNKNOWN if text is None else texts.content_type(text, whole=len(content) <= texts.READ)
    width, height = pictures.size(content_type, content) or (None, None)
    return FileType(content_type, EXTENSIONS[content_type], width, height)
