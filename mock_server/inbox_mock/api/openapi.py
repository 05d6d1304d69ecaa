"""The OpenAPI document of the imitated surface, derived from the declarations of operations and resources."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from inbox_mock import __version__
from inbox_mock.api import openapi_answers
from inbox_mock.api.openapi_examples import IDS, RECORDS, of_query, record_id
from inbox_mock.api.openapi_oauth import PATHS as OAUTH_PATHS
from inbox_mock.api.openapi_oauth import SCHEMAS as OAUTH_SCHEMAS
from inbox_mock.api.openapi_oauth import SECURITY
from inbox_mock.api.openapi_oauth import TAG as OAUTH_TAG
from inbox_mock.api.openapi_schemas import (
    ID,
    JSON,
    LICENCE,
    errors,
    faithful,
    including_schema,
    list_of,
    read_schema,
    record,
    reference,
    title,
)
from inbox_mock.api.operation import QUERY, Operation
from inbox_mock.api.rendering import JSON_API
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.bookings import CANCELLATION
from inbox_mock.resources.declaration import Resource
from inbox_mock.resources.validation import schema


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
    for name, declared in {"Errors": errors(), **OAUTH_SCHEMAS}.items():
        spec.components.schema(name, declared)
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
        found["requestBody"] = request_body(spec.components, operation)
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


def request_body(components: Any, operation: Operation) -> JSON:  # noqa: ANN401 - apispec's own
    """Return the body of an operation's requests.

    The content type is the one that is documented; the fake reads JSON whatever its content type says.
    """
    plural, name = operation.resource.plural, title(operation.resource)
    if operation.body == "optional":
        name = f"{name}Cancellation"
        _declare(components, name, record({key: {"type": ["string", "number"]} for key in CANCELLATION}, optional=tuple(CANCELLATION)))
    elif operation.body in {"create", "update"}:
        name = f"{name}{operation.body.title()}"
        _declare_written(components, name, operation)
    else:
        plural = str(operation.body)
        name = "RecordReference"
        _declare(components, name, record({"id": {**ID, "minimum": 1}}))
    envelope = f"{name}Body" if plural == operation.resource.plural else f"{plural.title()}ReferenceBody"
    _declare(components, envelope, record({plural: {**list_of(reference(name)), "minItems": 1, "maxItems": 1}}))
    media = {"schema": reference(envelope), "examples": {"usual": {"value": {plural: [RECORDS[operation.name]]}}}}
    return {"required": operation.body != "optional", "content": {JSON_API.partition(";")[0]: media}}


def _declare(components: Any, name: str, described: JSON) -> None:  # noqa: ANN401 - apispec's own
    if name not in components.schemas:
        components.schema(name, described)


def _declare_written(components: Any, name: str, operation: Operation) -> None:  # noqa: ANN401 - apispec's own
    if name in components.schemas:
        return
    creating = operation.body == "create"
    components.schema(name, schema=schema(operation.resource, creating=creating))
    _mend(components.schemas[name], operation.resource)
    if creating and operation.resource.needs:
        components.schemas[name]["anyOf"] = [{"type": "object", "required": list(group)} for group in operation.resource.needs]


def _mend(described: JSON, resource: Resource) -> None:
    """Add null to nullable enumerations, and each attribute's fidelity; apispec omits both."""
    attributes = {a.name: a for a in resource.attributes}
    for name, found in described.get("properties", {}).items():
        if "null" in found.get("type", []) and "enum" in found and None not in found["enum"]:
            found["enum"] = [*found["enum"], None]
        found.update(faithful(attributes[name].fidelity))
        if attributes[name].note:
            found["description"] = attributes[name].note
