"""Receive webhooks with WSGI alone."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from wsgiref.simple_server import make_server

from signature import PORT, status


def hear(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Take a webhook."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    found = HTTPStatus(status(body, environ.get("HTTP_X_CONTENT_SIGNATURE")))
    start_response(f"{found.value} {found.phrase}", [])
    return []


make_server("127.0.0.1", PORT, hear).serve_forever()
