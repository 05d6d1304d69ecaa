"""The schemas of the OpenAPI document: records as they are read, and errors, each part with its fidelity."""

from typing import Any

from inbox_mock.domain.fidelity import Fidelity, recorded
from inbox_mock.resources.declaration import Attribute, Link, Resource

JSON = dict[str, Any]
INTEGER: JSON = {"type": "integer"}
EXAMPLE_TIME = "2030-06-01T12:00:00Z"
EXAMPLES: dict[str, object] = {
    "Time": EXAMPLE_TIME,
    "WholeNumber": 2,
    "DecimalText": "2700.0",
    "Flag": True,
    "RecordId": 1,
    "PlainText": "Some text",
    "Email": "somebody@example.com",
    "WebAddress": "https://example.com/arrival.png",
}


def title(resource: Resource) -> str:
    """Return the name of a resource's schema."""
    return resource.name.title().replace("_", "")


def faithful(fidelity: Fidelity) -> JSON:
    """Return how sure a part of the document is, and where that is known from."""
    return {"x-fidelity": fidelity.level, "x-source": fidelity.source}


def errors() -> JSON:
    """Return the schema of a refusal's body."""
    error = {
        "type": "object",
        "required": ["code"],
        "properties": {"code": {"type": "string"}, "field": {"type": "string"}, "title": {"type": "string"}},
        "example": {"code": "validation_failed", "field": "content", "title": "can't be blank"},
    }
    errors = {"type": "array", "minItems": 1, "items": error, **faithful(recorded("401 and 422 of 2016 and 2017"))}
    return {"type": "object", "required": ["errors"], "properties": {"errors": errors}}


def read_schema(resource: Resource) -> JSON:
    """Return the schema of a record; ``fields`` leaves out all but id and links, ``include`` adds records."""
    properties: JSON = {}
    if resource.links:
        shown = {link.name: _link_schema(link) for link in resource.links}
        properties["links"] = {"type": "object", "properties": shown, **faithful(recorded("every recording"))}
    if resource.has_id:
        properties["id"] = {**INTEGER, "minimum": 1, "x-fidelity": "recorded", "x-source": "every recording"}
    properties |= {a.name: _attribute_schema(a) for a in resource.attributes if a.read}
    required = [name for name in ("links", "id") if name in properties]
    return {"type": "object", "description": resource.note, "properties": properties, "required": required}


def _attribute_schema(attribute: Attribute) -> JSON:
    found: JSON = {**attribute.schema, **faithful(attribute.fidelity)}
    if attribute.note:
        found["description"] = attribute.note
    if (value := example(attribute)) is not None:
        found["examples"] = [value]
    return found


def _link_schema(link: Link) -> JSON:
    pair = {"type": "object", "required": ["id", "type"], "properties": {"id": INTEGER, "type": {"type": "string"}}}
    one: JSON = dict(pair) if link.name in {"member", "created_by"} else dict(INTEGER)
    if link.null:
        one["type"] = [one["type"], "null"]
    found: JSON = {"type": "array", "items": INTEGER} if link.many else one
    return {**found, **faithful(link.fidelity)}


def example(attribute: Attribute) -> object:
    """Return an example of an attribute's value, None if there is none."""
    if attribute.example is not None:
        return attribute.example
    if "enum" in attribute.kind.schema:
        return attribute.kind.schema["enum"][0]
    return EXAMPLES.get(attribute.kind.field)
