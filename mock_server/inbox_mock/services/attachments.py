"""Use cases around attachments: real files, stored and served back."""

from base64 import b64decode
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from inbox_mock.domain import limits
from inbox_mock.domain.errors import BLANK, Invalid, invalid
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.store.database import Row, size
from inbox_mock.store.rows import AttachmentRow

PLACEHOLDER = b"A placeholder: the sandbox fetches nothing from a network.\n"
PICTURE_PLACEHOLDER = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")


def create_attachment(work: UnitOfWork, actor: Actor, written: Row) -> int:
    """Store a file. A remote one is not fetched: a placeholder takes its name.

    Raises:
        Invalid: neither ``file`` nor ``remote_file_url`` is given, or the sandbox has too many.
    """
    content, file_name = _content(written)
    if content is None:
        raise Invalid(invalid("file", BLANK))
    columns = _file_columns(work, content, file_name)
    row = columns | {"id": written.get("id"), "account_id": actor.account_id, "name": written.get("name") or columns["file_name"]}
    _check_room(work, len(content))
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
        changes |= _file_columns(work, content, file_name)
        _check_room(work, len(content))
        work.db.execute("UPDATE attachment_files SET bytes = ? WHERE attachment_id = ?", (content, attachment_id))
    work.db.update("attachments", attachment_id, changes)


def _file_columns(work: UnitOfWork, content: bytes, file_name: str | None) -> Row:
    """Return the columns of an attachment that its file decides; one without a name is called ``file``, with its usual extension."""
    columns = describe(work, content)
    extension = columns.pop("extension")
    return columns | {"file_name": file_name or f"file.{extension}"}


def _check_room(work: UnitOfWork, more: int) -> None:
    """Check that a sandbox has room for another file, by its size in bytes.

    Raises:
        Invalid: its files are too large in total; assumed, the service keeps what it is sent.
    """
    if size(work.db) + more <= limits.UPLOADS:  # so are the files in it, which need not be added up
        return
    kept = work.db.value("SELECT total(file_size) FROM attachments", (), float)
    if (kept or 0) + more > limits.UPLOADS:
        raise Invalid(invalid("file", f"can't be kept: the files of a sandbox have at most {limits.UPLOADS} in total"))


def read_file(work: UnitOfWork, attachment_id: int) -> Row | None:
    """Return an attachment's bytes and content type, or None."""
    sql = "SELECT bytes, file_content_type, file_name FROM attachment_files JOIN attachments ON id = attachment_id WHERE attachment_id = ?"
    return work.db.one(sql, (attachment_id,))


def describe(work: UnitOfWork, content: bytes) -> Row:
    """Return a file's size in bytes, content type and usual extension, and a picture's width and height in pixels."""
    from inbox_mock.file_types import identify

    found = identify(content, rotated=work.settings.assume["picture_size"] == "shown")
    return {
        "file_size": len(content),
        "file_content_type": found.content_type,
        "extension": found.extension,
        "image_width": found.width,
        "image_height": found.height,
    }


def _content(written: Row) -> tuple[bytes | None, str | None]:
    """Return the file's bytes and its name where one is known; ``file`` wins over ``remote_file_url``."""
    uploaded, remote = written.get("file"), written.get("remote_file_url")
    if isinstance(uploaded, bytes):
        return uploaded, None
    if isinstance(remote, str):
        name = PurePosixPath(unquote(urlsplit(remote).path)).name
        name = "file" if name in {"", "..", "."} else name
        return placeholder(name), quote(name)
    return None, None


def placeholder(name: str) -> bytes:
    """Return what takes the place of a file of this name."""
    return PICTURE_PLACEHOLDER if name.lower().endswith(PICTURES) else PLACEHOLDER
