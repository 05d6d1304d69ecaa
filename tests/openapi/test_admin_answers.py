"""The OpenAPI document of the admin API: what it says of the answers. Each answer in all tests is held to it, see `described`."""

from collections.abc import Iterator
from typing import Any

import pytest

from fake import Mock
from inbox_mock.faults.kinds import kinds
from openapi.described import check

JSON = dict[str, Any]
OPEN = {"about", "arguments", "options", "scenario", "timeline", "settled"}
"""Properties whose content another document describes, or none can: their objects are open."""


@pytest.fixture
def document(mock: Mock) -> JSON:
    found: JSON = mock.admin.get("/openapi.json").json
    return found


def test_every_answer_of_the_admin_api_is_a_schema_with_a_name(document: JSON) -> None:
    for operation in (operation for item in document["paths"].values() for operation in item.values()):
        for status, answer in operation["responses"].items():
            if status < "300" and status != "204":
                schemas = [media["schema"] for media in answer["content"].values()]
                assert schemas, operation["operationId"]
                assert all("$ref" in schema or schema["type"] == "string" for schema in schemas), operation["operationId"]


def test_every_object_of_an_answer_says_what_it_has_and_what_of_that_is_always_there(document: JSON) -> None:
    for name, schema in document["components"]["schemas"].items():
        for place, found in _objects(schema, (name,)):
            assert found.get("required") or "additionalProperties" in found or place[-1] == "match", place


def test_objects_are_open_only_where_no_document_can_say_what_they_hold(document: JSON) -> None:
    schemas = document["components"]["schemas"].items()
    found = {place for name, schema in schemas for place, part in _objects(schema, (name,)) if part.get("additionalProperties") is True}

    assert {place[-1] for place in found} <= OPEN | {"Reason", "body"}


def test_an_answer_with_a_property_that_is_not_described_is_told() -> None:
    with pytest.raises(AssertionError, match="get_clock answers otherwise"):
        check("GET", "/__admin/sandboxes/default/clock", 200, {"now": "2030-06-01T12:00:00Z", "mode": "real", "rate": 1.0, "more": 1})


def test_an_answer_that_lacks_a_property_is_told() -> None:
    with pytest.raises(AssertionError, match="rate"):
        check("GET", "/__admin/sandboxes/default/clock", 200, {"now": "2030-06-01T12:00:00Z", "mode": "real"})


def test_every_operation_of_the_admin_api_belongs_to_a_subject_that_is_described(document: JSON) -> None:
    described = {tag["name"] for tag in document["tags"] if tag["description"]}

    assert {tag for item in document["paths"].values() for operation in item.values() for tag in operation["tags"]} <= described


def test_the_admin_document_says_that_a_token_may_be_needed(document: JSON) -> None:
    assert document["security"] == [{}, {"token": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


NULLABLE = [(kind, name) for kind, fault in kinds().items() for name, schema in fault.options.items() if "null" in str(schema["type"])]


@pytest.mark.parametrize(("kind", "option"), NULLABLE)
def test_an_option_of_a_fault_that_may_be_null_by_the_document_may_be_null(mock: Mock, kind: str, option: str) -> None:
    assert mock.sandbox().admin.post("/faults", {"kind": kind, option: None}).status == 201


def test_lists_in_bodies_say_what_they_hold(document: JSON) -> None:
    assert [place for place, found in _every(document, ()) if "array" in _types(found) and "items" not in found] == []


def _types(schema: JSON) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else types


def _objects(schema: JSON, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], JSON]]:
    return ((at, found) for at, found in _every(schema, place) if "object" in _types(found))


def _every(part: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], JSON]]:
    """Yield every object of a document that may be a schema, with the names on the way to it."""
    if isinstance(part, dict):
        if isinstance(part.get("type", ""), str | list):
            yield place, part
        for name, one in part.items():
            yield from _every(one, place if name in {"properties", "items", "anyOf"} else (*place, name))
    elif isinstance(part, list):
        for one in part:
            yield from _every(one, place)
