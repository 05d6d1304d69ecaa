"""A server that cannot be tried: one clear line, exit code 2, and never a traceback."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fake import Sandbox
from inbox_contracts.provider.properties import document
from inbox_mock.domain import limits
from provider.hostile import CONVERSATIONS, Check, always, http, listening, nobody, silent, trickling


def said(check: Check, *words: str) -> str:
    """The one line that the command stops with."""
    result = check(*words)
    lines = result.stderr.strip().splitlines()
    assert result.returncode == 2, result.stdout + result.stderr
    assert len(lines) == 1, result.stdout + result.stderr
    assert lines[0].startswith("inbox-mock: "), lines
    return lines[0]


def test_a_server_that_is_down_is_named(check: Check) -> None:
    assert said(check, nobody()).endswith("nothing listens there")


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "http://", "http://127.0.0.1:99999"])
def test_what_is_no_address_is_said_to_be_none(check: Check, url: str) -> None:
    assert "is no address" in said(check, url)


def test_a_server_that_says_nothing_is_not_waited_for(check: Check) -> None:
    with silent() as url:
        assert "no whole answer within 0.2 s" in said(check, url, "--timeout", "0.2")


def test_a_server_that_never_ends_its_answer_is_not_waited_for(check: Check) -> None:
    with trickling() as url:
        assert "no whole answer within 0.3 s" in said(check, url, "--timeout", "0.3")


def test_a_server_of_pages_is_asked_for_a_token(check: Check) -> None:
    with listening(always(http("200 OK", b"<!doctype html>"))) as url:
        assert "give a token of the account on trial with --token" in said(check, url)


def test_a_server_of_pages_is_not_the_api_even_with_a_token(check: Check) -> None:
    with listening(always(http("200 OK", b"<!doctype html>"))) as url:
        line = said(check, url, "--token", "t")

    assert "this is not the Inbox API" in line
    assert "begins with '<!doctype html>', expected JSON" in line


def test_another_api_is_not_the_inbox_api(check: Check) -> None:
    with listening(always(http("200 OK", b'{"data":[]}', "application/json"))) as url:
        assert "expected 200 with conversations" in said(check, url, "--token", "t")


def test_a_body_that_breaks_off_says_how_much_is_missing(check: Check) -> None:
    with listening(always(http("200 OK", CONVERSATIONS[:10], "application/json", length=400))) as url:
        assert "the body ends after 10 bytes, 390 more were announced" in said(check, url, "--token", "t")


def test_a_body_that_is_longer_than_any_of_the_api_is_not_read(check: Check) -> None:
    with listening(always(http("200 OK", b"", "application/json", length=limits.TRIED_ANSWER + 1))) as url:
        assert "its body has more than 32 MiB" in said(check, url, "--token", "t")


def test_what_is_no_http_is_said_to_be_none(check: Check) -> None:
    with listening(always(b"SSH-2.0-OpenSSH_9.6\r\n")) as url:
        assert "the response is not HTTP" in said(check, url)


def test_a_server_that_hangs_up_is_named(check: Check) -> None:
    with listening(lambda _connection, _line: None) as url:
        assert "the connection was closed without an answer" in said(check, url)


def test_a_redirect_is_told(check: Check) -> None:
    with listening(always(http("302 Found", b"", "text/html", "Location: https://elsewhere.example/"))) as url:
        assert "the server leads elsewhere" in said(check, url, "--token", "t")


def test_a_wrong_token_is_told_with_the_servers_reason(check: Check, served: str) -> None:
    assert "The access token is invalid" in said(check, served, "--token", "wrong")


def test_a_token_without_scopes_is_told_which_one_it_needs(check: Check, served: str, sandbox: Sandbox) -> None:
    token = sandbox.api_with("clients_read").token

    assert "give one with the scope inbox_read" in said(check, served, "--token", str(token))


@pytest.mark.parametrize("url", ["https://www.bookingsync.com", "https://www.bookingsync.com./api/v3"])
def test_the_real_service_is_not_written_to(check: Check, url: str) -> None:
    assert "add --read-only" in said(check, url, "--token", "t")


def test_no_terminal_obeys_what_a_server_said(check: Check) -> None:
    refusal = http("401 Unauthorized", b"{}", "application/json", "WWW-Authenticate: Bearer \x1b[31mno")
    with listening(always(refusal)) as url:
        assert "Bearer \ufffd[31mno" in said(check, url, "--token", "t")


def test_an_unknown_property_is_told_which_ones_there_are(check: Check, served: str) -> None:
    line = said(check, served, "-k", "nonsense")

    assert "there are accounts-apart, answers-to-writes, applications, attaching" in line


@pytest.mark.parametrize("words", [["--timeout", "nan"], ["--timeout", "inf"], ["--effort", "nan"]])
def test_a_number_is_one_within_bounds(check: Check, words: list[str]) -> None:
    result = check("http://127.0.0.1:1", *words)

    assert result.returncode == 2
    assert f"Invalid value for '{words[0]}'" in result.stderr


def test_a_long_trial_wants_a_duration(check: Check) -> None:
    result = check("http://127.0.0.1:1", "--thorough", "soon")

    assert result.returncode == 2
    assert "found 'soon'; expected a duration such as 90s, 10m or 1h" in result.stderr


def test_a_server_that_dies_during_the_trial_ends_it(check: Check) -> None:
    answered: list[str] = []

    def once(connection: socket.socket, line: str) -> None:
        answered.append(line)  # before the answer, at which the next request may come to another thread
        if len(answered) == 1:
            connection.sendall(http("200 OK", CONVERSATIONS, "application/json"))

    with listening(once) as url:
        assert "stopped answering after" in said(check, url, "--token", "t", "-k", "etag")


def test_a_body_that_breaks_off_during_the_trial_is_a_finding(check: Check) -> None:
    def cut(connection: socket.socket, line: str) -> None:
        length = None if "per_page=1 " in line else 400
        connection.sendall(http("200 OK", CONVERSATIONS, "application/json", length=length))

    with listening(cut) as url:
        result = check(url, "--token", "t", "-k", "total-count")

    assert result.returncode == 1
    assert "the body ends after 41 bytes, 359 more were announced" in result.stdout


def test_a_server_without_a_document_is_not_judged_by_one(check: Check, served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "DOCUMENT", "/nothing.json")

    result = check(served, "-k", "own-document", "-k", "etag")

    assert result.returncode == 0
    assert "the server publishes no /nothing.json" in result.stdout


@pytest.mark.parametrize("words", [[], ["--read-only"]])
def test_a_rate_limit_that_is_used_up_ends_the_trial_and_is_no_finding(check: Check, words: list[str]) -> None:
    def refuse(connection: socket.socket, line: str) -> None:
        first = "per_page=1 " in line or "/accounts" in line
        connection.sendall(http("200 OK" if first else "429 Too Many Requests", CONVERSATIONS, "application/json"))

    with listening(refuse) as url:
        result = check(url, "--token", "t", "-k", "total-count", "-k", "usual-bookings", *words)

    assert result.returncode == 2, result.stdout + result.stderr
    assert result.stdout.count("the rate limit is used up") == 2
    assert "inbox-mock: nothing was judged: the rate limit is used up" in result.stderr


def test_pages_that_lead_in_a_circle_are_not_followed_for_ever(check: Check) -> None:
    asked: list[str] = []

    def lead(connection: socket.socket, line: str) -> None:
        asked.append(line)
        root = f"http://127.0.0.1:{connection.getsockname()[1]}"
        link = f'Link: <{root}/api/v3/inbox/conversations?page=2>; rel="next"'
        connection.sendall(http("200 OK", CONVERSATIONS, "application/json", link))

    with listening(lead) as url:
        result = check(url, "--token", "t", "-k", "total-count")

    assert result.returncode == 1
    assert "page 1 has no record that was not on the pages before, and a next one" in result.stdout
    assert len(asked) < 100


def test_a_document_leads_to_nobody_else(check: Check) -> None:
    with publishing(paths={"/api/v3/bookings": {"get": {"operationId": "a", "parameters": [{"$ref": "http://127.0.0.1:1/p.json"}]}}}) as (
        url,
        _,
    ):
        result = check(url, "--token", "t", "-k", "own-document")

    assert result.returncode == 2  # nothing else was judged
    assert "/openapi.json refers to 'http://127.0.0.1:1/p.json', and no other server is called" in result.stdout


def test_of_a_document_the_server_that_is_asked_alone_is_called_and_only_to_read(check: Check) -> None:
    answers = {"responses": {"200": {"description": "fine"}}}
    with listening(always(http("200 OK", CONVERSATIONS, "application/json"))) as elsewhere:
        servers = [{"url": elsewhere.replace("127.0.0.1", "localhost")}]
        bookings = {"get": {"operationId": "list", "servers": servers, **answers}, "delete": {"operationId": "cancel", **answers}}
        with publishing(servers=servers, paths={"/api/v3/bookings": {"servers": servers, **bookings}}) as (url, asked):
            check(url, "--token", "t", "-k", "own-document", "--effort", "0.2")

    assert any(line.startswith("GET /api/v3/bookings") for line in asked)
    assert {line.partition(" ")[0] for line in asked} == {"GET"}


@contextmanager
def publishing(**document: object) -> Iterator[tuple[str, list[str]]]:
    """An API of conversations alone, with a document; its root, and what it was asked."""
    asked: list[str] = []
    published = json.dumps({"openapi": "3.1.0", "info": {"title": "it", "version": "1"}, **document}).encode()

    def respond(connection: socket.socket, line: str) -> None:
        asked.append(line)
        known = published if " /openapi.json" in line else CONVERSATIONS
        connection.sendall(http("200 OK", known, "application/json"))

    with listening(respond) as url:
        yield url, asked
