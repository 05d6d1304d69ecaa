"""Requests of which a part never comes: nothing of them is executed, on any route, however they are framed."""

import socket
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

import orjson
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import a_body, a_message
from fake import InProcess, Mock, Sandbox
from inbox_mock.app import Options
from inbox_mock.domain import limits
from inbox_mock.scenarios.loading import find
from inbox_mock.serving import incoming, server
from inbox_mock.serving.incoming import Incoming
from inbox_mock.testing.application import Application
from serving.raw import bytes_of, exchange, in_process, received
from whole import ATTACHMENTS, CONVERSATIONS, MESSAGES, PICTURE, a_busy_sandbox

FORM = "Content-Type: application/x-www-form-urlencoded"

# A blank at the end: what comes before it is complete, and would be executed.
WRITES: dict[str, Callable[[Sandbox], tuple[str, bytes]]] = {
    "a message": lambda _: (f"POST /api/v3{MESSAGES} HTTP/1.1", orjson.dumps(a_message()) + b" "),
    "a conversation": lambda _: (f"PUT /api/v3{CONVERSATIONS}/11 HTTP/1.1", orjson.dumps(a_body("conversations", closed=True)) + b" "),
    "an upload": lambda _: (f"POST /api/v3{ATTACHMENTS} HTTP/1.1", orjson.dumps(a_body("attachments", name="b.png", file=PICTURE)) + b" "),
    "a cancellation": lambda _: (
        "DELETE /api/v3/bookings/80 HTTP/1.1",
        orjson.dumps(a_body("bookings", cancelation_reason="canceled_by_client")) + b" ",
    ),
    "a token": lambda sandbox: (
        "POST /oauth/token HTTP/1.1",
        urlencode({"grant_type": "client_credentials", **client_of(sandbox), "more": "1"}).encode(),
    ),
    "a reset": lambda sandbox: (f"POST /__admin/sandboxes/{sandbox.id}/reset HTTP/1.1", b"{} "),
    "a booking": lambda sandbox: (f"POST /__admin/sandboxes/{sandbox.id}/bookings HTTP/1.1", b'{"channel":"airbnb"} '),
    "a fault": lambda sandbox: (f"POST /__admin/sandboxes/{sandbox.id}/faults HTTP/1.1", b'{"kind":"expired_token"} '),
    "an end": lambda sandbox: (f"DELETE /__admin/sandboxes/{sandbox.id} HTTP/1.1", b"{} "),
    "a read": lambda _: ("GET /api/v3/me HTTP/1.1", b"{} "),
}


def client_of(sandbox: Sandbox) -> dict[str, str]:
    application = sandbox.made["applications"][0]
    return {"client_id": application["client_id"], "client_secret": application["client_secret"]}


def in_chunks(body: bytes, sizes: list[int], extension: bytes, trailer: bytes) -> bytes:
    written = b""
    for size in [*sizes, len(body)]:
        part, body = body[:size], body[size:]
        written += b"%x%s\r\n%s\r\n" % (len(part), extension, part) if part else b""
    return written + b"0%s\r\n%s\r\n" % (extension, trailer)


FRAMED = st.one_of(
    st.just(lambda body: (f"Content-Length: {len(body)}", body)),
    st.builds(
        lambda sizes, extension, trailer: lambda body: ("Transfer-Encoding: chunked", in_chunks(body, sizes, extension, trailer)),
        st.lists(st.integers(1, 60), max_size=4),
        st.sampled_from([b"", b";name=value"]),
        st.sampled_from([b"", b"X-Checksum: 1\r\n"]),
    ),
)


@pytest.fixture(scope="module")
def sandbox(app: Flask) -> Sandbox:
    return a_busy_sandbox(Mock(InProcess(app)))


