"""Webhooks that call the application under test directly, while the clock is advanced."""

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any

import pytest
import requests
from flask import Flask, request

from builders import a_booking, a_message, a_scenario
from inbox_mock.testing import SandboxInProcess, Webhook, inbox_mock
from inbox_mock.webhooks.sender import sign

API = "https://www.bookingsync.com/api/v3"
CREATED = "inbox_message_created"


@pytest.fixture
def sandbox() -> Iterator[SandboxInProcess]:
    """Airbnb booking 80 with conversation 11, in which jan is participant 2."""
    with inbox_mock(a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}])) as found:
        yield found


def attempts(sandbox: SandboxInProcess) -> list[tuple[str, int | None, str | None]]:
    """The webhook attempts in the journal: address, status, why."""
    return [(entry["path"], entry["status"], entry["why"]) for entry in sandbox.journal() if entry["path"].startswith("http")]


def test_a_function_is_called_during_the_advance(sandbox: SandboxInProcess) -> None:
    received: list[Webhook] = []
    sandbox.webhooks_to(received.append, CREATED)
    sandbox.write(11, "May we bring our dog?")
    assert received == []

    sandbox.clock.advance("0s")

    (webhook,) = received
    assert webhook.event == CREATED
    assert webhook.json["resource"]["message"]["content"] == "May we bring our dog?"
    assert attempts(sandbox) == [("http://receiver-1.test/", 200, None)]


def test_it_is_signed(sandbox: SandboxInProcess) -> None:
    received: list[Webhook] = []
    secret = sandbox.webhooks_to(received.append, CREATED)["secret"]
    sandbox.write(11, "May we bring our dog?")
    sandbox.clock.advance("0s")

    assert received[0].headers["X-Content-Signature"] == sign(secret, received[0].body)


def test_without_events_all_are_sent(sandbox: SandboxInProcess) -> None:
    events: list[str] = []
    sandbox.webhooks_to(lambda webhook: events.append(webhook.event))
    sandbox.write(11, "May we bring our dog?")
    sandbox.clock.advance("0s")

    assert {CREATED, "inbox_conversation_updated"} <= set(events)


@pytest.mark.parametrize(
    ("returned", "status", "why"),
    [(None, 200, None), (202, 202, None), (HTTPStatus.FORBIDDEN, 403, "refused with 403"), (599, 599, "refused with 599")],
)
def test_a_function_may_return_the_status(sandbox: SandboxInProcess, returned: object, status: int, why: str | None) -> None:
    sandbox.webhooks_to(lambda _webhook: returned, CREATED)
    sandbox.write(11, "May we bring our dog?")
    sandbox.clock.advance("0s")

    assert attempts(sandbox) == [("http://receiver-1.test/", status, why)]


def application_with(status: Any) -> Callable[..., Iterable[bytes]]:
    def app(_environ: object, start_response: Callable[..., object]) -> Iterable[bytes]:
        start_response(f"{status} Odd", [])
        return []

    return app


@pytest.mark.parametrize("returned", [1, 0, -1, 99, 600, 200.0, True, False, "done", "200", ("", 204), [], {}, b""])
def test_what_a_function_returns_by_accident_fails_the_test_in_the_call(sandbox: SandboxInProcess, returned: object) -> None:
    sandbox.webhooks_to(lambda _webhook: returned, CREATED)
    sandbox.write(11, "May we bring our dog?")

    with pytest.raises(ValueError, match="the receiver returned") as raised:
        sandbox.clock.advance("0s")

    assert str(raised.value) == f"the receiver returned {returned!r}, which is no status from 100 to 599: return nothing, or a status"
    assert attempts(sandbox) == [("http://receiver-1.test/", 500, "refused with 500")]


@pytest.mark.parametrize("status", [1, 600])
def test_a_status_of_an_application_that_is_none_fails_the_test_in_the_call(sandbox: SandboxInProcess, status: int) -> None:
    sandbox.webhooks_to(application_with(status), CREATED)
    sandbox.write(11, "May we bring our dog?")

    with pytest.raises(ValueError, match=f"the receiver returned {status}, which is no status from 100 to 599"):
        sandbox.clock.advance("0s")


def test_a_flask_application_is_called_at_its_path(sandbox: SandboxInProcess) -> None:
    app = Flask(__name__)
    received: list[tuple[str, str | None, Any]] = []

    @app.post("/webhooks/<account>")
    def receive(account: str) -> tuple[str, int]:
        received.append((account, request.headers.get("X-Content-Signature"), request.get_json()["event"]))
        return "thanks", 202

    secret = sandbox.webhooks_to(app, CREATED, path="/webhooks/1?via=mock")["secret"]
    sandbox.write(11, "May we bring our dog?")
    sandbox.clock.advance("0s")

    body = sandbox.journal()[-1]["request"]["body"].encode()
    assert received == [("1", sign(secret, body), CREATED)]
    assert sandbox.journal()[-1]["response"]["body"] == "thanks"


