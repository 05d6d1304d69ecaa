"""What is wrong with a body is told in good words: which field, what was found there, and what was expected."""

from typing import Any

import pytest

from cli.wording import clumsy_in
from fake import Mock, Sandbox
from inbox_mock.admin import access_control

LONG = "x" * 5000
FAULTS: list[dict[str, Any]] = [
    {"kind": "statu"},
    {"kind": 7},
    {},
    {"kind": "status", "status": "x"},
    {"kind": "status", "copies": 3},
    {"kind": "status", "match": {"path": "/inbox/mesages"}},
    {"kind": "status", "match": {"path": "/zzz"}},
    {"kind": "status", "match": {"path": "/bookings", "method": "PATCH"}},
    {"kind": "status", "match": {"pat": "/bookings"}},
    {"kind": "status", "match": 7},
    {"kind": "status", "times": 0, "for": "soon"},
    {"kind": "status", "match": {"application_id": 99, "nth": 0, "share": 7}},
    {"kind": "burst", "copies": 0, "by": "1m"},
    {"kind": "burst", "match": {"event": "none"}},
    {"kind": LONG},
]
SCENARIOS: list[Any] = [
    *({"faults": [fault]} for fault in FAULTS),
    "nowhere",
    "conversation-nevr",
    LONG,
    {"rentals": [{"id": LONG}]},
    {"rentalls": []},
    {"clock": {"now": "noon"}},
    {"rentals": [{"id": 16}], "bookings": [{"rental": 16, "start_at": "+3d", "end_at": "+2d"}]},
    {"rentals": [{"id": 16}], "bookings": [{"rental": 17, "start_at": "+3d", "end_at": "+4d"}]},
    {"rentals": [{"id": 16}], "bookings": [{"rental": 16, "start_at": "soon", "end_at": "+4d"}]},
    {"hosts": [{"id": 1}]},
    {"timeline": [{"at": "1h", "guest_writes": {"booking": 9, "content": ""}}]},
    {"webhooks": [{"url": "http://elsewhere.example/"}]},
]
BODIES: list[tuple[str, dict[str, Any]]] = [
    *(("/faults", fault) for fault in FAULTS),
    ("/bookings", {"channel": "airbn", "rental_id": 99, "start_at": "soon"}),
    ("/bookings", {"guest": {"name": "Ada"}, "rental_id": "x", "client_participants": -1}),
    ("/bookings", {"conversation_delay": "soon"}),
    ("/conversations/11/messages", {"from": "guest", "content": " "}),
    ("/conversations/11/messages", {"from": "nobody", "attachments": "x"}),
    ("/conversations/11/participants", {"host_id": 99}),
    ("/clock/advance", {"by": "x"}),
    ("/clock/advance", {"until": LONG}),
    ("/clock/advance", {}),
    ("/webhooks", {"url": "x", "events": ["y"]}),
    ("/webhooks", {"url": "http://127.0.0.1/", "role": "none"}),
    ("/tokens", {"scopes": ["zz"], "account_id": 99, "expires_in": "soon"}),
    ("/snapshots", {"name": ""}),
    ("/fork", {"snapshot": "none"}),
]


def assert_well_said(answer: Any) -> None:
    assert answer.status == 422, answer.json
    assert clumsy_in(answer.json["detail"]) == {}, answer.json["detail"]
    for error in answer.errors:
        assert clumsy_in(error["expected"]) == {}, error
        assert len(error.get("found", "")) < 120
        assert "x" * 100 not in error["expected"]


@pytest.mark.parametrize(("path", "body"), BODIES, ids=map(str, range(len(BODIES))))
def test_a_body_with_a_mistake_is_told_in_good_words(inbox: Sandbox, path: str, body: dict[str, Any]) -> None:
    assert_well_said(inbox.admin.post(path, body))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=map(str, range(len(SCENARIOS))))
def test_a_scenario_with_a_mistake_is_told_in_good_words(mock: Mock, scenario: Any) -> None:
    assert_well_said(mock.admin.post("/sandboxes", {"scenario": scenario}))


def test_an_error_says_what_was_found_and_shortens_it(inbox: Sandbox) -> None:
    (first, second) = inbox.admin.post("/faults", {"kind": "status", "status": LONG, "match": {"nth": 0}}).errors

    assert first == {"field": "status", "found": f'"{"x" * 79}… (5,002 characters)', "expected": "a status from 400 to 599 (of status)"}
    assert (second["field"], second["found"]) == ("match.nth", "0")