def facts(sandbox: Sandbox) -> object:
    """What the writes would change, besides the journal."""
    written = {path: sandbox.api.get(path).records for path in (MESSAGES, CONVERSATIONS, ATTACHMENTS, "/bookings")}
    return written, sandbox.handle.admin("GET", "/faults")


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@settings(max_examples=15)
@given(framed=FRAMED, share=st.floats(0, 1, exclude_max=True))
def test_no_beginning_of_a_request_is_executed(
    app: Flask,
    sandbox: Sandbox,
    write: Callable[[Sandbox], tuple[str, bytes]],
    framed: Callable[[bytes], tuple[str, bytes]],
    share: float,
) -> None:
    line, body = write(sandbox)
    framing, sent = framed(body)
    head = bytes_of(line, "Host: localhost", f"Authorization: Bearer {sandbox.api.token}", FORM, framing)
    before, last = facts(sandbox), int(sandbox.api.get("/me").headers["X-Mock-Request-Id"])

    answer = in_process(Application(app, "http://localhost"), head + sent[: int(share * len(sent))])
    kept, *added = sandbox.handle.journal(after=last - 1)

    assert answer.status == 400
    assert (kept["id"], kept["path"]) == (last, "/api/v3/me")
    assert all((entry["status"], entry["caused"]) == (400, []) for entry in added)
    assert facts(sandbox) == before


@given(cut=st.integers(0, 150))
def test_no_beginning_of_a_head_is_answered_but_with_400(app: Flask, cut: int) -> None:
    whole = bytes_of("POST /__admin/reset HTTP/1.1", "Host: localhost", "Content-Type: application/json", "X-Long: " + "x" * 100)

    answer = Application(app, "http://localhost").exchange(whole[:cut], 10)

    assert not answer if cut == 0 else received(answer).status == 400


@pytest.mark.parametrize("write", [write for name, write in WRITES.items() if name != "an end"])
def test_the_whole_request_is(app: Flask, write: Callable[[Sandbox], tuple[str, bytes]]) -> None:
    sandbox = a_busy_sandbox(Mock(InProcess(app)))
    line, body = write(sandbox)
    framing = f"Content-Length: {len(body)}"
    head = bytes_of(line, "Host: localhost", f"Authorization: Bearer {sandbox.api.token}", FORM, framing)

    assert in_process(Application(app, "http://localhost"), head + body).status < 300


@pytest.mark.parametrize("line", ["POST /__admin/sandboxes/default/reset", "POST /api/v3/inbox/messages", "GET /api/v3/me", "GET /livez"])
@pytest.mark.parametrize(("framing", "body"), [("Content-Length: 9", b"{}"), ("Transfer-Encoding: chunked", b"2\r\n{}\r\n")])
def test_who_closes_early_and_still_listens_is_told(served: str, line: str, framing: str, body: bytes) -> None:
    answer = exchange(served, bytes_of(f"{line} HTTP/1.1", "Host: localhost", framing, body=body))

    assert (answer.status, answer.header("Connection")) == (400, "close")


@pytest.mark.parametrize(
    "sent", [b"GET /api/v3/me HTTP/1.1\r\nHost: loc", b"GET /api/v3/me HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"]
)
def test_who_stops_sending_is_told_and_leaves_no_trace(
    sent: bytes, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "IDLE_SECONDS", 0.05)
    with server.serving(Options(scenario=find("agency"))) as impatient:
        address = urlsplit(impatient.url)
        with socket.create_connection((address.hostname, address.port), timeout=20) as opened:
            opened.sendall(sent)
            answer = received(opened.makefile("rb").read())

    assert answer.status == 408
    assert answer.json["errors"][0]["code"] == "request_timeout"
    assert capsys.readouterr().err == ""


class Dripping:
    """A socket on which a byte comes each second, by the clock that `monotonic` reads."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.timeouts: list[float] = []
        monkeypatch.setattr(incoming, "monotonic", lambda: self.now)

    def settimeout(self, seconds: float) -> None:
        self.timeouts.append(seconds)

    def recv(self, _most: int) -> bytes:
        if not self.timeouts[-1]:
            raise BlockingIOError  # whoever does not wait finds nothing
        self.now += 1
        return b"x"


@pytest.mark.parametrize("seconds", [limits.HEAD_TIME, limits.BODY_TIME])
@pytest.mark.parametrize("read", [lambda it: it.line(1_000, 414), lambda it: it.exactly(1_000)], ids=["a line", "a body"])
def test_a_byte_now_and_then_does_not_put_off_the_end(
    monkeypatch: pytest.MonkeyPatch, seconds: float, read: Callable[[Incoming], bytes]
) -> None:
    drip = Dripping(monkeypatch)
    slow = Incoming(drip, limits.IDLE_TIME)  # type: ignore[arg-type]
    slow.begin(seconds)

    with pytest.raises(TimeoutError):
        read(slow)

    assert drip.now == seconds
    assert max(drip.timeouts) == limits.IDLE_TIME
    assert [one for one in drip.timeouts if one][-1] == 1  # the last wait ends with the deadline