def test_any_wsgi_application_is_called(sandbox: SandboxInProcess) -> None:
    seen: list[tuple[str, str, bytes]] = []

    def app(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        seen.append((environ["REQUEST_METHOD"], environ["HTTP_USER_AGENT"], environ["wsgi.input"].read(10)))
        start_response("204 No Content", [])
        return []

    sandbox.webhooks_to(app, CREATED)
    sandbox.write(11, "May we bring our dog?")
    sandbox.clock.advance("0s")

    assert seen == [("POST", "BookingSync Webhook Delivery", b'{"account_')]


def test_the_body_of_a_wsgi_application_is_closed(sandbox: SandboxInProcess) -> None:
    def app(_environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        try:
            yield b"thanks"
            yield b"!"
        finally:
            closed.append(True)

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"thanks"])

        def close(self) -> None:
            closed.append(True)

    def closing(_environ: Any, start_response: Any) -> Body:
        start_response("200 OK", [])
        return Body()

    closed: list[bool] = []
    for each in (app, closing):
        sandbox.webhooks_to(each, CREATED)
    sandbox.write(11, "May we bring our dog?")
    sandbox.clock.advance("0s")

    assert closed == [True, True]


def test_a_receiver_that_calls_back_is_answered(sandbox: SandboxInProcess) -> None:
    headers = {"Authorization": f"Bearer {sandbox.token}"}

    def answer(webhook: Webhook) -> None:
        if webhook.json["resource"]["message"]["content"] == "May we bring our dog?":
            made = requests.post(f"{API}/inbox/messages", json=a_message(content="Of course."), headers=headers, timeout=5)
            assert made.status_code == 201

    sandbox.webhooks_to(answer, CREATED)
    sandbox.write(11, "May we bring our dog?")
    sandbox.clock.advance("1m")

    assert [message["content"] for message in sandbox.thread(11)] == ["May we bring our dog?", "Of course."]


@pytest.mark.parametrize("raised", [ValueError("no such booking"), AssertionError("not signed"), pytest.fail.Exception("no")])
def test_what_a_receiver_raises_is_raised_by_the_advance(sandbox: SandboxInProcess, raised: BaseException) -> None:
    def receive(_webhook: Webhook) -> None:
        raise raised

    sandbox.webhooks_to(receive, CREATED)
    sandbox.write(11, "May we bring our dog?")

    with pytest.raises(type(raised)) as found:
        sandbox.clock.advance("0s")

    assert found.value is raised
    assert attempts(sandbox) == [("http://receiver-1.test/", 500, "refused with 500")]
    sandbox.clock.advance("1m")


def test_what_was_raised_during_a_call_of_the_client_is_raised_at_the_end() -> None:
    def receive(_webhook: Webhook) -> None:
        raise ValueError("no such booking")

    @inbox_mock("empty")
    def advance_by_hand(sandbox: SandboxInProcess) -> None:
        sandbox.webhooks_to(receive, "client_created")
        headers = {"Authorization": f"Bearer {sandbox.token}"}
        requests.post(f"{API}/clients", json={"clients": [{"fullname": "Ada Lindner"}]}, headers=headers, timeout=5)
        clock = f"https://www.bookingsync.com/__admin/sandboxes/{sandbox.id}/clock/advance"
        statuses.append(requests.post(clock, json={"by": "0s"}, timeout=5).status_code)

    statuses: list[int] = []

    with pytest.raises(ValueError, match="no such booking"):
        advance_by_hand()
    assert statuses == [200]


def test_two_receivers_stand_side_by_side(sandbox: SandboxInProcess) -> None:
    events: list[str] = []
    sandbox.webhooks_to(lambda webhook: events.append(f"first {webhook.event}"), CREATED)
    sandbox.webhooks_to(lambda webhook: events.append(f"second {webhook.event}"), CREATED)
    sandbox.write(11, "May we bring our dog?")
    sandbox.clock.advance("0s")

    assert events == [f"first {CREATED}", f"second {CREATED}"]


def test_a_webhook_comes_again_when_it_is_sent_again(sandbox: SandboxInProcess) -> None:
    received: list[Webhook] = []
    sandbox.webhooks_to(received.append, CREATED)
    sandbox.write(11, "May we bring our dog?")
    sandbox.clock.advance("0s")

    sandbox.redeliver(sandbox.deliveries()[0]["id"])

    assert received[0] == received[1]


async def half_wsgi(_environ: object, _start: object) -> None: ...


@pytest.mark.parametrize("receiver", [half_wsgi, lambda: None, 7])
def test_what_can_take_no_webhook_is_refused(sandbox: SandboxInProcess, receiver: Any) -> None:
    with pytest.raises(TypeError, match=r"expected a function of one argument \(the webhook\), an application of WSGI or ASGI, or the URL"):
        sandbox.webhooks_to(receiver)


def test_a_url_is_subscribed_below_which_the_path_is(sandbox: SandboxInProcess) -> None:
    sandbox.webhooks_to("http://127.0.0.1:9000/of/me", CREATED)
    sandbox.webhooks_to("http://127.0.0.1:9000/", CREATED, path="/hook")

    assert [found["url"] for found in sandbox.webhooks()] == ["http://127.0.0.1:9000/of/me", "http://127.0.0.1:9000/hook"]


@pytest.mark.parametrize("name", ["X-Content-Signature", "x-content-signature", "X-CONTENT-SIGNATURE"])
def test_names_of_headers_are_found_in_any_case(sandbox: SandboxInProcess, name: str) -> None:
    received: list[Webhook] = []
    sandbox.webhooks_to(received.append, CREATED)
    sandbox.write(11, "May we bring our dog?")
    sandbox.clock.advance("0s")

    headers = received[0].headers
    assert headers[name] == headers.get(name) == sandbox.deliveries()[0]["attempts"][0]["signature"]["expected"]
    assert name in headers
    assert "X-Content-Signature" in list(headers)
    assert headers.get("X-Other") is None
