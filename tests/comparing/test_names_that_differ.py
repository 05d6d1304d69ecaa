"""What two servers name differently though it is the same: ids and times of what was made, ETags, hosts, uploads."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from comparing.arranged import MESSAGE, answer_of, answered, compare, kinds, side, spoiled
from fake import Mock
from importing.recorded import recorded
from inbox_mock.comparing.sides import RECEIVER, InProcess
from inbox_mock.comparing.translation import Translation
from inbox_mock.recordings import Exchange, Place, RecordedRequest, RecordedResponse
from inbox_mock.scenarios.loading import find_shipped

OTHER_IDS = [
    (b"/64", b"/9064"),
    (b'"id":64', b'"id":9064'),
    (b"messages%2F64", b"messages%2F9064"),
    (b",64]", b",9064]"),
    (b"[64]", b"[9064]"),
]


def _with_other_ids(exchange: Exchange) -> Exchange:
    """The same exchange where the new message got the id 9064."""

    def renamed(text: bytes) -> bytes:
        for ours, theirs in OTHER_IDS:
            text = text.replace(ours, theirs)
        return text

    request, answer = exchange.request, exchange.response
    assert answer is not None
    headers = tuple((name, renamed(value.encode()).decode() if name in {"Location", "Link"} else value) for name, value in answer.headers)
    url = renamed(request.url.encode()).decode()
    return replace(
        exchange,
        request=replace(request, url=url, body=request.body and renamed(request.body)),
        response=replace(answer, headers=headers, body=renamed(answer.body or b"")),
    )


def test_a_record_that_the_client_made_is_the_same_under_another_id(mock: Mock) -> None:
    caller, exchanges = recorded(mock.sandbox("agency"))
    made = caller.post("/inbox/messages", {"messages": [MESSAGE]}).record
    assert made["id"] == 64
    attachment = caller.post("/inbox/attachments", {"attachments": [{"name": "plan.txt", "file": "SGVsbG8="}]}).record
    caller.put("/inbox/messages/64", {"messages": [{"content": "Earlier, too."}]})
    caller.put("/inbox/messages/64/add_attachment", {"attachments": [{"id": attachment["id"]}]})
    caller.get("/inbox/messages/64", include="attachments,conversation")
    caller.get("/inbox/messages", ids="63,64")
    caller.get("/inbox/conversations/4", include="messages")
    there = [_with_other_ids(one) for one in exchanges]
    assert b"9064" in (answer_of(there[5]).body or b"")
    assert kinds(compare(there)) == {}
    spoiled_last = [*there[:-1], spoiled(there[-1], lambda body: body["conversations"][0]["messages"][-1].update(content="Other"))]
    assert kinds(compare(spoiled_last)) == {"field-value:messages.content": 1}


def test_a_webhook_about_a_record_that_the_client_made_is_compared() -> None:
    scenario = dict(find_shipped("agency").data)
    scenario["webhooks"] = [{"url": f"http://{RECEIVER}/", "events": ["inbox_message_created"]}]
    posted = RecordedRequest(
        "POST",
        "https://www.bookingsync.com/api/v3/inbox/messages",
        (("Authorization", "Bearer secret"), ("Content-Type", "application/vnd.api+json")),
        orjson.dumps({"messages": [MESSAGE]}),
    )
    server = side()
    server.begin(scenario)
    answer = server.send("POST", "/api/v3/inbox/messages", {"Authorization": f"Bearer {server.token}"}, posted.body)
    server.settle()
    (_, sent), *_ = server.webhooks
    received = Exchange(Place("recording", 2), _webhook(sent), RecordedResponse(200, ()))
    there = [_with_other_ids(one) for one in (Exchange(Place("recording", 1), posted, answer), received)]
    assert kinds(compare(there, scenario)) == {}

    body = orjson.loads(there[1].request.body or b"")
    body["resource"]["message"]["visibility"] = "internal"
    other = replace(there[1], request=_webhook(body))
    assert kinds(compare([there[0], other], scenario)) == {"field-value:messages.visibility": 1}
    assert kinds(compare([there[0], there[1], there[1]], scenario)) == {"webhook-missing:inbox_message_created": 1}


def _webhook(body: Mapping[str, Any]) -> RecordedRequest:
    return RecordedRequest("POST", "https://client.example/webhooks", (("X-Content-Signature", "0" * 40),), orjson.dumps(body))


def test_time_passes_between_requests_as_it_did_in_the_recording(mock: Mock) -> None:
    sandbox = mock.sandbox("agency")
    caller, exchanges = recorded(sandbox)
    caller.post("/inbox/messages", {"messages": [MESSAGE]})
    sandbox.advance("3h")
    caller.put("/inbox/conversations/4", {"conversations": [{"closed": True}]})
    caller.get("/bookings", per_page=3)
    assert kinds(compare(exchanges)) == {}
    late = spoiled(exchanges[1], lambda body: body["conversations"][0].update(closed_at="2030-06-01T17:00:00Z"))
    assert kinds(compare([exchanges[0], late])) == {"field-value:conversations.closed_at": 1}


@pytest.mark.parametrize(
    ("there", "here", "same"),
    [
        ("2030-06-01T13:00:01Z", "2030-06-01T14:00:00Z", True),
        ("2030-06-01T13:00:05Z", "2030-06-01T14:00:00Z", False),
        ("2030-05-01T13:00:00Z", "2030-05-01T14:00:00Z", False),
    ],
)
def test_times_since_the_start_are_as_far_from_the_answers(there: str, here: str, *, same: bool) -> None:
    noon, one, two = (datetime(2030, 6, 1, hour, tzinfo=UTC) for hour in (12, 13, 14))
    translation = Translation(start=noon, there=one, here=two)
    assert translation.is_same_time(there, here) is same
    later = replace(translation, there=two, here=two)
    assert later.is_same_time(there, here) is same


def test_a_304_is_got_by_the_etag_of_the_sandbox(mock: Mock) -> None:
    caller, exchanges = recorded(mock.sandbox("agency"))
    etag = caller.get("/clients").headers["ETag"]
    caller.get("/clients", headers={"If-None-Match": etag})
    for exchange in (exchanges, exchanges[1:]):
        answers = [answered(one, headers=_other_etag(one)) for one in exchange]
        assert kinds(compare(answers)) == {}


def _other_etag(exchange: Exchange) -> tuple[tuple[str, str], ...]:
    assert exchange.response is not None
    return tuple((name, 'W/"1"' if name == "ETag" else value) for name, value in exchange.response.headers)


def test_addresses_of_another_host_are_the_same(mock: Mock) -> None:
    caller, exchanges = recorded(mock.sandbox("agency"))
    caller.get("/inbox/conversations", per_page=2)
    caller.post("/inbox/messages", {"messages": [MESSAGE]})
    there = [answered(one, **_elsewhere(one)) for one in exchanges]
    assert kinds(compare(there)) == {}


def _elsewhere(exchange: Exchange) -> dict[str, Any]:
    assert exchange.response is not None
    ours, theirs = "http://localhost/", "https://api.example/below/"
    headers = tuple((name, value.replace(ours, theirs)) for name, value in exchange.response.headers)
    return {"headers": headers, "body": (exchange.response.body or b"").replace(ours.encode(), theirs.encode())}


@pytest.mark.parametrize("reason", ["expired", "revoked", "invalid"])
def test_a_token_that_was_refused_is_refused_for_the_same_reason(mock: Mock, reason: str) -> None:
    sandbox = mock.sandbox("agency")
    token = "nobody's" if reason == "invalid" else sandbox.handle.issue_token(expires_in=60 if reason == "expired" else 600)
    if reason == "revoked":
        sandbox.handle.revoke_token(token)
    sandbox.advance("2m")
    caller, exchanges = recorded(sandbox)
    replace(caller, token=token).get("/me")
    assert exchanges[0].response is not None
    assert exchanges[0].response.status == 401
    assert kinds(compare(exchanges)) == {}


def test_a_token_that_lacks_a_scope_lacks_it_in_the_sandbox(mock: Mock) -> None:
    sandbox = mock.sandbox("agency")
    _, exchanges = recorded(sandbox)
    caller, exchanges = recorded(sandbox)
    reader = replace(caller, token=sandbox.handle.issue_token("inbox_read"))
    reader.get("/inbox/conversations/4")
    reader.post("/inbox/messages", {"messages": [MESSAGE]})
    caller.post("/inbox/messages", {"messages": [MESSAGE]})
    assert [one.response.status for one in exchanges if one.response] == [200, 403, 201]
    assert kinds(compare(exchanges)) == {}


@pytest.mark.parametrize(("base", "origin"), [("", ""), ("/inbox", "/inbox"), ("a.b:80", "/a.b:80"), ("/", "")])
def test_where_no_host_was_recorded_the_sandbox_has_that_of_the_service(base: str, origin: str) -> None:
    sandbox = InProcess(base)
    sandbox.begin(find_shipped("agency").data)

    assert sandbox.origin == f"https://www.bookingsync.com{origin}"
    assert sandbox.send("GET", "/api/v3/accounts", {"Authorization": f"Bearer {sandbox.token}"}, None).status == 200
