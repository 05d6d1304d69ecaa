"""The OpenAPI document of the imitated surface, derived from the declarations of operations and resources."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from inbox_mock import __version__
from inbox_mock.api import openapi_answers, openapi_bodies
from inbox_mock.api.openapi_examples import IDS, of_query, record_id
from inbox_mock.api.openapi_oauth import PATHS as OAUTH_PATHS
from inbox_mock.api.openapi_oauth import SCHEMAS as OAUTH_SCHEMAS
from inbox_mock.api.openapi_oauth import SECURITY
from inbox_mock.api.openapi_oauth import TAG as OAUTH_TAG
from inbox_mock.api.openapi_schemas import ID, JSON, LICENCE, errors, faithful, including_schema, read_schema, title
from inbox_mock.api.operation import QUERY, Operation
from inbox_mock.resources import RESOURCES


def document(operations: Iterable[Operation], origin: str) -> JSON:
    """Return the document, with ``origin`` as its server."""
    return {**_described(tuple(operations)), "servers": [{"url": origin}]}


@cache
def _described(operations: tuple[Operation, ...]) -> JSON:
    from apispec import APISpec
    from apispec.ext.marshmallow import MarshmallowPlugin

    spec = APISpec(
        title="BookingSync (Smily) Inbox API, as the Inbox Mock imitates it",
        version=__version__,
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin()],
        info={
            "description": "x-fidelity tells how sure each behaviour is: documented, recorded or assumed; x-source tells where.",
            **LICENCE,
        },
    )
    for tag in (*({"name": one.plural, "description": f"The page {one.page} documents them."} for one in RESOURCES.values()), OAUTH_TAG):
        spec.tag(tag)
    for name, schema in {"Errors": errors(), **OAUTH_SCHEMAS}.items():
        spec.components.schema(name, schema)
    spec.components.security_scheme("token", SECURITY)
    for resource in RESOURCES.values():
        spec.components.schema(title(resource), read_schema(resource))
        if resource.links:
            spec.components.schema(f"{title(resource)}WithIncluded", including_schema(resource))
    for operation in operations:
        methods = ["put", "patch"] if operation.method == "PUT" else [operation.method.lower()]
        described = {method: _operation(spec, operation, operations, alias=method == "patch") for method in methods}
        spec.path(path=_path(operation), operations=described)
    for path, item in OAUTH_PATHS.items():
        spec.path(path=path, operations=item)
    found: JSON = spec.to_dict()
    return found


def _path(operation: Operation) -> str:
    return "/api/v3" + operation.rule.replace("<", "{").replace(">", "}")


def _operation(spec: Any, operation: Operation, operations: tuple[Operation, ...], *, alias: bool) -> JSON:  # noqa: ANN401 - apispec's own
    found: JSON = {
        "operationId": f"patch_{operation.name}" if alias else operation.name,
        "summary": operation.summary,
        "description": f"Scope: {' or '.join(operation.scopes)}." + (" An alias of PUT." if alias else ""),
        "tags": [operation.resource.plural],
        "x-scopes": list(operation.scopes),
        "security": [{"token": []}],
        "parameters": _parameters(operation),
        "responses": openapi_answers.responses(spec.components, operation, operations),
        **faithful(operation.fidelity),
    }
    if operation.body is not None:
        found["requestBody"] = openapi_bodies.request_body(spec.components, operation)
    return found


def _parameters(operation: Operation) -> list[JSON]:
    """Return the parameters; those for which the server accepts any text are plain strings."""
    found: list[JSON] = []
    if "<ids>" in operation.rule:
        several = operation.method == "GET"
        one = "[1-9][0-9]{0,18}"
        found.append(
            {
                "name": "ids",
                "in": "path",
                "required": True,
                "description": "An id, or several joined by commas." if several else "The record's id.",
                "schema": {"type": "string", "pattern": f"^{one}(,{one})*$" if several else f"^{one}$"},
                "example": str(record_id(operation)),
            }
        )
    if "<rental_id>" in operation.rule:
        found.append({"name": "rental_id", "in": "path", "required": True, "schema": {**ID, "minimum": 1}, "example": IDS["rentals"]})
    for name in operation.query:
        known, text = QUERY[name], {"type": "string"}
        described = {"name": name, "in": "query", "description": known.says, "schema": text, "example": of_query(operation, name)}
        found.append(described | faithful(known.fidelity))
    return found
