"""The blueprints that serve the operations of the API, the document and uploaded files."""

from collections.abc import Callable
from urllib.parse import quote

import orjson
from flask import Blueprint, Response, request

from inbox_mock.api.addressing import root_of
from inbox_mock.api.execution import run
from inbox_mock.api.framework import response
from inbox_mock.api.operation import Operation
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.api.pipeline import Backend
from inbox_mock.api.request_context import ids_in
from inbox_mock.domain.errors import NotFound
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.services import attachments

# Types that may be shown inline; everything else is downloaded, so that no upload runs as a page of this server.
SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain")


def blueprint(backend: Backend) -> Blueprint:
    """Return the blueprint of /api/v3; PATCH is an alias of PUT."""
    made = Blueprint("api", __name__, url_prefix="/api/v3")
    for operation in OPERATIONS:
        methods = ["PUT", "PATCH"] if operation.method == "PUT" else [operation.method]
        made.add_url_rule(
            operation.rule,
            operation.name,
            _view_of(backend, operation),
            methods=methods,
            strict_slashes=False,
            provide_automatic_options=False,
        )
    return made


def _view_of(backend: Backend, operation: Operation) -> Callable[..., Response]:
    """Return the view of an operation, for requests that are not answered ahead of Flask."""

    def view(**path: str) -> Response:
        raw = b"" if operation.method == "GET" else request.get_data()
        return response(*run(backend, request, operation, path, raw))

    view.__name__ = operation.name
    return view


def reference() -> Blueprint:
    """Return the blueprint of the OpenAPI document."""
    made = Blueprint("reference", __name__)

    @made.get("/openapi.json", provide_automatic_options=False)
    def openapi() -> Response:
        from inbox_mock.api.openapi import document

        return Response(orjson.dumps(document(OPERATIONS, root_of(request))), content_type="application/json")

    return made


def uploads(sandboxes: Sandboxes) -> Blueprint:
    """Return the blueprint of /uploads. An ``<img>`` presents no token, so the address names the sandbox."""
    made = Blueprint("uploads", __name__)

    @made.get("/uploads/<sandbox_id>/<attachment_id>/<name>")
    def file(sandbox_id: str, attachment_id: str, name: str) -> Response:
        ids = ids_in(attachment_id)
        with sandboxes.get(sandbox_id).work() as work:
            found = attachments.read_file(work, ids[0]) if ids else None
        if found is None:
            raise NotFound
        answer = Response(found["bytes"])
        answer.headers.update(file_headers(str(found["file_content_type"]), name))
        return answer

    return made


def file_headers(content_type: str, name: str) -> dict[str, str]:
    """Return the headers of an uploaded file that is answered; ``name`` is the last part of its address."""
    return {
        "Content-Type": content_type,
        "Content-Disposition": f"{'inline' if content_type in SHOWN else 'attachment'}; filename*=UTF-8''{quote(name)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
