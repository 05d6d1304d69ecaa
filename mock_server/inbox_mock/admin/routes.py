"""Every operation of the admin API, the blueprint that serves them, and their OpenAPI document."""

from collections.abc import Callable
from inspect import getdoc

import orjson
from flask import Blueprint, Response, request

from inbox_mock import __version__
from inbox_mock.admin import actors, bundles, clock, faults, inbox_view, journal, labels, recordings, sandboxes, snapshots, tokens, webhooks
from inbox_mock.admin.access_control import PREFIX, PROBLEM_JSON, AccessControl
from inbox_mock.admin.checking import check_query, checked, read_body
from inbox_mock.admin.operation import (
    JSON,
    NUMBER,
    OR_NULL,
    TEXT,
    AdminCall,
    AdminOperation,
    Page,
    declared_in,
    with_components,
)
from inbox_mock.api.addressing import root_of
from inbox_mock.api.openapi_schemas import LICENCE, list_of, record
from inbox_mock.domain.access import told_id
from inbox_mock.domain.admin_tokens import READ, wanted
from inbox_mock.domain.errors import Forbidden, NotFound, Problem
from inbox_mock.domain.spelling import shown
from inbox_mock.engine.checkpoints import action
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.scenarios.build import SandboxFactory
from inbox_mock.webhooks.sender import WebhookSender

MODULES = (sandboxes, labels, tokens, snapshots, clock, actors, webhooks, faults, journal, recordings, bundles, inbox_view)
OPERATIONS: tuple[AdminOperation, ...] = tuple(found for module in MODULES for found in declared_in(vars(module)))
PROBLEM = record(
    {
        **dict.fromkeys(("type", "title"), TEXT),
        "status": NUMBER,
        **dict.fromkeys(("code", "detail"), TEXT),
        "errors": list_of(record({"field": OR_NULL, **dict.fromkeys(("found", "expected"), TEXT)}, "FieldProblem", optional=("found",))),
    },
    "Problem",
    optional=("detail", "errors"),
)
FILE: JSON = {"type": "string", "format": "binary"}
TOKEN: JSON = {
    "type": "http",
    "scheme": "bearer",
    "description": "An admin token, where the server was started with some; on its own machine none is needed otherwise.",
}
PARAMETERS = {
    "id": "The sandbox's id; `default` is one.",
    "token": "The token.",
    "name": "The snapshot's name.",
    "record_id": "The id of the booking, conversation, subscription or delivery that is meant.",
}


def blueprint(factory: SandboxFactory, control: AccessControl, sender: WebhookSender) -> Blueprint:
    """Return the blueprint of /__admin."""
    made = Blueprint("admin", __name__, url_prefix=PREFIX)

    for operation in OPERATIONS:
        made.add_url_rule(
            operation.rule,
            operation.name,
            _view(factory, control, sender, operation),
            methods=[operation.method],
            strict_slashes=False,
            provide_automatic_options=False,
        )

    @made.get("/openapi.json", provide_automatic_options=False)
    def openapi() -> Response:
        control.check(request, READ)
        return Response(orjson.dumps(document(root_of(request))), content_type="application/json")

    return made


def _view(factory: SandboxFactory, control: AccessControl, sender: WebhookSender, operation: AdminOperation) -> Callable[..., Response]:
    least, says = operation.role, operation.summary.partition(";")[0]

    def view(**path: str) -> Response:
        caller = control.check(request, least)
        sandbox = None
        if "id" in path:
            sandbox = _sandbox(factory, path["id"])  # that it is missing, or another's, is said before a mistake in the body
            if not caller.may_see(sandbox.storage.label.owner):
                told = f"found the sandbox {told_id(sandbox.id)}, which is not one of {caller.name!r}"
                raise Forbidden(Problem("role", f"{told}; expected one of its own, or a token with the role all"))
            sandbox.use()
        check_query(operation, request.args)
        given = request.get_data()
        body = checked(operation, read_body(given)) if operation.method != "GET" and not operation.takes else {}
        call = AdminCall(caller, factory, root_of(request), path, body, request.args, sender, given, operation.name, sandbox)
        with action(says):
            answer = operation.run(call)
        if isinstance(answer, Page):
            return Response(answer.text, operation.status, answer.headers, content_type=answer.kind)
        return _nothing() if operation.status == 204 else Response(orjson.dumps(answer), operation.status, content_type="application/json")

    return view


def _sandbox(factory: SandboxFactory, sandbox_id: str) -> Sandbox:
    try:
        return factory.sandboxes.get(sandbox_id)
    except NotFound:
        told = f"there is no sandbox {shown(sandbox_id)}; expected the id of one, or default"
        raise NotFound(Problem(NotFound.code, told)) from None


def _nothing() -> Response:
    answer = Response(status=204)
    answer.headers.remove("Content-Type")
    return answer


def document(origin: str) -> JSON:
    """Return the OpenAPI document, derived from the declarations of the operations, with ``origin`` as its server."""
    paths: dict[str, JSON] = {}
    for operation in OPERATIONS:
        path = PREFIX + operation.rule.replace("<", "{").replace(">", "}")
        paths.setdefault(path, {})[operation.method.lower()] = _described(operation, path)
    components: dict[str, JSON] = {}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Inbox Mock: admin API",
            "version": __version__,
            "description": "What a user may do and the real API cannot.",
            **LICENCE,
        },
        "servers": [{"url": origin}],
        "security": [{}, {"token": []}],
        "tags": [{"name": _tag(module.__name__), "description": getdoc(module)} for module in MODULES],
        "paths": with_components(paths, components),
        "components": {"schemas": components, "securitySchemes": {"token": TOKEN}},
    }


def _tag(module: str) -> str:
    return module.rpartition(".")[2].replace("_", " ")


def _described(operation: AdminOperation, path: str) -> JSON:
    success: JSON = {"description": operation.summary}
    if operation.status != 204:
        success["content"] = {kind.partition(";")[0]: {"schema": TEXT if kind.startswith("text/") else FILE} for kind in operation.gives}
        if operation.answer:
            success["content"]["application/json"] = {"schema": operation.answer_schema}
    refused: JSON = {"content": {PROBLEM_JSON: {"schema": PROBLEM}}}
    statuses = {401, 403, 507, *operation.refusals} | (set() if operation.method == "GET" else {400})
    told = {403: f"Refused: the admin token has not the role {wanted(operation.role)}, or the sandbox is not its own"}
    answers: JSON = {str(operation.status): success} | {
        str(one): {"description": told.get(one, "Refused"), **refused} for one in sorted(statuses)
    }
    parameters: list[JSON] = [
        {"name": name, "in": "path", "required": True, "description": says, "schema": NUMBER if name == "record_id" else TEXT}
        for name, says in PARAMETERS.items()
        if f"{{{name}}}" in path
    ]
    parameters += [{"name": name, "in": "query", "description": says, "schema": TEXT} for name, says in operation.query.items()]
    found: JSON = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": " ".join((getdoc(operation.run) or "").split()),
        "tags": [_tag(operation.run.__module__)],
        "x-role": operation.role,
        "parameters": parameters,
        "responses": answers,
    }
    if operation.takes:
        found["requestBody"] = {"required": True, "content": {operation.takes: {"schema": FILE}}}
    elif operation.body:
        found["requestBody"] = {"content": {"application/json": {"schema": {"title": _body_name(operation), **operation.schema}}}}
    return found


def _body_name(operation: AdminOperation) -> str:
    return f"{operation.name.title().replace('_', '')}Body"
