"""Requests that can be read in two ways, or not at all: the server refuses them (RFC 9110, RFC 9112), and executes nothing."""

from collections.abc import Callable

import orjson
import pytest
from flask import Flask

from builders import a_booking, a_message, a_scenario
from fake import InProcess, Mock, OverSocket, Sandbox
from inbox_mock.domain import limits
from inbox_mock.serving.request_head import fields
from inbox_mock.testing.application import Application
from serving.raw import Received, bytes_of, exchange, in_process
from whole import MESSAGES

BODY = orjson.dumps(a_message())
LENGTH = f"Content-Length: {len(BODY)}"
CHUNKED = "Transfer-Encoding: chunked"
CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)

Exchange = Callable[[bytes], Received]


@pytest.fixture(scope="module", params=["in process", "over a socket"])
def sandbox(request: pytest.FixtureRequest, app: Flask, served: str) -> Sandbox:
    transport = InProcess(app) if request.param == "in process" else OverSocket(served)
    host = {"id": 2, "booking": 80, "host": "jan", "at": "-1h"}
    return Mock(transport).sandbox(a_scenario(bookings=[a_booking()], participants=[host]))


@pytest.fixture
def send(sandbox: Sandbox, app: Flask) -> Exchange:
    if isinstance(sandbox.transport, OverSocket):
        return lambda sent: exchange(sandbox.transport.root, sent)
    application = Application(app, "http://localhost")
    return lambda sent: in_process(application, sent)


def posting(sandbox: Sandbox, *lines: str | bytes, line: str | bytes = f"POST /api/v3{MESSAGES} HTTP/1.1", body: bytes = BODY) -> bytes:
    """The bytes of a request that would post a message; ``lines`` come after its token."""
    return bytes_of(line, f"Authorization: Bearer {sandbox.api.token}", *lines, body=body)


def messages(sandbox: Sandbox) -> int:
    return len(sandbox.api.get(MESSAGES).records)


