"""Faults that only the wire can do, over a raw socket."""

import socket
from urllib.parse import urlsplit

import pytest
import requests

from builders import JSON, a_booking, a_message, a_scenario
from fake import Mock, OverSocket, Sandbox
from faulty import entries, set_fault
from whole import MESSAGES

WHOLE = 1_000_000


@pytest.fixture
def over_socket(served: str) -> Sandbox:
    host: JSON = {"id": 2, "booking": 80, "host": "jan", "at": "-1h"}
    return Mock(OverSocket(served)).sandbox(a_scenario(bookings=[a_booking()], participants=[host]))


def exchanged(sandbox: Sandbox, path: str = MESSAGES) -> bytes:
    """Everything that comes over the wire for a GET, until the connection ends; it is asked to stay open."""
    address = urlsplit(sandbox.transport.root)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        request = f"GET /api/v3{path} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {sandbox.api.token}\r\n\r\n"
        connection.sendall(request.encode())
        found = b""
        while part := connection.recv(WHOLE):
            found += part
        return found


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after"])
def test_a_request_that_times_out_is_not_answered_at_all(over_socket: Sandbox, kind: str) -> None:
    set_fault(over_socket, kind)

    assert exchanged(over_socket) == b""


@pytest.mark.parametrize(("kind", "stored"), [("timeout_before", 0), ("timeout_after", 1)])
def test_what_timed_out_may_have_been_stored(over_socket: Sandbox, kind: str, stored: int) -> None:
    set_fault(over_socket, kind, times=1)

    with pytest.raises(requests.ConnectionError):
        over_socket.api.post(MESSAGES, a_message())

    assert len(over_socket.api.get(MESSAGES).records) == stored
    entry = entries(over_socket)[0]
    assert entry["status"] is None
    assert entry["response"]["body"] == ""
    assert bool(entry["caused"]) == bool(stored)
    assert f"({kind}) struck" in entry["why"]


@pytest.mark.parametrize(("applied", "stored"), [(False, 0), (True, 1)])
def test_a_dropped_connection_is_reset(over_socket: Sandbox, applied: bool, stored: int) -> None:
    set_fault(over_socket, "dropped", applied=applied, match={"method": "POST"})
    set_fault(over_socket, "dropped", match={"path": "/hosts"})

    with pytest.raises(requests.ConnectionError):
        over_socket.api.post(MESSAGES, a_message())
    with pytest.raises(ConnectionResetError):
        exchanged(over_socket, "/hosts")

    assert len(over_socket.api.get(MESSAGES).records) == stored


@pytest.mark.parametrize(("options", "kept"), [({}, None), ({"bytes": 10}, 10), ({"bytes": 0}, 0)])
def test_a_truncated_answer_promises_more_than_comes(over_socket: Sandbox, options: JSON, kept: int | None) -> None:
    whole = over_socket.api.get("/hosts").body
    set_fault(over_socket, "truncated", **options)

    head, _, body = exchanged(over_socket, "/hosts").partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 200")
    assert f"Content-Length: {len(whole)}".encode() in head
    assert body == whole[: len(whole) // 2 if kept is None else kept]
    assert entries(over_socket)[-1]["response"]["body"] == body.decode()


def test_a_client_notices_that_an_answer_is_truncated(over_socket: Sandbox) -> None:
    set_fault(over_socket, "truncated", times=1)

    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        over_socket.api.get("/hosts")

    assert over_socket.api.get("/hosts").status == 200


def test_a_connection_that_no_fault_struck_stays_open(over_socket: Sandbox) -> None:
    set_fault(over_socket, "dropped", match={"path": "/bookings"})
    assert isinstance(over_socket.transport, OverSocket)

    for _ in range(3):
        assert over_socket.api.get("/hosts").status == 200

    pools = over_socket.transport.session.get_adapter(over_socket.transport.root).poolmanager.pools  # type: ignore[attr-defined]
    assert [pools[key].num_connections for key in pools.keys()] == [1]  # noqa: SIM118
