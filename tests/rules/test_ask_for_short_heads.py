"""HDR001: the client got an answer whose head is longer than clients or proxies in common use can read."""

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fake import Mock, OverSocket, Sandbox
from inbox_contracts.rules.response_heads import LIMITS, HeadLimit, ask_for_short_heads
from inbox_mock.api.rendering import head_bytes
from rules.judged import an_entry, blamed, some_evidence, the_report, violations_of
from whole import CONVERSATIONS, MESSAGES

CODE = "HDR001"
REFERENCE = Path(__file__).parents[2] / "docs/reference.md"


def ids(number: int) -> str:
    """A path of many ids of four digits, one of which is known."""
    return f"{CONVERSATIONS}/{','.join(['11', '12', *map(str, range(1002, 1000 + number))])}"


@pytest.fixture
def two(inbox: Sandbox) -> Sandbox:
    """A sandbox with the conversations 11 and 12: a path with several ids has pages if several are known."""
    assert inbox.api.post(CONVERSATIONS, {"conversations": [{}]}).record["id"] == 12
    return inbox


def passed(sandbox: Sandbox) -> str:
    """What the only violation says, a note."""
    (found,) = the_report(sandbox)["violations"]
    assert (found["code"], found["severity"]) == (CODE, "note")
    return str(found["about"])


@pytest.mark.parametrize(
    ("number", "readers"),
    [
        (220, ["nginx"]),
        (540, ["nginx", "Apache httpd", "Varnish", "aiohttp"]),
        (1100, ["nginx", "Apache httpd", "Varnish", "aiohttp", "HAProxy", "Node", "niquests"]),
    ],
)
def test_many_ids_make_a_head_that_some_cannot_read(two: Sandbox, number: int, readers: list[str]) -> None:
    assert two.api.get(ids(number), per_page=1).status == 200

    about = passed(two)
    assert [limit.reader for limit in LIMITS if str(limit) in about] == [limit.reader for limit in LIMITS[: len(readers)]]
    assert all(reader in about for reader in readers)
    assert the_report(two)["verdict"] == "notes"


def test_the_longest_head_is_shown(two: Sandbox) -> None:
    for number in (220, 1100, 540):
        two.api.get(ids(number), per_page=1)

    (violation,) = the_report(two)["violations"]
    assert [entry["path"] for entry in violation["evidence"]] == [f"/api/v3{ids(1100)}"[:600] + "..."]


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.reader)
def test_what_is_just_read_and_what_is_not(limit: HeadLimit) -> None:
    for more in (0, 1):
        header, head = (limit.header or 0) + more, (limit.head or 0) + more
        seen = some_evidence(an_entry(1, headers={"Link": "a" * (header if limit.header else 10)}, head_bytes=head if limit.head else 100))

        found = violations_of(ask_for_short_heads, seen)
        assert any(str(limit) in violation.about for violation in found) == bool(more)


# Not when.


def test_a_hundred_ids_are_read_by_everybody(two: Sandbox) -> None:
    assert two.api.get(ids(100), per_page=1, include="participants,messages", fields="subject,created_at").status == 200

    assert blamed(two) == []


def test_fields_and_includes_are_read_by_everybody(inbox: Sandbox) -> None:
    fields = "id,content,origin,visibility,channel,sent_at,created_at,updated_at,conversation,sender,attachments"
    inbox.api.get(MESSAGES, fields=fields, include="conversation,sender,attachments,account")

    assert blamed(inbox) == []


# The size, and where the limits are told.


def test_the_size_is_that_of_the_head_on_the_wire(served: str) -> None:
    sandbox = Mock(OverSocket(served)).sandbox("agency")
    address = urlsplit(served)
    with socket.create_connection((address.hostname, address.port), 30) as connection:
        request = f"GET /api/v3{MESSAGES} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {sandbox.made['token']}\r\n\r\n"
        connection.sendall(request.encode())
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65_536)
    head = received.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    (entry,) = sandbox.admin.get("/journal").json["entries"]

    assert abs(len(head) - head_bytes(entry["response"]["headers"])) < 50


def test_the_reference_has_every_limit() -> None:
    rows = (f"| {limit.reader} | {size(limit.header)}| {size(limit.head)}|" for limit in LIMITS)

    assert "\n".join(rows) in REFERENCE.read_text()


def size(limit: int | None) -> str:
    """A size as in a cell of the table."""
    return "" if limit is None else f"{limit:,} "
