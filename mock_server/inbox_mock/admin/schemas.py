"""What the JSON Schemas of the admin API's answers are made of.

A schema with a title is one of the document's ``components``, and stands there once.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from inbox_mock.api.openapi_schemas import read_schema, title
from inbox_mock.resources import RESOURCES

JSON = dict[str, Any]
TEXT: JSON = {"type": "string"}
OR_NULL: JSON = {"type": ["string", "null"]}
TIMESTAMP: JSON = {"type": "string", "format": "date-time"}
TIMESTAMP_OR_NULL: JSON = {"type": ["string", "null"], "format": "date-time"}
NUMBER: JSON = {"type": "integer"}
NUMBER_OR_NULL: JSON = {"type": ["integer", "null"]}
FLAG: JSON = {"type": "boolean"}
ANY_OBJECT: JSON = {"type": "object", "additionalProperties": True}
HEADERS: JSON = {"type": "object", "additionalProperties": TEXT}


def record(properties: Mapping[str, JSON], title: str = "", *, optional: Sequence[str] = ()) -> JSON:
    """Return the schema of an object that has all of these properties, except ``optional`` ones."""
    found: JSON = {"type": "object", "required": [name for name in properties if name not in optional], "properties": dict(properties)}
    return {"title": title, **found} if title else found


def list_of(items: JSON) -> JSON:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


def or_null(schema: JSON) -> JSON:
    """Return the schema of what a schema describes, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def of_the_api(plural: str) -> JSON:
    """Return the schema of a record as the API shows it to a token with every scope."""
    resource = RESOURCES[plural]
    properties: dict[str, JSON] = read_schema(resource)["properties"]
    links = record(properties["links"]["properties"])
    return record(properties | {"links": links}, title(resource)) | {
        "description": f"One of {plural}, as the API shows it. {resource.note}".strip()
    }


def with_components(schema: Any, components: dict[str, JSON]) -> Any:  # noqa: ANN401 - any part of a document
    """Return a schema in which those with a title are references; they are put into ``components`` by their titles."""
    if isinstance(schema, Mapping):
        found = {name: with_components(part, components) for name, part in schema.items()}
        if all(isinstance(value, str) for value in found.get("enum", [None])):
            found["type"] = "string"  # tools want it; a body would be refused twice for one mistake
        if not isinstance(schema.get("title"), str):
            return found
        components[found["title"]] = found
        return {"$ref": f"#/components/schemas/{found['title']}"}
    return [with_components(part, components) for part in schema] if isinstance(schema, list | tuple) else schema
