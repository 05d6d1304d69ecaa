"""What the JSON Schemas of the admin API's answers are made of.

A schema with a title is one of the document's ``components``, and stands there once.
"""

from collections.abc import Mapping
from typing import Any

from inbox_mock.api.openapi_schemas import read_schema, record, title
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
        if "enum" in found:  # tools want its type; where bodies are checked, it would refuse one mistake twice
            found["type"] = ["string", "null"] if None in found["enum"] else "string"
        if not isinstance(schema.get("title"), str):
            return found
        components[found["title"]] = found
        return {"$ref": f"#/components/schemas/{found['title']}"}
    return [with_components(part, components) for part in schema] if isinstance(schema, list | tuple) else schema
