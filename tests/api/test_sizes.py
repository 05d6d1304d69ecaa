"""How much a request may hold: beyond it the answer says so, in the format of the API that was called."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from api.oauth import FORM
from builders import a_message
from fake import Answer, Caller, Sandbox
from faulty import set_fault
from inbox_mock.domain import limits, spelling
from inbox_mock.domain.errors import BadRequest
from inbox_mock.domain.values import check_number_of_values
from lowered import lower

Call = Callable[[Sandbox, bytes], Answer]


def to_oauth(sandbox: Sandbox, body: bytes, content_type: str) -> Answer:
    return Caller(sandbox.transport, base="/oauth").call("POST", "/token", body, headers={"Content-Type": content_type})


CALLS: dict[str, Call] = {
    "the API": lambda sandbox, body: sandbox.api.post("/inbox/messages", body),
    "the admin API": lambda sandbox, body: sandbox.admin.post("/faults", body),
    "oauth": lambda sandbox, body: to_oauth(sandbox, body, "application/json"),
}
of_each = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


def detail(answer: Answer) -> str:
    return str(answer.json["detail"] if "detail" in answer.json else answer.errors[0]["title"])


@of_each
@pytest.mark.parametrize("value", ["[]", "{}", "1", '""'])
def test_the_values_of_a_body_are_counted_before_it_is_parsed(
    inbox: Sandbox, call: Call, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lower(monkeypatch, "JSON_VALUES", 1_000)
    body = f"[{','.join([value] * 100_000)}]".encode()
    tracemalloc.start()
    answer = call(inbox, body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (answer.status, detail(answer)) == (400, "the body has more than 1,000 values")
    assert peak < 5 * len(body)


@pytest.mark.parametrize(
    "body",
    [
        orjson.dumps({"a": "," * 1000}),
        orjson.dumps({"a": '[{"' * 1000}),
        orjson.dumps({"a": "\\" * 1000 + "," * 1000}),
        b'{"a": "' + b'\\",' * 100_000,
    ],
    ids=["commas", "brackets and quotes", "backslashes", "a text without an end"],
)
def test_what_texts_hold_is_no_value(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "JSON_VALUES", 5)
    check_number_of_values(body)

    with pytest.raises(BadRequest):
        check_number_of_values(b'[1,1,1,1,1,1,"' + body)


def test_texts_that_follow_each_other_are_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "JSON_VALUES", 5)
    with pytest.raises(BadRequest):
        check_number_of_values(b"[[[[[[," + b'""' * 20)


@pytest.mark.parametrize("path", ["/api/v3/inbox/messages", "/oauth/authorize", "/uploads/x/1/y", "/nowhere", "/docs", "/livez", "/"])
def test_a_query_with_too_many_parameters_is_refused(inbox: Sandbox, path: str) -> None:
    query = "&".join(["a"] * (limits.PARAMETERS + 1))
    answer = inbox.transport.send("GET", f"{path}?{query}", {"Authorization": f"Bearer {inbox.made['token']}"}, None)

    assert (answer.status, detail(answer)) == (400, "the query has more than 5,000 parameters")


def test_as_many_parameters_as_are_allowed_are_read(inbox: Sandbox) -> None:
    junk = "&".join(["a=b"] * (limits.PARAMETERS - 1))
    assert inbox.api.get(f"/inbox/messages?{junk}&page=1").status == 200
    assert inbox.admin.get("/journal?" + "&".join(["after=0"] * limits.PARAMETERS)).status == 200


def test_the_admin_api_refuses_a_query_as_it_refuses(inbox: Sandbox) -> None:
    answer = inbox.admin.get("/journal?" + "&" * limits.PARAMETERS)
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("path", ["/token", "/authorize"])
def test_a_form_with_too_many_fields_is_refused(inbox: Sandbox, path: str) -> None:
    form = b"&".join([b"a=b"] * (limits.PARAMETERS + 1))
    answer = Caller(inbox.transport, base="/oauth").call("POST", path, form, headers=FORM)

    assert (answer.status, detail(answer)) == (400, "the form has more than 5,000 parameters")


def test_a_multipart_form_with_too_many_fields_is_refused(inbox: Sandbox) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
    assert to_oauth(inbox, part * (limits.PARAMETERS + 1) + b"--x--\r\n", "multipart/form-data; boundary=x").status == 413


@pytest.mark.parametrize("content_type", [FORM["Content-Type"], "application/json", "multipart/form-data; boundary=x", "text/plain"])
def test_a_body_sent_to_oauth_is_small(inbox: Sandbox, content_type: str) -> None:
    assert to_oauth(inbox, b"a" * (limits.FORM + 1), content_type).status == 413


def test_a_body_that_oauth_does_not_read_is_told_its_limit(inbox: Sandbox) -> None:
    answer = to_oauth(inbox, b"a" * (limits.FORM + 1), FORM["Content-Type"])

    assert answer.headers["X-Mock-Why"] == "the body may have 1 MiB, and a form 5,000 parameters"


def test_a_body_of_the_admin_api_is_smaller_than_an_upload(inbox: Sandbox) -> None:
    answer = inbox.admin.post("/faults", b" " * (limits.ADMIN_BODY + 1))
    assert (answer.status, answer.headers["Content-Type"]) == (413, "application/problem+json")
    assert answer.json["detail"] == "the body may have 16 MiB"


def test_a_body_is_read_up_to_its_limit(inbox: Sandbox) -> None:
    assert inbox.api.post("/inbox/messages", b" " * (limits.BODY + 1)).status == 413


@pytest.mark.parametrize("digits", [400, 5_000, 100_000])
@of_each
def test_a_number_without_an_end_is_refused(inbox: Sandbox, call: Call, digits: int) -> None:
    assert call(inbox, b'{"messages":[{"content":' + b"9" * digits + b"}]}").status in {400, 401}


# What an answer holds.


def test_of_many_names_the_first_count(inbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "NAMES", 1)
    assert inbox.api.post("/inbox/messages", a_message()).status == 201
    (record,) = inbox.api.get("/inbox/messages", fields="content,origin").records
    assert "content" in record
    assert "origin" not in record


def test_months_count_up_to_their_limit(inbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {"from": "2030-06-01"}
    assert inbox.api.get("/bookings", **asked, months=9).ids == [80]
    lower(monkeypatch, "MONTHS", 1)
    assert inbox.api.get("/bookings", **asked, months=8).ids == []


def test_a_link_has_its_limit(inbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    assert inbox.api.get("/inbox/messages", q="x" * 200).status == 200
    lower(monkeypatch, "LINK", 200)
    assert inbox.api.get("/inbox/messages", q="y" * 200).status == 414


def test_a_reason_is_cut(inbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "WHY", 20)
    why = inbox.api.get("/inbox/messages", updated_since="yesterday").headers["X-Mock-Why"]
    assert why == "updated_since is ..."


def test_a_fault_goes_on_striking_so_many_tokens(inbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "LINGERING", 1)
    first, second = inbox.api_with("inbox_read"), inbox.api_with("inbox_read")
    set_fault(inbox, "expired_token", times=2)

    assert [api.get("/inbox/messages").status for api in (first, second, second, first)] == [401, 401, 401, 200]


# What is said of mistakes.


def test_of_many_mistakes_some_are_said(inbox: Sandbox) -> None:
    assert len(inbox.admin.post("/faults", {f"k{number}": 1 for number in range(1000)}).errors) == limits.PROBLEMS
    assert len(inbox.admin.post("/webhooks", {"events": [f"e{number}" for number in range(1000)]}).errors) <= limits.PROBLEMS


def test_of_the_mistakes_in_many_values_the_first_is_said(inbox: Sandbox) -> None:
    wrong = ["pigeon"] * limits.CHECKED_WHOLE
    assert len(inbox.admin.post("/webhooks", {"events": wrong}).errors) == 1


def test_a_long_word_is_compared_with_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    def compare(word: str, *_: object) -> list[str]:
        compared.append(word)
        return []

    monkeypatch.setattr(spelling, "get_close_matches", compare)

    assert spelling.closest("k" * 101, ["kind"]) is None
    assert spelling.closest("k" * 100, ["kind"]) is None
    assert compared == ["k" * 100]