# name: (status, lines, body). The source of each is beside it.
HEADS: dict[str, tuple[int, tuple[str | bytes, ...], bytes]] = {
    # RFC 9112, 3.2: no Host, several, or one that is none
    "no host": (400, (LENGTH,), BODY),
    "two hosts": (400, ("Host: localhost", "Host: evil.example", LENGTH), BODY),
    "two hosts that are the same": (400, ("Host: localhost", "host: localhost", LENGTH), BODY),
    "a host with a path": (400, ("Host: localhost/x", LENGTH), BODY),
    "a host with a user": (400, ("Host: me@localhost", LENGTH), BODY),
    "two hosts in one": (400, ("Host: localhost, evil.example", LENGTH), BODY),
    "a port that is none": (400, ("Host: localhost:x", LENGTH), BODY),
    # RFC 9112, 5.1: no blank before the colon
    "a blank before the colon of the host": (400, ("Host : localhost", LENGTH), BODY),
    "a blank before the colon of a length": (400, ("Host: localhost", f"Content-Length : {len(BODY)}"), BODY),
    "a tab before the colon": (400, ("Host: localhost", f"Content-Length\t: {len(BODY)}"), BODY),
    "a blank before the name": (400, (" Host: localhost", LENGTH), BODY),
    "no name": (400, ("Host: localhost", ": nothing", LENGTH), BODY),
    "no colon": (400, ("Host: localhost", "Nothing", LENGTH), BODY),
    "a name in brackets": (400, ("Host: localhost", "(X): y", LENGTH), BODY),
    "a name with an umlaut": (400, ("Host: localhost", "X-\u00e4: y", LENGTH), BODY),
    # RFC 9112, 5.2: lines that are folded
    "a folded line": (400, ("Host: localhost", "X-Long: a", " b", LENGTH), BODY),
    "a folded length": (400, ("Host: localhost", "Content-Length:", f" {len(BODY)}"), BODY),
    # RFC 9112, 2.2, and RFC 9110, 5.5: ends of lines, and control characters
    "a bare CR": (400, ("Host: localhost", "X: a\rb", LENGTH), BODY),
    "a bare LF": (400, ("Host: localhost", f"X: a\n{LENGTH}"), BODY),
    "a NUL": (400, ("Host: localhost", "X: a\0b", LENGTH), BODY),
    "an escape": (400, ("Host: localhost", "X: a\x1bb", LENGTH), BODY),
    # RFC 9110, 8.6: one length, in digits
    "a length with a sign": (400, ("Host: localhost", f"Content-Length: +{len(BODY)}"), BODY),
    "a negative length": (400, ("Host: localhost", "Content-Length: -1"), BODY),
    "a length with an underscore": (400, ("Host: localhost", "Content-Length: 1_0"), BODY),
    "a length in hexadecimal": (400, ("Host: localhost", f"Content-Length: {len(BODY):#x}"), BODY),
    "a length in other digits": (400, ("Host: localhost", "Content-Length: \u0661"), BODY),
    "a length with a fraction": (400, ("Host: localhost", f"Content-Length: {len(BODY)}.0"), BODY),
    "a list of lengths": (400, ("Host: localhost", f"Content-Length: {len(BODY)}, {len(BODY)}"), BODY),
    "two numbers": (400, ("Host: localhost", "Content-Length: 5 5"), BODY),
    "lengths that differ": (400, ("Host: localhost", LENGTH, "Content-Length: 2"), BODY),
    "lengths that differ in zeros": (400, ("Host: localhost", LENGTH, f"Content-Length: 0{len(BODY)}"), BODY),
    "an empty length": (400, ("Host: localhost", "Content-Length:"), BODY),
    # RFC 9112, 6.1 and 6.3: how the body is coded
    "a length and chunks": (400, ("Host: localhost", LENGTH, CHUNKED), CHUNKS),
    "chunks and a length": (400, ("Host: localhost", CHUNKED, f"Content-Length: {len(CHUNKS)}"), CHUNKS),
    "chunks twice": (400, ("Host: localhost", CHUNKED, CHUNKED), CHUNKS),
    "chunks that are not last": (400, ("Host: localhost", "Transfer-Encoding: chunked, gzip"), CHUNKS),
    "no coding": (400, ("Host: localhost", "Transfer-Encoding:"), CHUNKS),
    "a coding that is not known": (501, ("Host: localhost", "Transfer-Encoding: gzip, chunked"), CHUNKS),
    "a coding that is misspelt": (501, ("Host: localhost", "Transfer-Encoding: xchunked"), CHUNKS),
    "a coding of no coding": (501, ("Host: localhost", "Transfer-Encoding: identity"), CHUNKS),
    # RFC 9112, 7.1: chunks
    "chunks without the last": (400, ("Host: localhost", CHUNKED), CHUNKS[:-5]),
    "chunks without their end": (400, ("Host: localhost", CHUNKED), CHUNKS[:-2]),
    "a chunk that is too short": (400, ("Host: localhost", CHUNKED), b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY) + 2, BODY)),
    "a chunk that is too long": (400, ("Host: localhost", CHUNKED), b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY) - 1, BODY)),
    "a size that is none": (400, ("Host: localhost", CHUNKED), b"x\r\n%s\r\n0\r\n\r\n" % BODY),
    "a size with a prefix": (400, ("Host: localhost", CHUNKED), b"0x%s" % CHUNKS),
    "a size with a sign": (400, ("Host: localhost", CHUNKED), b"+%s" % CHUNKS),
    "a negative size": (400, ("Host: localhost", CHUNKED), b"-%s" % CHUNKS),
    "an underscore in a size": (400, ("Host: localhost", CHUNKED), b"0_%s" % CHUNKS),
    "a blank before a size": (400, ("Host: localhost", CHUNKED), b" %s" % CHUNKS),
    "an empty size": (400, ("Host: localhost", CHUNKED), b"\r\n%s" % CHUNKS),
    "a size that ends in a bare LF": (400, ("Host: localhost", CHUNKED), CHUNKS.replace(b"\r\n", b"\n", 1)),
    "a bare CR in an extension": (400, ("Host: localhost", CHUNKED), CHUNKS.replace(b"\r\n", b";a\rb\r\n", 1)),
    "a last chunk that is negative": (400, ("Host: localhost", CHUNKED), CHUNKS.replace(b"\r\n0\r\n", b"\r\n-0\r\n")),
    "a trailer that is none": (400, ("Host: localhost", CHUNKED), CHUNKS.replace(b"\r\n\r\n", b"\r\nno trailer\r\n\r\n")),
    "a trailer that ends in a bare LF": (400, ("Host: localhost", CHUNKED), CHUNKS.replace(b"\r\n\r\n", b"\r\nX: y\n\r\n")),
    "a trailer that breaks off": (400, ("Host: localhost", CHUNKED), CHUNKS.replace(b"\r\n\r\n", b"\r\nX: y")),
    # RFC 9110, 10.1.1: what is expected
    "an expectation that is not known": (417, ("Host: localhost", LENGTH, "Expect: a-miracle"), BODY),
    "one more expectation": (417, ("Host: localhost", LENGTH, "Expect: 100-continue, a-miracle"), BODY),
    # RFC 9110, 5.4, 15.5.14 and 15.5.15; RFC 6585, 5: limits of this server
    "a length beyond the limit": (413, ("Host: localhost", f"Content-Length: {limits.BODY + 1}"), b""),
    "a length beyond twice the limit": (413, ("Host: localhost", f"Content-Length: {3 * limits.BODY}"), b""),
    "a length beyond all limits": (413, ("Host: localhost", f"Content-Length: {'9' * 5_000}"), b""),
    "a chunk beyond the limit": (413, ("Host: localhost", CHUNKED), b"ffffffffff\r\n{}"),
    "a chunk beyond all limits": (413, ("Host: localhost", CHUNKED), b"%s\r\n{}" % (b"f" * 40)),
    "a gigantic extension": (400, ("Host: localhost", CHUNKED), b"1;%s\r\n{\r\n0\r\n\r\n" % (b"x" * limits.CHUNK_LINE)),
    "a gigantic header": (431, ("Host: localhost", f"X: {'x' * limits.HEAD}", LENGTH), BODY),
    "very many headers": (431, ("Host: localhost", *["X: y"] * limits.FIELDS, LENGTH), BODY),
    "a gigantic trailer": (431, ("Host: localhost", CHUNKED), CHUNKS.replace(b"\r\n\r\n", b"\r\nX: %s\r\n\r\n" % (b"x" * limits.HEAD))),
}


