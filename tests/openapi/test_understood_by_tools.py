"""The OpenAPI document of the API as tools of code generation, linting and checking read it: what some of them fail on is not in it."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import validator_for

from builders import a_body, a_booking, a_scenario
from fake import Mock, Sandbox
from inbox_mock.admin import routes
from inbox_mock.api.openapi import document
from inbox_mock.api.openapi_answers import BODIES
from inbox_mock.api.operation import Operation
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.domain import times

JSON = dict[str, Any]
DOCUMENT = document(OPERATIONS, "http://localhost")
SCHEMAS: JSON = DOCUMENT["components"]["schemas"]
BOTH = pytest.mark.parametrize("found", [DOCUMENT, routes.document("http://localhost")], ids=["api", "admin"])
WITH_BODY = [operation for operation in OPERATIONS if operation.body]


def described(operation: Operation) -> JSON:
    found: JSON = DOCUMENT["paths"]["/api/v3" + operation.rule.replace("<", "{").replace(">", "}")][operation.method.lower()]
    return found


def schema(name: str) -> JSON:
    """A schema with what it refers to."""
    return {**SCHEMAS[name], "components": DOCUMENT["components"]}


def accepts(name: str, attribute: str, value: object) -> bool:
    """Whether a written record may have such a value, by the document."""
    return validator_for({**SCHEMAS[name]["properties"][attribute], "components": DOCUMENT["components"]}).is_valid(value)


def everything(part: Any) -> Iterator[JSON]:
    """Every object of a document."""
    if isinstance(part, dict):
        yield part
    for one in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from everything(one)


def test_no_link_has_a_body_on_which_openapi_generator_ends() -> None:
    assert [one for one in everything(DOCUMENT) if "operationId" in one and "responses" not in one and "requestBody" in one] == []


@BOTH
def test_an_enumeration_has_values_of_one_type_and_names_it(found: JSON) -> None:
    enumerations = [one for one in everything(found) if isinstance(one.get("enum"), list)]

    assert enumerations
    for one in enumerations:
        assert len({type(value) for value in one["enum"] if value is not None}) == 1, one
        assert "type" in one, one


@BOTH
def test_every_branch_says_its_type(found: JSON) -> None:
    branches = [branch for one in everything(found) if isinstance(one.get("anyOf"), list) for branch in one["anyOf"]]

    assert branches
    assert [branch for branch in branches if branch.keys().isdisjoint({"type", "$ref", "anyOf"})] == []


@pytest.mark.parametrize("value", [True, False, "true", "FALSE", "on", "1", 0])
def test_what_counts_as_true_or_false_is_described(value: object) -> None:
    assert accepts("ConversationUpdate", "closed", value)
    assert not accepts("ConversationUpdate", "closed", "yes")


@pytest.mark.parametrize("file", ["VGhl\nIGtleQ==", "data:text/plain;charset=utf-8;base64,VGhlIGtleQ==", "VGhlIGtleQ=="])
def test_a_file_may_be_padded_broken_into_lines_and_name_its_encoding(mock: Mock, file: str) -> None:
    assert accepts("AttachmentCreate", "file", file)
    assert mock.sandbox().api.post("/inbox/attachments", a_body("attachments", name="a.txt", file=file)).status == 201


def test_no_pattern_is_put_on_files_which_are_large() -> None:
    assert "pattern" not in SCHEMAS["AttachmentCreate"]["properties"]["file"]


@BOTH
def test_each_body_is_of_one_content_type(found: JSON) -> None:
    assert {len(one["requestBody"]["content"]) for one in everything(found) if "requestBody" in one} == {1}


def test_bodies_of_the_api_are_of_the_documented_content_type() -> None:
    assert {kind for operation in WITH_BODY for kind in described(operation)["requestBody"]["content"]} == {"application/vnd.api+json"}


def test_a_token_is_requested_by_a_form() -> None:
    content = DOCUMENT["paths"]["/oauth/token"]["post"]["requestBody"]["content"]

    assert list(content) == ["application/x-www-form-urlencoded"]


@BOTH
def test_content_types_are_named_without_parameters(found: JSON) -> None:
    assert [kind for one in everything(found) if isinstance(one.get("content"), dict) for kind in one["content"] if ";" in kind] == []


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if "include" in one.query and one.resource.links], ids=lambda one: one.name
)
def test_answers_have_the_records_that_include_embeds(operation: Operation) -> None:
    answer = described(operation)["responses"][str(operation.status)]["content"]["application/vnd.api+json"]["schema"]
    records = SCHEMAS[answer["$ref"].rpartition("/")[2]]["properties"][operation.resource.plural]

    assert records["items"]["$ref"].endswith("WithIncluded")


def test_included_records_keep_to_their_schemas(mock: Mock) -> None:
    api = mock.sandbox("agency").api
    for operation in OPERATIONS:
        if operation.name.startswith("list_"):
            names = ",".join(link.name for link in operation.resource.links)
            answer = api.get(operation.rule, include=names)
            embedded = SCHEMAS.get(f"{answer_name(operation)}WithIncluded", {"allOf": [{}, {"properties": {}}]})["allOf"][1]["properties"]
            assert answer.records
            validator_for(schema(f"{answer_name(operation)}Page")).validate(answer.json)
            for name, wanted in embedded.items():
                values = [record[name] for record in answer.records if name in record]
                assert values, (operation.name, name)
                validator_for(wanted | {"components": DOCUMENT["components"]}).validate(values[0])


def answer_name(operation: Operation) -> str:
    answer: str = described(operation)["responses"]["200"]["content"]["application/vnd.api+json"]["schema"]["$ref"]
    return answer.rpartition("/")[2].removesuffix("Page")


@BOTH
def test_what_is_required_is_described(found: JSON) -> None:
    objects = [one for one in everything(found) if isinstance(one.get("required"), list) and "properties" in one]

    assert objects
    assert [one for one in objects if not set(one["required"]) <= set(one["properties"])] == []


@BOTH
def test_every_body_and_answer_in_json_has_a_name(found: JSON) -> None:
    contents = [one["content"] for one in everything(found["paths"]) if isinstance(one.get("content"), dict)]
    schemas = [media["schema"] for content in contents for kind, media in content.items() if kind.endswith("json")]

    assert schemas
    assert [one for one in schemas if "$ref" not in one and one.get("additionalProperties") is not False] == []


@BOTH
def test_every_tag_is_declared_and_every_summary_reads_well(found: JSON) -> None:
    operations = [operation for item in found["paths"].values() for operation in item.values()]

    assert {tag for operation in operations for tag in operation["tags"]} <= {tag["name"] for tag in found["tags"]}
    assert [one["summary"] for one in operations if re.search(r"\b[aA] [aeio]", one["summary"])] == []
    assert [one for one in everything(found) if one.get("description") == ""] == []
    assert found["info"]["license"]["identifier"] == "MIT"


def test_ids_are_numbers_of_64_bits() -> None:
    assert SCHEMAS["Booking"]["properties"]["id"]["format"] == "int64"
    assert SCHEMAS["BookingCreate"]["properties"]["client_id"]["format"] == "int64"


@pytest.fixture
def agency(mock: Mock) -> Sandbox:
    return mock.sandbox("agency")


def examples_of(operation: Operation, place: str) -> JSON:
    return {one["name"]: one["example"] for one in described(operation)["parameters"] if one["in"] == place}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_example_is_answered_with_success_in_the_agency(agency: Sandbox, operation: Operation) -> None:
    path, asked = examples_of(operation, "path"), described(operation)
    target = re.sub(r"<(\w+)>", lambda named: str(path[named[1]]), operation.rule)
    example = asked["requestBody"]["content"]["application/vnd.api+json"]["examples"]["usual"]["value"] if operation.body else None

    plain = agency.api.call(operation.method, target, example)

    assert plain.status == operation.status, plain.body
    if operation.method == "GET":
        full = agency.api.get(f"{target}?{urlencode(examples_of(operation, 'query'))}")
        assert full.status == 200
        assert operation.name in {"get_me", "get_auth"} or full.records


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_parameter_has_an_example(operation: Operation) -> None:
    assert [one for one in described(operation)["parameters"] if "example" not in one] == []


def test_the_example_of_a_message_reaches_the_guest(agency: Sandbox) -> None:
    (create_message,) = (operation for operation in OPERATIONS if operation.name == "create_message")
    example = described(create_message)["requestBody"]["content"]["application/vnd.api+json"]["examples"]["usual"]["value"]

    message = agency.api.post("/inbox/messages", example).record
    agency.advance("1h")

    thread = agency.admin.get(f"/conversations/{message['links']['conversation']}/thread").json["messages"]
    assert message["id"] in {seen["message_id"] for seen in thread}
    assert agency.admin.get("/report").json["verdict"] == "clean"


def test_each_status_of_a_refusal_has_its_own_example(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()]))
    refused = [
        sandbox.api.post("/hosts", b"no JSON"),
        mock.caller("nobody's").get("/hosts"),
        sandbox.api_with("public").get("/inbox/messages"),
        sandbox.api.get("/hosts/999"),
        sandbox.api.post("/hosts", a_body("hosts", firstname="", lastname="")),
    ]

    assert [answer.status for answer in refused] == [400, 401, 403, 404, 422]
    for answer in refused:
        assert BODIES[answer.status]["errors"][0]["code"] == answer.errors[0]["code"]
    assert len({str(body) for body in BODIES.values()}) == len(BODIES)


def test_no_example_is_some_text() -> None:
    assert [one for one in everything(DOCUMENT) if one.get("examples") == ["Some text"]] == []


SEPARATORS, ZONES = st.sampled_from(["T", " "]), st.sampled_from(["", "Z", " UTC", "+0530", "+05:30", " -0800", " +01:00"])
FORMATS = st.sampled_from(["%Y-%m-%d{}%H:%M:%S", "%Y%m%d{}%H%M%S", "%Y-%m-%d{}%H:%M:%S.%f", "%Y-%m-%d{}%H:%M"])


@given(st.datetimes(), FORMATS, SEPARATORS, ZONES)
def test_every_form_of_a_time_that_is_read_is_described(moment: Any, form: str, separator: str, written_zone: str) -> None:
    written = f"{moment.strftime(form.format(separator)).zfill(len(moment.isoformat()[:10]))}{written_zone}"
    try:
        times.parse(written)
    except ValueError:
        return

    assert accepts("MessageCreate", "sent_at", written)


@pytest.mark.parametrize(
    "written", ["2030-05-31 12:00:00 UTC", "2030-06-01 12:00:00 +0530", "1999-12-31 23:59:59 UTC", "2030-06-01T12:00:00", "2030-06-01"]
)
def test_times_that_clients_send_are_described_and_accepted(mock: Mock, written: str) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()]))
    record = {"default_channel": "email", "deadline_response_at": written}

    assert accepts("ConversationCreate", "deadline_response_at", written)
    assert sandbox.api.post("/inbox/conversations", {"conversations": [record]}).status == 201


def test_names_of_sources_in_every_script_are_described_and_accepted(mock: Mock) -> None:
    assert accepts("SourceCreate", "name", "Über die Website")
    assert mock.sandbox().api.post("/sources", a_body("sources", name="Über die Website")).status == 201


def test_more_than_ten_ids_in_the_path_are_described() -> None:
    (get_clients,) = (operation for operation in OPERATIONS if operation.name == "get_clients")
    (ids, *_) = described(get_clients)["parameters"]

    assert validator_for(ids["schema"]).is_valid(",".join(map(str, range(1, 60))))


def test_prices_above_a_billion_are_described_and_accepted(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario())
    booking = {"start_at": "2031-01-01", "end_at": "2031-01-08", "booked": True, "final_price": 2_500_000_000}

    assert accepts("BookingCreate", "final_price", 2_500_000_000)
    assert sandbox.api.post("/rentals/16/bookings", {"bookings": [booking]}).status == 201


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_a_text_that_must_not_be_blank_is_described_by_a_whole_pattern(text: str) -> None:
    pattern = SCHEMAS["MessageCreate"]["properties"]["content"]["pattern"]

    assert pattern.startswith("^")
    assert pattern.endswith("$")
    assert not accepts("MessageCreate", "content", text)
    assert accepts("MessageCreate", "content", f"{text}Hello\nagain")
