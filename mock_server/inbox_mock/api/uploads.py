"""Serving uploaded files. An ``<img>`` presents no token, so the address names the sandbox."""

from urllib.parse import quote

from flask import Blueprint, Response

from inbox_mock.api.request_context import ids_in
from inbox_mock.domain.errors import NotFound
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.services.attachments import read_file

# Types that may be shown inline; everything else is downloaded, so that no upload runs as a page of this server.
SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain")


def blueprint(sandboxes: Sandboxes) -> Blueprint:
    """Return the blueprint of /uploads."""
    made = Blueprint("uploads", __name__)

    @made.get("/uploads/<sandbox_id>/<attachment_id>/<name>")
    def file(sandbox_id: str, attachment_id: str, name: str) -> Response:
        ids = ids_in(attachment_id)
        with sandboxes.get(sandbox_id).work() as work:
            found = read_file(work, ids[0]) if ids else None
        if found is None:
            raise NotFound
        content_type = str(found["file_content_type"])
        answer = Response(found["bytes"], content_type=content_type)
        kind = "inline" if content_type in SHOWN else "attachment"
        answer.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(name)}"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return answer

    return made
