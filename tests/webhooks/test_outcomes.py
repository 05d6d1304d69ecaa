"""Whatever a receiver does, an attempt has one clear outcome, and the clock goes on."""

import socket
from threading import Thread

import pytest

from builders import a_body
from fake import JSON, Sandbox
from inbox_mock.domain import limits
from inbox_mock.webhooks import sender
from processes import free_port
from receiver import Receiver, deliveries, subscribe

pytestmark = pytest.mark.both_transports

CAP = int(limits.RECEIVED)


def deliver(sandbox: Sandbox, url: str, **more: object) -> JSON:
    """Tell an address of a new client, and return the delivery."""
    subscribe(sandbox, url, "client_created", **more)
    sandbox.api.post("/clients", a_body("clients", fullname="Ada Lindner"))
    assert sandbox.advance("1m")["now"] == "2030-06-01T12:01:00Z"
    (found,) = deliveries(sandbox)
    return found


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_success(inbox: Sandbox, receiver: Receiver, status: int) -> None:
    receiver.status, receiver.body = status, b""

    found = deliver(inbox, receiver.url)

    assert found["outcome"] == "delivered"
    assert [(attempt["status"], attempt["why"]) for attempt in found["attempts"]] == [(status, None)]


@pytest.mark.parametrize("status", [400, 422, 500, 503])
def test_any_other_answer_is_refusal(inbox: Sandbox, receiver: Receiver, status: int) -> None:
    receiver.status = status

    found = deliver(inbox, receiver.url)

    assert found["outcome"] == f"refused with {status}"
    assert [attempt["status"] for attempt in found["attempts"]] == [status]
    assert len(receiver.received) == 1


def test_a_redirect_is_not_followed(inbox: Sandbox, receiver: Receiver) -> None:
    receiver.status, receiver.headers = 302, {"Location": f"{receiver.url}/elsewhere"}

    found = deliver(inbox, receiver.url)

    assert found["outcome"] == "redirected with 302: redirects are not followed"
    assert [received.path for received in receiver.received] == ["/hook"]


def test_an_answer_of_10_megabytes_is_read_in_part(inbox: Sandbox, receiver: Receiver) -> None:
    receiver.body = b"x" * 10_000_000

    found = deliver(inbox, receiver.url)

    assert found["outcome"] == "delivered"
    assert len(found["attempts"][0]["response"]["body"]) <= CAP


def test_where_nobody_listens_there_is_no_connection(inbox: Sandbox) -> None:
    found = deliver(inbox, f"http://127.0.0.1:{free_port()}/hook")

    assert found["outcome"] == "no connection: refused"
    assert [attempt["status"] for attempt in found["attempts"]] == [None]


def test_a_receiver_that_never_answers_is_left(inbox: Sandbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "TIMEOUT_SECONDS", 0.2)
    receiver.holds = True

    found = deliver(inbox, receiver.url)

    assert found["outcome"] == "no answer within 0.2 seconds"
    assert [attempt["status"] for attempt in found["attempts"]] == [None]


def test_a_receiver_that_answers_for_ever_is_left(inbox: Sandbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "TIMEOUT_SECONDS", 0.3)
    receiver.trickles = True

    found = deliver(inbox, receiver.url)

    assert found["outcome"] == "no answer within 0.3 seconds"


def test_a_body_that_never_ends_does_not_undo_the_answer(inbox: Sandbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "TIMEOUT_SECONDS", 0.3)
    receiver.trickles_body = True

    found = deliver(inbox, receiver.url)

    assert found["outcome"] == "delivered"


def test_a_connection_that_is_closed_without_answer_is_told(inbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closing:

        def hang_up() -> None:
            closing.accept()[0].close()

        thread = Thread(target=hang_up)
        thread.start()
        found = deliver(inbox, f"http://127.0.0.1:{closing.getsockname()[1]}/hook")
        thread.join()

    assert found["outcome"].startswith("no connection: ")
    assert "object at 0x" not in found["outcome"]


def test_an_attempt_shows_request_signature_and_answer(inbox: Sandbox, receiver: Receiver) -> None:
    receiver.headers, receiver.body = {"X-Told": "yes"}, b"thank you"

    (attempt,) = deliver(inbox, receiver.url)["attempts"]

    assert attempt["request"]["headers"]["X-Content-Signature"] == receiver.last.header("X-Content-Signature")
    assert attempt["request"]["body"].encode() == receiver.last.body
    assert attempt["response"]["body"] == "thank you"
    assert attempt["response"]["headers"]["X-Told"] == "yes"


def test_attempts_are_in_the_journal(inbox: Sandbox, receiver: Receiver) -> None:
    receiver.status = 503
    deliver(inbox, receiver.url)

    entry = inbox.handle.journal()[-1]

    assert (entry["method"], entry["path"], entry["status"], entry["why"]) == ("POST", receiver.url, 503, "refused with 503")


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/hook",
        "http://example.com/hook",
        "http://localhost.example.com/hook",
        "http://127.0.0.1@example.com/hook",
        "http://example.com#@127.0.0.1/hook",
        "http://[2001:db8::1]/hook",
        "http://[::ffff:192.0.2.1]/hook",
        "http://0.0.0.0/hook",
        "ftp://127.0.0.1/hook",
        "file:///etc/passwd",
        "//127.0.0.1/hook",
        "http://127.0.0.1:0/hook",
        "http://127.0.0.1:99999/hook",
        "http:///hook",
        "http://[::1/hook",
        "http://jan:geheim@127.0.0.1/hook",
        "http://jan@localhost/hook",
        "hook",
        "",
    ],
)
def test_no_other_machine_is_ever_told(inbox: Sandbox, url: str) -> None:
    answer = inbox.admin.post("/webhooks", {"url": url})

    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [problem["field"] for problem in answer.errors] == ["url"]
    assert "--allow-webhooks-to" in answer.errors[0]["expected"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "[::1]", "[::ffff:127.0.0.1]", "[::1%25lo]"])
def test_every_name_of_this_machine_will_do(inbox: Sandbox, host: str) -> None:
    assert inbox.admin.post("/webhooks", {"url": f"http://{host}:9/hook"}).status == 201


def test_a_subscription_without_address_is_refused(inbox: Sandbox) -> None:
    assert inbox.admin.post("/webhooks").errors[0]["field"] == "url"
