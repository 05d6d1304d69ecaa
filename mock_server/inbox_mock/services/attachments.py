"""Use cases around attachments: real files, stored and served back."""

from base64 import b64decode
from io import BytesIO
from mimetypes import MimeTypes
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.store.database import Row
from inbox_mock.store.rows import AttachmentRow

PLACEHOLDER = b"A placeholder: the sandbox fetches nothing from a network.\n"
PICTURE_PLACEHOLDER = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
_USUAL = MimeTypes()
BYTES_THAT_SNIFFING_NEEDS = 65_536
LARGEST_DIMENSION = 2**31
# Sniffing reads the first few bytes: a letter that begins with "BMW" is not a picture. For text, only these types are trusted.
KINDS_OF_TEXT = ("text/", "application/json", "application/xml", "application/pdf", "application/rtf", "image/svg+xml")


def create_attachment(work: UnitOfWork, actor: Actor, written: Row) -> int:
    """Store a file. A remote one is not fetched: a placeholder takes its name.

    Raises:
        Invalid: neither ``file`` nor ``remote_file_url`` is given.
    """
    content, file_name = _content(written)
    if content is None:
        raise Invalid(invalid("file", "can't be blank"))
    described = describe(content)
    file_name = file_name or f"file.{described.pop('extension')}"
    described.pop("extension", None)
    row = {
        "id": written.get("id"),
        "account_id": actor.account_id,
        "name": written.get("name") or file_name,
        "file_name": file_name,
    } | described
    attachment_id = work.db.insert("attachments", row | {"created_at": work.now, "updated_at": work.now})
    work.db.insert("attachment_files", {"attachment_id": attachment_id, "bytes": content})
    return attachment_id


def edit_attachment(work: UnitOfWork, actor: Actor, attachment_id: int, written: Row) -> None:
    """Rename an attachment, or replace its file; the url stays the same.

    Raises:
        NotFound: the account has no such attachment.
    """
    work.db.get(AttachmentRow, attachment_id, actor.account_id)
    changes: Row = {"updated_at": work.now}
    if written.get("name"):
        changes["name"] = written["name"]
    content, file_name = _content(written)
    if content is not None:
        described = describe(content)
        changes["file_name"] = file_name or f"file.{described['extension']}"
        changes |= {name: found for name, found in described.items() if name != "extension"}
        work.db.execute("UPDATE attachment_files SET bytes = ? WHERE attachment_id = ?", (content, attachment_id))
    work.db.update("attachments", attachment_id, changes)


def read_file(work: UnitOfWork, attachment_id: int) -> Row | None:
    """Return an attachment's bytes and content type, or None."""
    sql = "SELECT bytes, file_content_type, file_name FROM attachment_files JOIN attachments ON id = attachment_id WHERE attachment_id = ?"
    return work.db.one(sql, (attachment_id,))


def describe(content: bytes) -> Row:
    """Return a file's size in bytes, content type and usual extension, and a picture's width and height in pixels."""
    content_type = _content_type(content)
    width, height = _dimensions(content) if content_type.startswith("image/") else (None, None)
    return {
        "file_size": len(content),
        "file_content_type": content_type,
        "extension": (_USUAL.guess_extension(content_type) or ".bin").lstrip("."),
        "image_width": width,
        "image_height": height,
    }


def _content_type(content: bytes) -> str:
    import puremagic

    try:
        found = str(puremagic.magic_string(content[:BYTES_THAT_SNIFFING_NEEDS])[0].mime_type)
    except (puremagic.PureError, ValueError, IndexError):
        found = ""
    if not found.startswith(KINDS_OF_TEXT) and _is_text(content):
        return "text/plain"
    return found or "application/octet-stream"


def _dimensions(content: bytes) -> tuple[int | None, int | None]:
    import imagesize

    try:
        width, height = imagesize.get(BytesIO(content))
    except Exception:  # noqa: BLE001 - a broken picture is a file like any other, and the library raises what it meets
        return None, None
    known = 0 < width <= LARGEST_DIMENSION and 0 < height <= LARGEST_DIMENSION
    return (int(width), int(height)) if known else (None, None)


def _content(written: Row) -> tuple[bytes | None, str | None]:
    """Return the file's bytes and its name where one is known; ``file`` wins over ``remote_file_url``."""
    uploaded, remote = written.get("file"), written.get("remote_file_url")
    if isinstance(uploaded, bytes):
        return uploaded, None
    if isinstance(remote, str):
        name = PurePosixPath(unquote(urlsplit(remote).path)).name
        name = "file" if name in {"", "..", "."} else name
        return (PICTURE_PLACEHOLDER if name.lower().endswith(PICTURES) else PLACEHOLDER), quote(name)
    return None, None


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False
