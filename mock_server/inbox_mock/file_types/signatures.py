"""Files that are not texts, by the bytes that they begin with."""

import re
from collections.abc import Callable

from inbox_mock.file_types import archives, boxes

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
    (rb"PK\x03\x04", archives.zip_type),
    (rb"PK\x05\x06", "application/zip"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", archives.ole_type),
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
