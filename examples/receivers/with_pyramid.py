"""Receive webhooks with Pyramid."""

from wsgiref.simple_server import make_server

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response
from signature import PORT, status


def hear(request: Request) -> Response:
    """Take a webhook."""
    return Response(status=status(request.body, request.headers.get("X-Content-Signature")))


with Configurator() as config:
    config.add_route("webhooks", "/webhooks", request_method="POST")
    config.add_view(hear, route_name="webhooks")
make_server("127.0.0.1", PORT, config.make_wsgi_app()).serve_forever()