@pytest.mark.parametrize(("status", "lines", "body"), HEADS.values(), ids=HEADS)
def test_a_request_that_can_be_read_in_two_ways_is_refused(
    sandbox: Sandbox, send: Exchange, status: int, lines: tuple[str | bytes, ...], body: bytes
) -> None:
    before = messages(sandbox)

    answer = send(posting(sandbox, *lines, body=body))

    assert answer.status == status
    assert answer.header("Connection") == "close"
    assert answer.header("Content-Type") == "application/vnd.api+json; charset=utf-8"
    assert answer.header("X-Request-Id")
    (problem,) = answer.json["errors"]
    assert problem.keys() == {"code", "title"}
    assert messages(sandbox) == before


# name: (status, line)
LINES: dict[str, tuple[int, bytes]] = {
    # RFC 9112, 3: three parts, one space between them
    "nothing but a method": (400, b"POST"),
    "HTTP/0.9": (400, b"POST /api/v3/inbox/messages"),
    "two blanks": (400, b"POST  /api/v3/inbox/messages HTTP/1.1"),
    "a tab": (400, b"POST\t/api/v3/inbox/messages\tHTTP/1.1"),
    "a blank in the target": (400, b"POST /api/v3/inbox/messages ?a HTTP/1.1"),
    "a blank at the end": (400, b"POST /api/v3/inbox/messages HTTP/1.1 "),
    "a NUL in the target": (400, b"POST /api/v3/inbox/messages\0 HTTP/1.1"),
    "a bare CR": (400, b"POST /api/v3/inbox/messages\r HTTP/1.1"),
    "a method that is no token": (400, b"P(ST /api/v3/inbox/messages HTTP/1.1"),
    "a method in small letters": (400, b"post /api/v3/inbox/messages HTTP/1.1"),
    # RFC 9112, 3.2: the forms of a target
    "a target without a slash": (400, b"POST api/v3/inbox/messages HTTP/1.1"),
    "a fragment": (400, b"POST /api/v3/inbox/messages#a HTTP/1.1"),
    "an asterisk": (400, b"POST * HTTP/1.1"),
    "an authority": (400, b"POST localhost:80 HTTP/1.1"),
    "an absolute target without a host": (400, b"POST http:///api/v3/inbox/messages HTTP/1.1"),
    "an absolute target with a user": (400, b"POST http://me@localhost/api/v3/inbox/messages HTTP/1.1"),
    "an absolute target of another scheme": (421, b"POST ftp://localhost/api/v3/inbox/messages HTTP/1.1"),
    "an absolute target of a scheme that is not this connection's": (421, b"POST https://localhost/api/v3/inbox/messages HTTP/1.1"),
    "a tunnel": (501, b"CONNECT localhost:80 HTTP/1.1"),
    "a tunnel to a path": (400, b"CONNECT /api/v3/inbox/messages HTTP/1.1"),
    # RFC 9112, 2.3: the version
    "another protocol": (400, b"POST /api/v3/inbox/messages HTTPS/1.1"),
    "a protocol in small letters": (400, b"POST /api/v3/inbox/messages http/1.1"),
    "a version of one part": (400, b"POST /api/v3/inbox/messages HTTP/1"),
    "a version of more digits": (400, b"POST /api/v3/inbox/messages HTTP/1.10"),
    "version 0.9": (505, b"POST /api/v3/inbox/messages HTTP/0.9"),
    "version 2.0": (505, b"POST /api/v3/inbox/messages HTTP/2.0"),
    "the preface of HTTP/2": (505, b"PRI * HTTP/2.0"),
    "a target beyond the limit": (414, b"POST /%s HTTP/1.1" % (b"x" * limits.HEAD)),
}


