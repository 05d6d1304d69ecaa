"""Receive webhooks with Bottle."""

from bottle import HTTPResponse, post, request, run
from signature import PORT, status


@post("/webhooks")
def hear() -> HTTPResponse:
    """Take a webhook."""
    return HTTPResponse(status=status(request.body.read(), request.headers.get("X-Content-Signature")))


run(host="127.0.0.1", port=PORT)
