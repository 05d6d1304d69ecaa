"""The OpenAPI document of the admin API, derived from the declarations of its operations."""

from collections.abc import Iterable

from inbox_mock import __version__
from inbox_mock.admin.access_control import PREFIX, PROBLEM_JSON
from inbox_mock.admin.operation import JSON, AdminOperation

PROBLEM: JSON = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"field": {"type": "string"}, "expected": {"type": "string"}}},
        },
    },
}
PARAMETERS = {
    "id": "The sandbox's id; `default` is one.",
    "token": "The token.",
    "name": "The snapshot's name.",
    "record_id": "The id of the booking, conversation, subscription or delivery that is meant.",
}


def document(operations: Iterable[AdminOperation], origin: str) -> JSON:
    """Return the document, with ``origin`` as its server."""
    paths: dict[str, JSON] = {}
    for operation in operations:
        path = PREFIX + operation.rule.replace("<", "{").replace(">", "}")
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation, path)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Inbox Mock: admin API", "version": __version__, "description": "What a user may do and the real API cannot."},
        "servers": [{"url": origin}],
        "paths": paths,
        "components": {"schemas": {"Problem": PROBLEM}},
    }


def _operation(operation: AdminOperation, path: str) -> JSON:
    answers: JSON = {str(operation.status): {"description": operation.summary}}
    if operation.answer:
        answers[str(operation.status)] = {
            "description": operation.summary,
            "content": {"application/json": {"schema": dict(operation.answer_schema)}},
        }
    for status in {400, 401, 403, *operation.refusals} if operation.method != "GET" else {401, 403, *operation.refusals}:
        answers[str(status)] = {
            "description": "Refused",
            "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    found: JSON = {"operationId": operation.name, "summary": operation.summary, "responses": answers}
    parameters: list[JSON] = [
        {"name": name, "in": "path", "required": True, "description": says, "schema": {"type": "string"}}
        for name, says in PARAMETERS.items()
        if f"{{{name}}}" in path
    ]
    parameters += [
        {"name": name, "in": "query", "description": says, "schema": {"type": "string"}} for name, says in operation.query.items()
    ]
    if parameters:
        found["parameters"] = parameters
    if operation.body:
        found["requestBody"] = {"content": {"application/json": {"schema": operation.schema}}}
    return found
