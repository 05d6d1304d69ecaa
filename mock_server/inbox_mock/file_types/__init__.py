"""What a file is, by its bytes alone: content type, usual extension, and a picture's size in pixels.

No database of the platform, no system library and no detector is asked, so that the answer is the same on every Python and
machine. Headers are read; nothing is decoded or decompressed, and no loop follows more than ``boxes.MOST_PARTS`` parts.
"""

from typing import NamedTuple

from inbox_mock.file_types import pictures, signatures, texts

UNKNOWN = "application/octet-stream"

EXTENSIONS = {
    "application/epub+zip": "epub",
    "application/gpx+xml": "gpx",
    "application/gzip": "gz",
    "application/json": "json",
    "application/msword": "doc",
    UNKNOWN: "bin",
    "application/ogg": "ogg",
    "application/pdf": "pdf",
    "application/postscript": "ps",
    "application/rtf": "rtf",
    "application/vnd.android.package-archive": "apk",
    "application/vnd.apple.pkpass": "pkpass",
    "application/vnd.google-earth.kml+xml": "kml",
    "application/vnd.google-earth.kmz": "kmz",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-excel.sheet.macroenabled.12": "xlsm",
    "application/vnd.ms-outlook": "msg",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.ms-powerpoint.presentation.macroenabled.12": "pptm",
    "application/vnd.ms-word.document.macroenabled.12": "docm",
    "application/vnd.oasis.opendocument.graphics": "odg",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.text": "odt",
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
    "image/jxl": "jxl",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/tiff": "tiff",
    "image/vnd.adobe.photoshop": "psd",
    "image/webp": "webp",
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
    "video/mp4": "mp4",
    "video/mpeg": "mpg",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-flv": "flv",
    "video/x-matroska": "mkv",
    "video/x-ms-wmv": "wmv",
    "video/x-msvideo": "avi",
}


class FileType(NamedTuple):
    """What a file is. The extension has no dot; width and height are pixels, both given or both None."""

    content_type: str
    extension: str
    width: int | None
    height: int | None


def identify(content: bytes, *, rotated: bool = True) -> FileType:
    """Return what the bytes are; any bytes get an answer.

    The size is that of the picture as a viewer shows it, or, without ``rotated``, before the rotation that the file asks for.
    It is None for what is not a picture, and where the header does not give it or gives one that no picture has.
    """
    text = None if signatures.PDF.match(content) else texts.decode(content)
    content_type = texts.content_type(text) if text is not None else signatures.content_type(content) or UNKNOWN
    width, height = pictures.size(content_type, content, rotated=rotated) or (None, None)
    return FileType(content_type, EXTENSIONS[content_type], width, height)