@pytest.mark.parametrize(("status", "line"), LINES.values(), ids=LINES)
def test_a_request_line_that_is_none_is_refused(sandbox: Sandbox, send: Exchange, status: int, line: bytes) -> None:
    before = messages(sandbox)

    answer = send(posting(sandbox, "Host: localhost", LENGTH, line=line))

    assert answer.status == status
    assert answer.header("Connection") == "close"
    assert answer.json["errors"][0]["title"]
    assert messages(sandbox) == before


@pytest.mark.parametrize(
    ("target", "content_type", "keys"),
    [
        ("/api/v3/me", "application/vnd.api+json; charset=utf-8", {"errors"}),
        ("/api/v3/nothing", "application/vnd.api+json; charset=utf-8", {"errors"}),
        ("/nothing", "application/vnd.api+json; charset=utf-8", {"errors"}),
        ("/uploads/1/1/a.png", "application/vnd.api+json; charset=utf-8", {"errors"}),
        ("/__admin/reset", "application/problem+json", {"type", "title", "status", "code", "detail"}),
        ("/oauth/token", "application/json; charset=utf-8", {"error", "error_description"}),
        ("/oauth/authorize", "application/json; charset=utf-8", {"error", "error_description"}),
    ],
)
@pytest.mark.parametrize(
    ("line", "status"),
    [("Content-Length: x", 400), (f"Content-Length: {limits.BODY + 1}", 413), ("Expect: more", 417), ("Transfer-Encoding: gzip", 501)],
)
def test_a_refusal_has_the_format_of_what_was_addressed(
    send: Exchange, target: str, content_type: str, keys: set[str], line: str, status: int
) -> None:
    answer = send(bytes_of(f"POST {target} HTTP/1.1", "Host: localhost", line))

    assert answer.status == status
    assert answer.header("Content-Type") == content_type
    assert answer.json.keys() == keys
    assert answer.header("Date")


# target: the limit of its body, from the table in docs/reference.md
LARGEST = {
    "/oauth/token": limits.FORM,
    "/oauth/authorize": limits.FORM,
    "/oauth": limits.FORM,
    "//oauth//token": limits.FORM,
    "/%6fauth/token": limits.FORM,
    "http://localhost/oauth/token": limits.FORM,
    "/__admin/reset": limits.ADMIN_BODY,
    "/__admin": limits.ADMIN_BODY,
    "//__admin/sandboxes?a=b": limits.ADMIN_BODY,
    "/api/v3/inbox/messages": limits.BODY,
    "/oauth2": limits.BODY,
    "/livez": limits.BODY,
    "/": limits.BODY,
}


@pytest.mark.parametrize(("target", "most"), LARGEST.items(), ids=LARGEST)
@pytest.mark.parametrize(("more", "status"), [(0, 400), (1, 413)])
def test_a_body_too_large_for_its_address_is_refused_before_it_comes(
    send: Exchange, target: str, most: int, more: int, status: int
) -> None:
    """None of it is sent: what is not refused by its length is refused because it never comes."""
    line, framing = f"POST {target} HTTP/1.1", len("12345678\r\n\r\n")

    announced = send(bytes_of(line, "Host: localhost", f"Content-Length: {most + more}"))
    in_chunks = send(bytes_of(line, "Host: localhost", CHUNKED, body=b"%08x\r\n" % (most - framing + more)))

    assert (announced.status, in_chunks.status) == (status, status)


