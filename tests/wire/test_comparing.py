"""The comparison notices what clients would notice, and lets the admin API grow."""

from dataclasses import replace

import orjson
import pytest

from wire.call import Call
from wire.comparing import differences
from wire.playing import Answer

API = Call("GET", "/api/v3/hosts")
ADMIN = Call("GET", "/__admin/sandboxes")
OPENAPI = Call("GET", "/openapi.json")
ADMIN_OPENAPI = Call("GET", "/__admin/openapi.json")
ANSWER = Answer("HTTP/1.1 200 OK", (("Content-Type", "application/json"), ("ETag", "W/1")), b'{"hosts":[{"id":1}]}')


def answered(body: object, kind: str = "application/json", status: str = "HTTP/1.1 200 OK") -> Answer:
    return Answer(status, (("Content-Type", kind),), orjson.dumps(body))


def test_the_same_answer_is_the_same() -> None:
    assert differences(API, ANSWER, replace(ANSWER)) == []


@pytest.mark.parametrize(
    "changed",
    [
        replace(ANSWER, status="HTTP/1.1 200 Fine"),
        replace(ANSWER, headers=(("content-type", "application/json"), ("ETag", "W/1"))),
        replace(ANSWER, headers=tuple(reversed(ANSWER.headers))),
        replace(ANSWER, headers=ANSWER.headers[:1]),
        replace(ANSWER, body=b'{"hosts":[{"id": 1}]}'),
        replace(ANSWER, body=b'{"hosts":[{"id":1,"name":null}]}'),
        replace(ANSWER, body=b""),
    ],
    ids=["reason", "case of a header", "order of the headers", "missing header", "white space", "another attribute", "no body"],
)
def test_any_other_byte_of_the_api_is_noticed(changed: Answer) -> None:
    assert differences(API, ANSWER, changed)


def test_the_admin_api_may_tell_more_at_any_depth() -> None:
    before, now = {"a": [{"b": 1}], "c": None}, {"new": 0, "a": [{"b": 1, "new": [2]}], "c": None}

    assert differences(ADMIN, answered(before), answered(now)) == []


@pytest.mark.parametrize(
    "now", [{"a": [{"b": 1}]}, {"a": [{"b": 2}], "c": None}, {"a": [{"b": 1}, {}], "c": None}, {"a": [{"b": True}], "c": None}]
)
def test_the_admin_api_takes_nothing_away(now: object) -> None:
    assert differences(ADMIN, answered({"a": [{"b": 1}], "c": None}), answered(now))


@pytest.mark.parametrize(("field", "same"), [("by", True), ("to", False)])
def test_of_a_problem_the_fields_count_and_not_the_prose(field: str, same: bool) -> None:
    kind, status = "application/problem+json", "HTTP/1.1 422 UNPROCESSABLE ENTITY"
    before = {"title": "Old", "detail": "Old", "code": "x", "errors": [{"field": "by", "expected": "old"}]}
    now = {"title": "New", "detail": "New", "code": "x", "errors": [{"field": field, "expected": "new"}]}

    assert (differences(ADMIN, answered(before, kind, status), answered(now, kind, status)) == []) is same


def test_another_status_of_the_admin_api_is_noticed() -> None:
    assert differences(ADMIN, answered({}), answered({}, status="HTTP/1.1 201 CREATED")) == ["- HTTP/1.1 200 OK", "+ HTTP/1.1 201 CREATED"]


@pytest.mark.parametrize(("call", "grown"), [(OPENAPI, ["+ GET /b b"]), (ADMIN_OPENAPI, [])])
def test_only_the_admin_api_may_have_new_operations(call: Call, grown: list[str]) -> None:
    before, now = replace(ANSWER, body=b"GET /a a"), replace(ANSWER, body=b"GET /a a\nGET /b b")

    assert differences(call, before, now) == grown
    assert differences(call, now, before) == ["- GET /b b"]
