"""Every operation of the admin API, and the blueprint that serves them."""

from collections.abc import Callable

import orjson
from flask import Blueprint, Response, request

from inbox_mock.admin import actors, clock, faults, inbox_view, journal, report, sandboxes, snapshots, webhooks
from inbox_mock.admin.access_control import PREFIX, AccessControl
from inbox_mock.admin.operation import AdminCall, AdminOperation, Page, checked, declared_in, read_body
from inbox_mock.scenarios.build import SandboxFactory
from inbox_mock.webhooks.sender import WebhookSender

MODULES = (sandboxes, snapshots, clock, actors, webhooks, faults, journal, report, inbox_view)
OPERATIONS: tuple[AdminOperation, ...] = tuple(found for module in MODULES for found in declared_in(vars(module)))


def blueprint(factory: SandboxFactory, control: AccessControl, sender: WebhookSender) -> Blueprint:
    """Return the blueprint of /__admin."""
    made = Blueprint("admin", __name__, url_prefix=PREFIX)
    made.before_request(lambda: control.check(request))
    for operation in OPERATIONS:
        made.add_url_rule(
            operation.rule,
            operation.name,
            _view(factory, sender, operation),
            methods=[operation.method],
            strict_slashes=False,
            provide_automatic_options=False,
        )

    @made.get("/openapi.json", provide_automatic_options=False)
    def openapi() -> Response:
        from inbox_mock.admin.openapi import document

        return _json(document(OPERATIONS, request.host_url.rstrip("/")), 200)

    return made


def _view(factory: SandboxFactory, sender: WebhookSender, operation: AdminOperation) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        sandbox = factory.sandboxes.get(path.get("id", "default"))
        body = checked(operation, read_body(request.get_data())) if operation.method != "GET" else {}
        answer = operation.run(AdminCall(factory, request.host_url.rstrip("/"), sandbox, path, body, request.args, sender))
        if isinstance(answer, Page):
            return Response(answer.text, operation.status, content_type=answer.kind)
        return _nothing() if operation.status == 204 else _json(answer, operation.status)

    return view


def _nothing() -> Response:
    answer = Response(status=204)
    answer.headers.remove("Content-Type")
    return answer


def _json(answer: object, status: int) -> Response:
    return Response(orjson.dumps(answer), status, content_type="application/json")
