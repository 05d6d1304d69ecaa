"""The OpenAPI document of the imitated surface, derived from the declarations of operations and resources."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from inbox_mock import __version__
from inbox_mock.api.openapi_oauth import PATHS as OAUTH_PATHS
from inbox_mock.api.openapi_oauth import SECURITY
from inbox_mock.api.openapi_schemas import INTEGER, JSON, errors, example, faithful, read_schema, title
from inbox_mock.api.operation import QUERY, Operation
from inbox_mock.api.rendering import JSON_API
from inbox_mock.domain.fidelity import Fidelity, assumed, recorded
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.bookings import CANCELLATION
from inbox_mock.resources.declaration import Resource
from inbox_mock.resources.validation import schema

BODY_LIMIT = "The body is larger than this server reads."
REFUSALS: dict[int, tuple[str, Fidelity]] = {
    400: ("The body is no JSON, or is not one record under the resource's key.", assumed("never recorded or documented")),
    401: (
        "There is no token, or it is invalid, expired or revoked: `WWW-Authenticate` tells which.",
        recorded("2016 and 2017; the wording for revoked tokens is Doorkeeper's"),
    ),
    403: ("The token lacks the scope.", assumed("the status is documented, the body was never recorded")),
    404: ("There is no such record on the token's account.", assumed("clients map the status; the body was never recorded")),
    413: (BODY_LIMIT, assumed("a limit of this server")),
    414: ("The Link header of the answer would be longer than clients can read.", assumed("a limit of this server")),
    422: ("Constraints are broken; one error for each.", recorded("clients, rentals and bathrooms, 2016")),
    429: (
        "The application used up its hour. Enforced when the sandbox was told to.",
        assumed("status and message are documented, the shape of the body is not"),
    ),
    507: ("The sandbox is full, until it is reset.", assumed("a limit of this server")),
}
HEADERS: dict[str, str] = {
    "Link": "Addresses of first, prev, next and last page, as far as each applies.",
    "X-Total-Pages": "How many pages there are.",
    "X-Total-Count": "How many records there are.",
    "X-Per-Page": "How many records a page holds.",
    "X-RateLimit-Limit": "Requests an hour.",
    "X-RateLimit-Remaining": "Requests left in this hour.",
    "X-RateLimit-Reset": "When the next hour begins, in Unix seconds of the sandbox's clock.",
    "x-updated-since-request-synced-at": "What to send as `updated_since` next time.",
    "ETag": "The answer's weak ETag.",
    "Location": "Where the new record is found.",
    "P3P": "A compact privacy policy. Recorded until 2018, with every answer; recordings of 2019 and later lack it.",
}
LICENCE = {"license": {"name": "MIT", "identifier": "MIT"}}
"""What both documents say of the program."""
PAGING = ("Link", "X-Total-Pages", "X-Total-Count", "X-Per-Page")
ALWAYS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "x-updated-since-request-synced-at", "ETag", "P3P")


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
    spec.components.schema("Errors", errors())
    spec.components.security_scheme("token", SECURITY)
    for resource in RESOURCES.values():
        spec.components.schema(title(resource), read_schema(resource))
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
        "security": [{"token": [scope]} for scope in operation.scopes],
        "parameters": _parameters(operation),
        "responses": _responses(operation, operations),
        **faithful(operation.fidelity),
    }
    body = _request_body(spec, operation)
    if body is not None:
        found["requestBody"] = body
    return found


def _parameters(operation: Operation) -> list[JSON]:
    """Return the parameters; those for which the server accepts any text are plain strings."""
    found: list[JSON] = []
    if "<ids>" in operation.rule:
        several = operation.method == "GET"
        found.append(
            {
                "name": "ids",
                "in": "path",
                "required": True,
                "description": "An id, or several joined by commas." if several else "The record's id.",
                "schema": {"type": "string", "pattern": r"^[1-9][0-9]{0,8}(,[1-9][0-9]{0,8}){0,9}$" if several else r"^[1-9][0-9]{0,8}$"},
                "examples": {"one": {"value": "1"}},
            }
        )
    if "<rental_id>" in operation.rule:
        rental = {"type": "integer", "minimum": 1, "maximum": 10**9}
        found.append({"name": "rental_id", "in": "path", "required": True, "schema": rental, "examples": {"one": {"value": 16}}})
    for name in operation.query:
        schema_of_any = {"type": "string"}
        known = QUERY[name]
        found.append({"name": name, "in": "query", "description": known.says, "schema": schema_of_any, **faithful(known.fidelity)})
    return found


def _request_body(spec: Any, operation: Operation) -> JSON | None:  # noqa: ANN401 - apispec's own
    plural, body = operation.resource.plural, operation.body
    if body is None:
        return None
    if body == "optional":
        record: JSON = {"type": "object", "properties": {name: {"type": ["string", "number"]} for name in CANCELLATION}}
        example: JSON = {plural: [{"cancelation_reason": "payment_failed"}]}
    elif body in {"create", "update"}:
        checked = schema(operation.resource, creating=body == "create")
        name = f"{title(operation.resource)}{body.title()}"
        if name not in spec.components.schemas:
            spec.components.schema(name, schema=checked)
            _mend(spec.components.schemas[name], operation.resource)
            if body == "create" and operation.resource.needs:
                spec.components.schemas[name]["anyOf"] = [{"required": list(group)} for group in operation.resource.needs]
        record = {"$ref": f"#/components/schemas/{name}"}
        example = {plural: [_written_example(operation.resource, creating=body == "create")]}
    else:
        plural = body
        record = {"type": "object", "required": ["id"], "properties": {"id": {**INTEGER, "minimum": 1}}}
        example = {plural: [{"id": 1}]}
    envelope: JSON = {
        "type": "object",
        "required": [plural],
        "properties": {plural: {"type": "array", "minItems": 1, "maxItems": 1, "items": record}},
    }
    media = {"schema": envelope, "examples": {"usual": {"value": example}}}
    return {"required": body != "optional", "content": {JSON_API: media, "application/json": media}}


def _mend(described: JSON, resource: Resource) -> None:
    """Add null to nullable enumerations, and each attribute's fidelity; apispec omits both."""
    attributes = {a.name: a for a in resource.attributes}
    for name, found in described.get("properties", {}).items():
        if "null" in found.get("type", []) and "enum" in found and None not in found["enum"]:
            found["enum"] = [*found["enum"], None]
        found.update(faithful(attributes[name].fidelity))
        if attributes[name].note:
            found["description"] = attributes[name].note


