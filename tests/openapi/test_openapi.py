"""The OpenAPI documents: every route is in one, every answer keeps to it, everything says how sure it is."""

import re
from typing import Any

import pytest
from flask import Flask
from jsonschema_rs import validator_for

from builders import a_booking, a_scenario
from fake import Mock
from inbox_mock.api.openapi import document
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.resources import RESOURCES

UNDESCRIBED = {"/", "/openapi.json", "/__admin/openapi.json", "/livez", "/readyz", "/metrics"}
FOR_PEOPLE = ("/dashboard/", "/docs")
LEVELS = {"documented", "recorded", "assumed"}


@pytest.fixture
def api_document(mock: Mock) -> dict[str, Any]:
    found: dict[str, Any] = mock.caller(base="").get("/openapi.json").json
    return found


@pytest.fixture
def admin_document(mock: Mock) -> dict[str, Any]:
    found: dict[str, Any] = mock.admin.get("/openapi.json").json
    return found


def test_every_route_is_in_one_of_the_documents(app: Flask, api_document: dict[str, Any], admin_document: dict[str, Any]) -> None:
    described = {
        (method.upper(), path) for found in (api_document, admin_document) for path, item in found["paths"].items() for method in item
    }

    served = {
        (method, re.sub(r"<(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"} and rule.rule not in UNDESCRIBED and not rule.rule.startswith(FOR_PEOPLE)
    }

    assert served == described


def test_every_operation_and_field_says_how_sure_it_is(api_document: dict[str, Any]) -> None:
    for path, item in api_document["paths"].items():
        for method, operation in item.items():
            assert operation["x-fidelity"] in LEVELS, (method, path)
            assert operation["x-source"], (method, path)
            if path.startswith("/api/v3"):
                refusals = [answer for status, answer in operation["responses"].items() if status >= "400"]
                queries = [parameter for parameter in operation["parameters"] if parameter["in"] == "query"]
                assert {described["x-fidelity"] for described in (*refusals, *queries)} <= LEVELS, (method, path)
    for resource in RESOURCES.values():
        for fidelity in [declared.fidelity for declared in resource.attributes] + [link.fidelity for link in resource.links]:
            assert fidelity.level in LEVELS
            assert fidelity.source


def test_every_operation_of_a_sandbox_says_what_a_full_one_answers(api_document: dict[str, Any], admin_document: dict[str, Any]) -> None:
    paths: dict[str, Any] = api_document["paths"] | admin_document["paths"]
    of_sandboxes = {path: methods for path, methods in paths.items() if path.startswith("/api/v3/") or "/sandboxes/{id}" in path}

    assert of_sandboxes
    for path, methods in of_sandboxes.items():
        for method, said in methods.items():
            assert "507" in said["responses"], (method, path)


def test_operation_ids_are_unique(api_document: dict[str, Any], admin_document: dict[str, Any]) -> None:
    for found in (api_document, admin_document):
        names = [operation["operationId"] for item in found["paths"].values() for operation in item.values()]
        assert len(names) == len(set(names))


def test_links_lead_to_operations_that_exist(api_document: dict[str, Any]) -> None:
    operations = [operation for item in api_document["paths"].values() for operation in item.values()]
    names = {operation["operationId"] for operation in operations}
    links = [link for operation in operations for answer in operation["responses"].values() for link in answer.get("links", {}).values()]

    assert links
    assert {link["operationId"] for link in links} <= names


def test_every_body_in_json_has_an_example_that_its_own_schema_accepts(api_document: dict[str, Any]) -> None:
    for path, item in api_document["paths"].items():
        for method, operation in item.items():
            for kind, media in operation.get("requestBody", {}).get("content", {}).items():
                if kind.endswith("json"):
                    assert media["examples"], (method, path)
                    schema = media["schema"] | {"components": api_document["components"]}
                    wrong = [one for one in media["examples"].values() if not validator_for(schema).is_valid(one["value"])]
                    assert wrong == [], (method, path)


def test_the_example_of_a_message_names_its_channel_without_which_no_guest_reads_it(api_document: dict[str, Any]) -> None:
    body = api_document["paths"]["/api/v3/inbox/messages"]["post"]["requestBody"]
    (media, *_) = body["content"].values()

    assert media["examples"]["usual"]["value"]["messages"][0]["channel"] == "airbnb"


@pytest.mark.parametrize("operation", [operation for operation in OPERATIONS if operation.name.startswith("list_")], ids=lambda o: o.name)
def test_lists_keep_to_their_schema(mock: Mock, operation: Any) -> None:
    sandbox = mock.sandbox(
        a_scenario(
            bookings=[a_booking()],
            messages=[{"booking": 80, "from": "guest", "content": "What time can we arrive?", "at": "-1h"}],
            attachments=[{"file": "house-rules.pdf"}],
            inquiries=[{"firstname": "A", "lastname": "B", "email": "a@example.com", "rental": 16, "start_at": "+60d", "end_at": "+61d"}],
        )
    )

    answer = sandbox.api.get(operation.rule)

    described = document(OPERATIONS, mock.root)
    success = described["paths"]["/api/v3" + operation.rule]["get"]["responses"]["200"]
    (media,) = success["content"].values()
    assert answer.records
    validator_for(media["schema"] | {"components": described["components"]}).validate(answer.json)
    assert set(success["headers"]) <= set(answer.headers)
