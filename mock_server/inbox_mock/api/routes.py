"""Every operation of the API, and the blueprint that serves them."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

import orjson
from flask import Blueprint, Flask, Response, request
from flask.blueprints import BlueprintSetupState

from inbox_mock.api import accounts, bookings, inbox
from inbox_mock.api.operation import Operation
from inbox_mock.api.pipeline import Server, view_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SLASHES = re.compile("/{2,}")
OPERATIONS: tuple[Operation, ...] = (*inbox.OPERATIONS, *bookings.OPERATIONS, *accounts.OPERATIONS)


def blueprint(server: Server) -> Blueprint:
    """Return the blueprint of /api/v3; PATCH is an alias of PUT."""
    made = Blueprint("api", __name__, url_prefix="/api/v3")
    for operation in OPERATIONS:
        methods = ["PUT", "PATCH"] if operation.method == "PUT" else [operation.method]
        made.add_url_rule(
            operation.rule,
            operation.name,
            view_of(server, operation),
            methods=methods,
            strict_slashes=False,
            provide_automatic_options=False,
        )
    made.record_once(_squeeze_slashes)
    return made


def _squeeze_slashes(state: BlueprintSetupState) -> None:
    """Let ``/api/v3//bookings`` mean ``/api/v3/bookings``: the framework would redirect, which clients take for a failure."""
    app = cast("Flask", state.app)
    answer = app.wsgi_app

    def squeezed(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if "//" in environ["PATH_INFO"]:
            environ["PATH_INFO"] = SLASHES.sub("/", environ["PATH_INFO"])
        return answer(environ, start_response)

    app.wsgi_app = squeezed  # type: ignore[method-assign]


def reference() -> Blueprint:
    """Return the blueprint of the OpenAPI document."""
    made = Blueprint("reference", __name__)

    @made.get("/openapi.json", provide_automatic_options=False)
    def openapi() -> Response:
        from inbox_mock.api.openapi import document

        return Response(orjson.dumps(document(OPERATIONS, request.host_url.rstrip("/"))), content_type="application/json")

    return made
