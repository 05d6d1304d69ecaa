"""Every operation of the API, and the blueprint that serves them."""

import orjson
from flask import Blueprint, Response, request

from inbox_mock.api import accounts, bookings, inbox
from inbox_mock.api.operation import Operation, declared_in
from inbox_mock.api.pipeline import Server, squeeze_slashes, view_of

OPERATIONS: tuple[Operation, ...] = tuple(found for module in (inbox, bookings, accounts) for found in declared_in(vars(module)))


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
    made.record_once(squeeze_slashes)
    return made


def reference() -> Blueprint:
    """Return the blueprint of the OpenAPI document."""
    made = Blueprint("reference", __name__)

    @made.get("/openapi.json", provide_automatic_options=False)
    def openapi() -> Response:
        from inbox_mock.api.openapi import document

        return Response(orjson.dumps(document(OPERATIONS, request.host_url.rstrip("/"))), content_type="application/json")

    return made