def _written_example(resource: Resource, *, creating: bool) -> JSON:
    fields = schema(resource, creating=creating).fields
    wanted = [a for a in resource.attributes if a.name in fields and (a.required or a.example is not None)]
    found = {a.name: example(a) for a in wanted}
    if resource.plural == "bookings":
        found["booked"] = True
    return found


def _responses(operation: Operation, operations: tuple[Operation, ...]) -> JSON:
    found: JSON = {str(operation.status): _success(operation, operations)}
    if operation.method == "GET":
        found["304"] = {"description": "Nothing changed since the ETag in If-None-Match."}
    also = {413} if operation.body else {414}
    for status in sorted({401, 403, 429, 507, *also, *operation.refusals}):
        media = "application/json" if status == 401 else JSON_API
        content = {media: {"schema": {"$ref": "#/components/schemas/Errors"}}}
        says, fidelity = REFUSALS[status]
        found[str(status)] = {"description": says, "content": content, **faithful(fidelity)}
    constraints = operation.resource.constraints if operation.body in {"create", "update"} else ()
    if constraints:
        found["422"]["x-refusals"] = [{"field": c.field, "title": c.title, "when": c.when, **faithful(c.fidelity)} for c in constraints]
    return found


def _success(operation: Operation, operations: tuple[Operation, ...]) -> JSON:
    if operation.status == 204:
        return {"description": "Done."}
    headers = [*(PAGING if operation.method == "GET" and operation.name != "get_auth" else ()), *ALWAYS]
    headers += ["Location"] if operation.status == 201 else []
    found: JSON = {
        "description": operation.summary,
        "headers": {name: {"description": HEADERS[name], "schema": {"type": "string"}} for name in headers},
        "content": {JSON_API: {"schema": _envelope(operation)}},
    }
    links = _links(operation, operations)
    return found | ({"links": links} if links else {})


def _envelope(operation: Operation) -> JSON:
    resource = operation.resource
    if operation.name == "get_auth":
        meta = {"type": "object", "required": ["Link", "X-Total-Pages", "X-Total-Count", "X-Per-Page"]}
        auth = {
            "type": "object",
            "required": ["account_id", "scopes"],
            "properties": {"scopes": {"type": "array", "items": {"type": "string"}}},
        }
        return {"type": "object", "required": ["auth", "meta"], "properties": {"auth": auth, "meta": meta}}
    records: JSON = {"type": "array", "items": {"$ref": f"#/components/schemas/{title(resource)}"}}
    properties: JSON = {resource.plural: records, "meta": _meta(operation)}
    if resource.links:
        properties["links"] = {"type": "object", "additionalProperties": {"type": "string"}}
    return {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}


def _meta(operation: Operation) -> JSON:
    if operation.method != "GET":
        return {"type": "object", "maxProperties": 0}
    figure = {"type": "string", "pattern": "^[0-9]+$"}
    properties: Mapping[str, JSON] = {
        "Link": {"type": "object", "required": ["first", "last"], "additionalProperties": {"type": "string"}},
        "X-Total-Pages": figure,
        "X-Total-Count": figure,
        "X-Per-Page": figure,
    }
    deleted = {"deleted_ids": {"type": "array", "items": INTEGER}}
    return {"type": "object", "required": list(properties), "properties": {**properties, **deleted}}


def _links(operation: Operation, operations: tuple[Operation, ...]) -> JSON:
    """Return links from a record's id to the operations on that record, and to those that take it as a reference."""
    if operation.name.startswith("list_") or operation.method not in {"POST", "GET"} or not operation.resource.has_id:
        return {}
    plural = operation.resource.plural
    record_id = f"$response.body#/{plural}/0/id"
    found: JSON = {}
    for other in operations:
        if other.resource is operation.resource and other.rule == f"/{operation.resource.path}/<ids>" and other.name != operation.name:
            found[other.name] = {"operationId": other.name, "parameters": {"ids": record_id}}
    if operation.method == "POST" and plural == "conversations":
        member = {"conversation_id": record_id, "member_id": 1, "member_type": "Host"}
        found["create_participant"] = {"operationId": "create_participant", "requestBody": {"participants": [member]}}
    if plural == "rentals":
        found["create_booking"] = {"operationId": "create_booking", "parameters": {"rental_id": record_id}}
        found["create_inquiry"] = {"operationId": "create_inquiry", "parameters": {"rental_id": record_id}}
    return found