def test_the_refusal_of_a_head_request_has_no_body(send: Exchange) -> None:
    answer = send(bytes_of("HEAD /api/v3/me HTTP/1.1", "Host: localhost", "Content-Length: x"))

    assert (answer.status, answer.body) == (400, b"")


def test_a_refusal_is_in_the_journal_of_the_sandbox_and_costs_no_request(sandbox: Sandbox, send: Exchange) -> None:
    left = sandbox.api.get("/me").headers["X-RateLimit-Remaining"]

    answer = send(posting(sandbox, "Host: localhost", LENGTH, CHUNKED))
    (entry,) = sandbox.handle.journal()[-1:]

    assert (entry["method"], entry["path"], entry["status"], entry["caused"]) == ("POST", f"/api/v3{MESSAGES}", 400, [])
    assert answer.header("X-Mock-Request-Id") == str(entry["id"])
    assert int(sandbox.api.get("/me").headers["X-RateLimit-Remaining"]) == int(left) - 1


@pytest.mark.parametrize(
    ("lines", "body"),
    [
        (("Host: localhost", "Authorization : Bearer 5ecret"), b""),
        (("Host: localhost", "X: y", " 5ecret"), b""),
        (("Host: localhost", CHUNKED), b"client_secret=5ecret"),
        (("Host: localhost", CHUNKED), b"client_secret=5ecret\r\n"),
    ],
)
def test_a_refusal_repeats_no_secret(send: Exchange, lines: tuple[str, ...], body: bytes) -> None:
    answer = send(bytes_of("POST /oauth/token HTTP/1.1", *lines, body=body))

    assert answer.status == 400
    assert b"5ecret" not in answer.body


ALLOWED: dict[str, tuple[str, tuple[str, ...], bytes]] = {
    "an absolute target": ("GET http://localhost/api/v3/me HTTP/1.1", ("Host: localhost",), b""),
    "an absolute target in capitals": ("GET HTTP://LOCALHOST/api/v3/me HTTP/1.1", ("Host: localhost",), b""),
    "an empty host": ("GET /api/v3/me HTTP/1.1", ("Host:",), b""),
    "a host with an underscore": ("GET /api/v3/me HTTP/1.1", ("Host: inbox_mock:8089",), b""),
    "an address as a host": ("GET /api/v3/me HTTP/1.1", ("Host: [::1]:8089",), b""),
    "HTTP/1.0 without a host": ("GET /api/v3/me HTTP/1.0", (), b""),
    "a minor version that is not known": ("GET /api/v3/me HTTP/1.2", ("Host: localhost",), b""),
    "names in small letters": ("GET /api/v3/me HTTP/1.1", ("host: localhost", "content-length: 2"), b"{}"),
    "no blank after the colon": ("GET /api/v3/me HTTP/1.1", ("Host:localhost", "Content-Length:2"), b"{}"),
    "blanks around a value": ("GET /api/v3/me HTTP/1.1", ("Host: \t localhost \t", "Content-Length:  2  "), b"{}"),
    "a length with zeros": ("GET /api/v3/me HTTP/1.1", ("Host: localhost", "Content-Length: 0002"), b"{}"),
    "the same length twice": ("GET /api/v3/me HTTP/1.1", ("Host: localhost", "Content-Length: 2", "Content-Length: 2"), b"{}"),
    "chunks in capitals": ("GET /api/v3/me HTTP/1.1", ("Host: localhost", "Transfer-Encoding: Chunked"), b"2\r\n{}\r\n0\r\n\r\n"),
    "a size in capitals": ("GET /api/v3/me HTTP/1.1", ("Host: localhost", CHUNKED), b"0A\r\n{        }\r\n000\r\n\r\n"),
    "an extension": ("GET /api/v3/me HTTP/1.1", ("Host: localhost", CHUNKED), b'2 ; a="b;c"\r\n{}\r\n0;d\r\n\r\n'),
    "a trailer": ("GET /api/v3/me HTTP/1.1", ("Host: localhost", CHUNKED), b"2\r\n{}\r\n0\r\nContent-Length: 9\r\nX: y\r\n\r\n"),
    "a name that looks like a length": ("GET /api/v3/me HTTP/1.1", ("Host: localhost", "Content_Length: 9"), b""),
    "a name that looks like a coding": ("GET /api/v3/me HTTP/1.1", ("Host: localhost", "Transfer_Encoding: chunked"), b""),
    "a value that is not ASCII": ("GET /api/v3/me HTTP/1.1", ("Host: localhost", "X: \u00e4"), b""),
    "an expectation of HTTP/1.0": ("GET /api/v3/me HTTP/1.0", ("Expect: a-miracle",), b""),
    "an expectation without a body": ("GET /api/v3/me HTTP/1.1", ("Host: localhost", "Expect: 100-continue"), b""),
}