@pytest.mark.parametrize(
    ("method", "path", "detail"),
    [
        ("GET", "/clok", "no such address; /__admin/openapi.json lists the addresses"),
        ("GET", "/conversations/4444/thread", "the sandbox '{id}' has no conversation 4444"),
        ("DELETE", "/faults/7", "the sandbox '{id}' has no fault 7"),
        ("POST", "/deliveries/7/redeliver", "the sandbox '{id}' has no delivery 7"),
        ("PUT", "/clock", "found PUT; expected one of GET, HEAD, PATCH"),
    ],
)
def test_what_is_not_there_is_named(inbox: Sandbox, method: str, path: str, detail: str) -> None:
    answer = inbox.admin.call(method, path, b"")

    assert answer.json["detail"] == detail.format(id=inbox.id)


@pytest.mark.parametrize(
    ("path", "body", "detail"),
    [
        ("/conversations/11/participants", {"host_id": 99}, "host_id: found 99; expected the id of a host of this sandbox"),
        ("/bookings", {"rental_id": 99}, "rental_id: found 99; expected the id of a rental of this sandbox"),
    ],
)
def test_an_id_that_leads_nowhere_is_told_as_such(inbox: Sandbox, path: str, body: dict[str, Any], detail: str) -> None:
    assert inbox.admin.post(path, body).json["detail"] == detail


def test_a_host_who_is_not_there_is_assigned_nothing(inbox: Sandbox) -> None:
    told = inbox.admin.patch("/conversations/11", {"assignee_id": 99}).json["detail"]

    assert told == "assignee_id: found 99; expected the id of a host of this sandbox"


def test_a_sandbox_that_is_not_there_is_named(mock: Mock) -> None:
    assert mock.admin.get("/sandboxes/nope/clock").json["detail"] == "there is no sandbox 'nope'; expected the id of one, or default"


def test_the_detail_of_a_refusal_is_the_whole_sentence(inbox: Sandbox) -> None:
    answer = inbox.admin.post("/bookings", {"chanel": "airbnb", "host_participant": "perhaps"})

    assert answer.json["detail"] == (
        'host_participant: found "perhaps"; expected true or false: whether the channel adds a host; '
        "chanel is unknown; did you mean 'channel'?"
    )


def test_a_mistake_in_a_scenario_given_as_an_object_names_its_key(mock: Mock) -> None:
    scenario = {"rentals": [{"id": 16}], "bookings": [{"rental": 17, "start_at": "+3d", "end_at": "+4d"}]}

    (error,) = mock.admin.post("/sandboxes", {"scenario": scenario}).errors

    assert error["expected"] == "scenario: bookings[0].rental: found 17; expected the id or name of a rental that exists by then"


def test_a_path_that_resembles_one_is_told_with_that_one_alone(inbox: Sandbox) -> None:
    (error,) = inbox.admin.post("/faults", {"kind": "status", "match": {"path": "/inbox/mesages"}}).errors

    assert error["expected"] == "a path that status can strike, * for anything; did you mean '/inbox/messages'?"


def test_a_scenario_given_as_an_object_has_the_name_that_it_is_given(mock: Mock) -> None:
    assert mock.admin.post("/sandboxes", {"scenario": {}, "name": "two guests"}).json["scenario"] == "two guests"
    assert mock.admin.post("/sandboxes", {"scenario": {}}).json["scenario"] == "scenario"


@pytest.mark.parametrize(
    "key", ["events.\u00b2", "events.\u0661", f"events.{'9' * 5000}", "events.0"], ids=["superscript", "arabic", "long", "first"]
)
def test_a_key_that_looks_like_a_place_in_a_list_is_unknown(mock: Mock, key: str) -> None:
    webhook = {"url": "http://127.0.0.1:9/", "events": ["inbox_message_created"]}
    answer = mock.sandbox().admin.post("/webhooks", {**webhook, key: 1})

    assert answer.status == 422
    assert [error["field"] for error in answer.errors] == [key]


def test_a_bug_in_the_words_of_a_refusal_is_told_as_one(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = mock.sandbox()
    monkeypatch.setattr(access_control, "found_in", lambda *_: 1 / 0)
    answer = sandbox.admin.post("/webhooks", {"url": "nowhere"})

    assert answer.status == 500
    assert answer.json["code"] == "internal_server_error"
