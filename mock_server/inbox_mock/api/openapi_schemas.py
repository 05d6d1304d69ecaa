"""The schemas of the OpenAPI document: records as they are read, and errors, each part with its fidelity."""

from collections.abc import Mapping, Sequence
from typing import Any

from inbox_mock.domain.fidelity import Fidelity, recorded
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.declaration import Attribute, Link, Resource

JSON = dict[str, Any]
INTEGER: JSON = {"type": "integer"}
ID: JSON = {"type": "integer", "format": "int64"}
EXAMPLES: dict[str, object] = {
    "Time": "2030-06-01T12:00:00Z",
    "WholeNumber": 2,
    "DecimalText": "2700.0",
    "Flag": True,
    "RecordId": 1,
    "Email": "somebody@example.com",
    "WebAddress": "https://example.com/arrival.png",
}
LICENCE: JSON = {"license": {"name": "MIT", "identifier": "MIT"}}
"""What both documents say of the program."""


def record(properties: Mapping[str, JSON], title: str = "", *, optional: Sequence[str] = ()) -> JSON:
    """Return the schema of an object that has all of these properties, except ``optional`` ones."""
    required = [name for name in properties if name not in optional]
    found: JSON = {"type": "object", **({"required": required} if required else {}), "properties": dict(properties)}
    return {"title": title, **found} if title else found


def list_of(items: JSON) -> JSON:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


def or_null(*schemas: JSON) -> JSON:
    """Return the schema of what any of these schemas describes, or null."""
    return {"anyOf": [*schemas, {"type": "null"}]}


def reference(name: str) -> JSON:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def title(resource: Resource) -> str:
    """Return the name of a resource's schema."""
    return resource.name.title().replace("_", "")


def faithful(fidelity: Fidelity) -> JSON:
    """Return how sure a part of the document is, and where that is known from."""
    return {"x-fidelity": fidelity.level, "x-source": fidelity.source}


def errors() -> JSON:
    """Return the schema of a refusal's body."""
    text = {"type": "string"}
    error = record({"code": text, "field": text, "title": text}, optional=("field", "title"))
    return record({"errors": {**list_of(error), "minItems": 1, **faithful(recorded("401 and 422 of 2016 and 2017"))}})


def read_schema(resource: Resource) -> JSON:
    """Return the schema of a record; ``fields`` leaves out all but id and links."""
    properties: JSON = {}
    if resource.links:
        shown = {link.name: _link_schema(link) for link in resource.links}
        properties["links"] = {**record(shown, optional=tuple(shown)), **faithful(recorded("every recording"))}
    if resource.has_id:
        properties["id"] = {**ID, "minimum": 1, **faithful(recorded("every recording"))}
    attributes = {a.name: _attribute_schema(a) for a in resource.attributes if a.read}
    return record(properties | attributes, optional=tuple(attributes)) | {"description": resource.note or f"One of {resource.plural}."}


def including_schema(resource: Resource) -> JSON:
    """Return the schema of a record with the records that ``include`` embeds, each as it is without any."""
    embedded = {link.name: _embedded(link) for link in resource.links if link.target in RESOURCES or link.name == "member"}
    return {"allOf": [reference(title(resource)), record(embedded, optional=tuple(embedded))]}


def _embedded(link: Link) -> JSON:
    if link.name == "member":
        return or_null(reference("Client"), reference("Host"))
    found = reference(title(RESOURCES[link.target]))
    return list_of(found) if link.many else or_null(found)


def _attribute_schema(attribute: Attribute) -> JSON:
    found: JSON = {**attribute.schema, **faithful(attribute.fidelity)}
    if attribute.note:
        found["description"] = attribute.note
    if (value := example(attribute)) is not None:
        found["examples"] = [value]
    return found


def _link_schema(link: Link) -> JSON:
    one: JSON = record({"id": ID, "type": {"type": "string"}}) if link.name in {"member", "created_by"} else dict(ID)
    if link.null:
        one["type"] = [one["type"], "null"]
    return {**(list_of(ID) if link.many else one), **faithful(link.fidelity)}


def example(attribute: Attribute) -> object:
    """Return an example of an attribute's value, None if there is none."""
    if attribute.example is not None:
        return attribute.example
    if "enum" in attribute.kind.schema:
        return attribute.kind.schema["enum"][0]
    return EXAMPLES.get(attribute.kind.field)