@pytest.mark.parametrize(("line", "lines", "body"), ALLOWED.values(), ids=ALLOWED)
def test_what_is_allowed_is_answered(sandbox: Sandbox, send: Exchange, line: str, lines: tuple[str, ...], body: bytes) -> None:
    assert send(posting(sandbox, *lines, "Connection: Close", line=line, body=body)).status == 200


def test_an_empty_line_before_a_request_is_skipped(sandbox: Sandbox, send: Exchange) -> None:
    asked = posting(sandbox, "Host: localhost", "Connection: close", line="GET /api/v3/me HTTP/1.1", body=b"")

    assert send(b"\r\n" + asked).status == 200
    assert send(b"\r\n\r\n" + asked).status == 400


@pytest.mark.parametrize("expected", ["100-continue", "100-CONTINUE"])
def test_who_asks_whether_to_go_on_is_told_to(sandbox: Sandbox, send: Exchange, expected: str) -> None:
    answer = send(posting(sandbox, "Host: localhost", LENGTH, f"Expect: {expected}", "Connection: close"))

    assert answer.interim == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answer.status == 201


def test_who_asks_whether_to_send_too_much_is_not_told_to_go_on(send: Exchange) -> None:
    answer = send(bytes_of("POST /api/v3/me HTTP/1.1", "Host: localhost", f"Content-Length: {limits.BODY + 1}", "Expect: 100-continue"))

    assert (answer.interim, answer.status) == (b"", 413)


def test_the_host_of_an_absolute_target_counts(sandbox: Sandbox, send: Exchange) -> None:
    line = "GET http://elsewhere.example:81/api/v3/rentals HTTP/1.1"
    answer = send(posting(sandbox, "Host: localhost", "Connection: close", line=line, body=b""))

    assert answer.json["meta"]["Link"]["first"] == "http://elsewhere.example:81/api/v3/rentals?page=1"


def test_the_admin_api_does_not_answer_at_the_host_of_an_absolute_target(send: Exchange) -> None:
    line = "GET http://evil.example/__admin/sandboxes HTTP/1.1"

    assert send(bytes_of(line, "Host: localhost", "Connection: close")).status == 403


@pytest.mark.parametrize("line", ["OPTIONS * HTTP/1.1", "FETCH /api/v3/me HTTP/1.1", "TRACE /api/v3/me HTTP/1.1"])
def test_methods_that_nobody_answers_are_refused_in_the_format_of_the_api(sandbox: Sandbox, send: Exchange, line: str) -> None:
    answer = send(posting(sandbox, "Host: localhost", "Connection: close", line=line, body=b""))

    assert answer.status == (404 if "*" in line else 405)
    assert answer.json["errors"]


def test_a_header_with_an_underscore_is_not_the_one_with_a_dash(sandbox: Sandbox, send: Exchange) -> None:
    answer = send(posting(sandbox, "Host: localhost", LENGTH, "Content_Length: 2", "Connection: close"))

    assert answer.status == 201


@pytest.mark.parametrize("greeting", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\x00" * 30, b"\xff\xfe\r\n\r\n"])
def test_bytes_that_begin_no_request_are_refused_at_once(send: Exchange, greeting: bytes) -> None:
    assert send(greeting).status == 400


@pytest.mark.parametrize("name", ["Forwarded", "Via", *(f"X-Forwarded-{told}" for told in ("For", "Host", "Port", "Prefix", "Proto"))])
def test_what_each_proxy_adds_on_a_line_of_its_own_is_one_list(name: str) -> None:
    assert fields([f"{name}: one\r\n".encode(), f"{name.lower()}: two\r\n".encode()]) == {name.encode(): b"one, two"}
