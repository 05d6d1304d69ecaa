"""Header names, values and key order as they leave the socket: some clients read them to the letter."""

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson
import pytest

from builders import JSON, a_body, a_message, without
from fake import Mock, OverSocket, Sandbox
from whole import CONVERSATIONS, MESSAGES, a_busy_sandbox

pytestmark = pytest.mark.both_transports

JSON_API = "application/vnd.api+json; charset=utf-8"
TRACE = {"x-updated-since-request-synced-at", "X-Request-Id", "X-Runtime", "Vary"}
RATE = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
PLACE = {"Link", "X-Total-Pages", "X-Total-Count", "X-Per-Page", "X-Current-Page"}
VALID = {"ETag"}


@dataclass(frozen=True)
class Raw:
    """An answer, byte for byte."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    reason: str = ""

    @property
    def names(self) -> set[str]:
        return {name for name, _ in self.headers}

    def __getitem__(self, wanted: str) -> str:
        (found,) = (value for name, value in self.headers if name == wanted)
        return found


@dataclass(frozen=True)
class Wire:
    """A busy sandbox, asked by hand."""

    root: str
    sandbox: Sandbox

    def ask(self, method: str, target: str, body: bytes = b"", token: str | None = None, *lines: str) -> Raw:
        """Send one request and read until the server hangs up."""
        token = self.sandbox.api.token if token is None else token
        head = [f"{method} {target} HTTP/1.1", f"Host: {urlsplit(self.root).netloc}", "Connection: close", *lines]
        head += [f"Authorization: Bearer {token}"] if token else []
        head += [f"Content-Length: {len(body)}"] if body else []
        with socket.create_connection((urlsplit(self.root).hostname, urlsplit(self.root).port), timeout=10) as connection:
            connection.sendall("\r\n".join([*head, "", ""]).encode("latin-1") + body)
            with connection.makefile("rb") as answer:
                received = answer.read()
        first, _, rest = received.partition(b"\r\n\r\n")
        status, *found = first.decode("latin-1").split("\r\n")
        headers = [(name, value) for name, _, value in (line.partition(": ") for line in found)]
        return Raw(int(status.split()[1]), headers, rest, status.split(maxsplit=2)[2])


@pytest.fixture
def wire(served: str) -> Wire:
    return Wire(served, a_busy_sandbox(Mock(OverSocket(served))))


def sent(body: JSON) -> bytes:
    return orjson.dumps(body)


BASE = "/api/v3"
CLOSE = sent(a_body("conversations", closed=True))
ASKED: dict[str, Callable[[Wire], Raw]] = {
    "200 list": lambda wire: wire.ask("GET", f"{BASE}{MESSAGES}"),
    "200 one": lambda wire: wire.ask("GET", f"{BASE}{CONVERSATIONS}/11"),
    "200 put": lambda wire: wire.ask("PUT", f"{BASE}{CONVERSATIONS}/11", CLOSE),
    "201": lambda wire: wire.ask("POST", f"{BASE}{MESSAGES}", sent(a_message())),
    "204": lambda wire: wire.ask("DELETE", f"{BASE}/bookings/80"),
    "304": lambda wire: wire.ask("GET", f"{BASE}{MESSAGES}", b"", None, "If-None-Match: *"),
    "400": lambda wire: wire.ask("POST", f"{BASE}{MESSAGES}", b"{"),
    "401": lambda wire: wire.ask("GET", f"{BASE}{MESSAGES}", b"", "nobody"),
    "403": lambda wire: wire.ask("GET", f"{BASE}{MESSAGES}", b"", wire.sandbox.api_with("public").token),
    "404 record": lambda wire: wire.ask("GET", f"{BASE}{MESSAGES}/999"),
    "404 path": lambda wire: wire.ask("GET", f"{BASE}/nothing"),
    "405": lambda wire: wire.ask("DELETE", f"{BASE}{MESSAGES}"),
    "422": lambda wire: wire.ask("POST", f"{BASE}{MESSAGES}", sent(without(a_message(), "content"))),
    "429": lambda wire: wire.ask("GET", f"{BASE}{MESSAGES}", b"", used_up(wire)),
}


def used_up(wire: Wire) -> str | None:
    """A token whose application has no requests left."""
    return Mock(wire.sandbox.transport).sandbox({"rate_limit": 0}).api.token


def answers(wire: Wire, what: str) -> Raw:
    return ASKED[what](wire)


ALL = tuple(ASKED)
REASONS = {
    "200": "OK",
    "201": "Created",
    "204": "No Content",
    "304": "Not Modified",
    "400": "Bad Request",
    "401": "Unauthorized",
    "403": "Forbidden",
    "404": "Not Found",
    "405": "Method Not Allowed",
    "422": "Unprocessable Entity",
    "429": "Too Many Requests",
}
REFUSED = ("400", "403", "404 record", "404 path", "405", "422", "429")


@pytest.mark.parametrize("what", ALL)
def test_the_status_is_what_was_meant(wire: Wire, what: str) -> None:
    assert answers(wire, what).status == int(what[:3])


@pytest.mark.parametrize("what", ALL)
def test_the_reason_phrase_is_in_the_case_of_the_recordings(wire: Wire, what: str) -> None:
    assert answers(wire, what).reason == REASONS[what[:3]]


@pytest.mark.parametrize("what", ALL)
def test_every_answer_has_the_recorded_p3p(wire: Wire, what: str) -> None:
    assert answers(wire, what)["P3P"] == (
        'CP="OTI DSP COR CUR ADMo DEVo TAI PSAi PSDi IVAi IVDi CONi HISi TELi OTPi OUR SAMi OTRo UNRo PUBi IND UNI STA"'
    )


@pytest.mark.parametrize("what", ALL)
def test_every_answer_can_be_traced(wire: Wire, what: str) -> None:
    answer = answers(wire, what)

    assert answer.names >= TRACE
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", answer["X-Request-Id"])  # RFC 9562, 5.4
    assert re.fullmatch(r"\d+\.\d+", answer["X-Runtime"])
    assert answer["x-updated-since-request-synced-at"] == "2030-06-01 12:00:00 UTC"


@pytest.mark.parametrize("what", ALL)
def test_no_header_comes_twice(wire: Wire, what: str) -> None:
    names = [name.lower() for name, _ in answers(wire, what).headers]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("what", [what for what in ALL if what != "401"])
def test_every_answer_but_401_tells_the_rate_limit(wire: Wire, what: str) -> None:
    assert answers(wire, what).names >= RATE


def test_401_tells_no_rate_limit(wire: Wire) -> None:
    assert not answers(wire, "401").names & RATE


@pytest.mark.parametrize("what", ["200 list", "200 one", "200 put", "201", *REFUSED])
def test_the_content_type_is_exact(wire: Wire, what: str) -> None:
    assert answers(wire, what)["Content-Type"] == JSON_API


def test_the_challenge_of_401_is_exact(wire: Wire) -> None:
    answer = answers(wire, "401")

    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Pragma"] == "no-cache"
    assert answer["WWW-Authenticate"] == (
        'Bearer realm="Doorkeeper", error="invalid_token", error_description="The access token is invalid"'
    )
    assert answer.body == b'{"errors":[{"code":"unauthorized"}]}'


@pytest.mark.parametrize("what", ["200 list", "200 one", "304"])
def test_a_read_tells_its_place(wire: Wire, what: str) -> None:
    assert answers(wire, what).names >= PLACE


@pytest.mark.parametrize("what", [what for what in ALL if what not in {"200 list", "200 one", "304"}])
def test_nothing_else_tells_a_place(wire: Wire, what: str) -> None:
    assert not answers(wire, what).names & PLACE


@pytest.mark.parametrize("what", ["200 list", "200 one", "200 put", "201", "304"])
def test_what_can_be_kept_has_a_weak_etag(wire: Wire, what: str) -> None:
    answer = answers(wire, what)

    assert re.fullmatch(r'W/"[0-9a-f]{32}"', answer["ETag"])
    assert answer["Cache-Control"] == "max-age=0, private, must-revalidate"


@pytest.mark.parametrize("what", ["204", *REFUSED])
def test_what_cannot_be_kept_has_none(wire: Wire, what: str) -> None:
    answer = answers(wire, what)

    assert not answer.names & VALID
    assert answer["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("what", ["204", "304"])
def test_an_empty_answer_has_no_body_and_no_type(wire: Wire, what: str) -> None:
    answer = answers(wire, what)

    assert answer.body == b""
    assert "Content-Type" not in answer.names


def test_only_201_has_a_location(wire: Wire) -> None:
    answer = answers(wire, "201")

    assert answer["Location"] == f"{wire.root}/api/v3/inbox/messages/23"
    assert "Location" not in answers(wire, "200 put").names


def test_405_names_the_methods_that_are_allowed(wire: Wire) -> None:
    assert set(answers(wire, "405")["Allow"].split(", ")) >= {"GET", "POST"}


def test_the_link_header_is_joined_by_comma_and_space(wire: Wire) -> None:
    answer = wire.ask("GET", "/api/v3/inbox/messages?per_page=1&fields=content,origin")

    address = f"{wire.root}/api/v3/inbox/messages?fields=content%2Corigin"
    assert answer["Link"] == (
        f'<{address}&page=1&per_page=1>; rel="first", <{address}&page=2&per_page=1>; rel="next", <{address}&page=2&per_page=1>; rel="last"'
    )


def test_the_keys_of_the_body_are_in_order(wire: Wire) -> None:
    body = answers(wire, "200 list").body

    assert body.startswith(b'{"links":{"messages.')
    assert body.index(b'"messages":[') < body.index(b'"meta":{')


def test_head_answers_the_headers_alone(wire: Wire) -> None:
    answer = wire.ask("HEAD", f"/api/v3{MESSAGES}")

    assert answer.status == 200
    assert answer.names >= PLACE
    assert answer.body == b""


def test_a_body_in_chunks_is_read(wire: Wire) -> None:
    body = sent(a_message())
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    head = (
        f"POST /api/v3{MESSAGES} HTTP/1.1\r\nHost: {urlsplit(wire.root).netloc}\r\nConnection: close\r\n"
        f"Authorization: Bearer {wire.sandbox.api.token}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection((urlsplit(wire.root).hostname, urlsplit(wire.root).port), timeout=10) as connection:
        connection.sendall(head.encode() + chunks)
        with connection.makefile("rb") as answer:
            assert answer.readline().startswith(b"HTTP/1.1 201 ")
