"""What a file is, by its bytes alone: content type, usual extension, and a picture's size in pixels.

No database of the platform, no system library and no detector is asked, so that the answer is the same on every Python and
machine. Headers are read; nothing is decoded or decompressed, and no loop follows more than ``boxes.MOST_PARTS`` parts.
"""

from typing import NamedTuple

from inbox_mock.file_types import pictures, signatures, texts
from inbox_mock.file_types.extensions import EXTENSIONS, UNKNOWN


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
