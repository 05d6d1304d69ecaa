"""The bodies of requests in the OpenAPI document: the envelope with one record, and an example."""

from typing import Any

from inbox_mock.api.openapi_examples import RECORDS
from inbox_mock.api.openapi_schemas import ID, JSON, faithful, list_of, record, reference, title
from inbox_mock.api.operation import Operation
from inbox_mock.api.rendering import JSON_API
from inbox_mock.resources.bookings import CANCELLATION
from inbox_mock.resources.declaration import Resource
from inbox_mock.resources.validation import schema


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
