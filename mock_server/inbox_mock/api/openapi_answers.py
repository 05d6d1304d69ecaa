"""The answers in the OpenAPI document: what succeeds and what is refused, their headers, and links to what can be done next."""

from typing import Any

import orjson

from inbox_mock.api.openapi_schemas import ID, JSON, faithful, list_of, record, reference, title
from inbox_mock.api.operation import Operation
from inbox_mock.api.rendering import JSON as PLAIN_JSON
from inbox_mock.api.rendering import JSON_API, problems_body
from inbox_mock.domain import errors
from inbox_mock.domain.fidelity import Fidelity, assumed, recorded

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
REFUSED = (
    errors.BadRequest("the body is no JSON object"),
    errors.Unauthorized(),
    errors.Forbidden(),
    errors.NotFound(),
    errors.PayloadTooLarge(),
    errors.UriTooLong(),
    errors.Invalid(errors.invalid("content", "can't be blank")),
    errors.RateLimited(),
    errors.SandboxFull(),
)
BODIES = {one.status: orjson.loads(problems_body(one.problems)) for one in REFUSED}
"""An example of a refusal with each status."""
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
    "WWW-Authenticate": "What is wrong with the token.",
    "P3P": "A compact privacy policy. Recorded until 2018, with every answer; recordings of 2019 and later lack it.",
}
TEXT: JSON = {"type": "string"}
FIGURE: JSON = {"type": "string", "pattern": "^[0-9]+$"}
NO_FIGURE: JSON = {"type": ["string", "null"]}
PAGES: JSON = {
    "Link": record({name: {**TEXT, "format": "uri"} for name in ("first", "prev", "next", "last")}, optional=("prev", "next", "last")),
    **dict.fromkeys(("X-Total-Pages", "X-Total-Count", "X-Per-Page"), FIGURE),
}
META = record({**PAGES, "deleted_ids": list_of(ID)}, optional=("deleted_ids",))
NO_META: JSON = {"type": "object", "maxProperties": 0}
PAGING = ("Link", "X-Total-Pages", "X-Total-Count", "X-Per-Page")
ALWAYS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "x-updated-since-request-synced-at", "ETag", "P3P")


def responses(components: Any, operation: Operation, operations: tuple[Operation, ...]) -> JSON:  # noqa: ANN401 - apispec's own
    """Return the answers of an operation by status; their schemas are put into the components."""
    found: JSON = {str(operation.status): _success(components, operation, operations)}
    if operation.method == "GET":
        found["304"] = {"description": "Nothing changed since the ETag in If-None-Match."}
    also = {413} if operation.body else {414}
    for status in sorted({401, 403, 429, 507, *also, *operation.refusals}):
        found[str(status)] = _refused(status)
    constraints = operation.resource.constraints if operation.body in {"create", "update"} else ()
    if constraints:
        found["422"]["x-refusals"] = [{"field": c.field, "title": c.title, "when": c.when, **faithful(c.fidelity)} for c in constraints]
    return found


def _refused(status: int) -> JSON:
    says, fidelity = REFUSALS[status]
    kind = PLAIN_JSON if status == 401 else JSON_API
    content = {_essence(kind): {"schema": reference("Errors"), "example": BODIES[status]}}
    found = {"description": says, "content": content, **faithful(fidelity)}
    return found | ({"headers": _headers(["WWW-Authenticate"])} if status == 401 else {})


def _essence(content_type: str) -> str:
    """Return a content type without parameters, by which tools find it."""
    return content_type.partition(";")[0]


def _headers(names: list[str]) -> JSON:
    return {name: {"description": HEADERS[name], "schema": {"type": "string"}} for name in names}


def _success(components: Any, operation: Operation, operations: tuple[Operation, ...]) -> JSON:  # noqa: ANN401 - apispec's own
    if operation.status == 204:
        return {"description": "Done."}
    headers = [*(PAGING if operation.method == "GET" and operation.name != "get_auth" else ()), *ALWAYS]
    headers += ["Location"] if operation.status == 201 else []
    name, envelope = _envelope(operation)
    if name not in components.schemas:
        components.schema(name, envelope)
    content = {_essence(JSON_API): {"schema": reference(name)}}
    links = _links(operation, operations)
    return {"description": operation.summary, "headers": _headers(headers), "content": content} | ({"links": links} if links else {})


def _envelope(operation: Operation) -> tuple[str, JSON]:
    """Return the name and the schema of a successful answer's body."""
    resource = operation.resource
    if operation.name == "get_auth":
        auth = record({"account_id": {**ID, "type": ["integer", "null"]}, "scopes": list_of(TEXT)})
        return "AuthAnswer", record({"auth": auth, "meta": record(PAGES | dict.fromkeys(("X-Total-Pages", "X-Total-Count"), NO_FIGURE))})
    reads = operation.method == "GET"
    shown = f"{title(resource)}WithIncluded" if resource.links else title(resource)
    properties: JSON = {"links": {"type": "object", "additionalProperties": TEXT}} if resource.links else {}
    properties |= {resource.plural: list_of(reference(shown)), "meta": META if reads else NO_META}
    return f"{title(resource)}{'Page' if reads else 'Answer'}", record(properties) | {"additionalProperties": False}


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
    if plural == "rentals":
        found["create_booking"] = {"operationId": "create_booking", "parameters": {"rental_id": record_id}}
        found["create_inquiry"] = {"operationId": "create_inquiry", "parameters": {"rental_id": record_id}}
    return found
