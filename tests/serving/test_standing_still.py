"""A process that stood still for longer than a client may be silent: stopped, paused with its container, or asleep with the machine."""

import socket
from collections.abc import Iterator
from contextlib import closing
from time import monotonic

import pytest
from flask import Flask

from inbox_mock.serving import connections
from inbox_mock.serving.connection import Connection, Host
from inbox_mock.serving.connections import Connections
from inbox_mock.serving.incoming import Incoming
from inbox_mock.serving.listening import listen
from serving.raw import bytes_of

REQUEST = bytes_of("GET /livez HTTP/1.1", "Host: localhost")
NIGHT = 8 * 3600


class Night:
    """What stands still, and goes on later: its clock, and what watches its connections."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        listener = listen("127.0.0.1", 0)
        self.connections = Connections(Host(listener.getsockname()[:2], Flask("never asked")), listener)
        self.client = socket.create_connection(listener.getsockname(), timeout=20)
        self._passed = 0
        monkeypatch.setattr(connections, "monotonic", lambda: monotonic() + self._passed)

    def passes(self, monkeypatch: pytest.MonkeyPatch, sent: bytes) -> list[Connection]:
        """Let it pass while somebody looks, who has seen nothing come when the client sends something; what they find then."""
        select = self.connections._selector.select  # noqa: SLF001 - the moment that matters is within it

        def stand_still(_seconds: float | None) -> list[object]:
            self.client.sendall(sent)
            self._passed += NIGHT
            monkeypatch.setattr(self.connections._selector, "select", select)  # noqa: SLF001
            return []

        monkeypatch.setattr(self.connections._selector, "select", stand_still)  # noqa: SLF001
        return self.connections.look(1)


@pytest.fixture
def night(monkeypatch: pytest.MonkeyPatch) -> Iterator[Night]:
    night = Night(monkeypatch)
    with closing(night.client):
        yield night
        night.connections.end()


@pytest.mark.parametrize("before", [0, 20])
def test_what_came_meanwhile_is_answered(night: Night, monkeypatch: pytest.MonkeyPatch, before: int) -> None:
    night.client.sendall(REQUEST[:before])
    while not night.connections:
        night.connections.look(1)

    (found,) = night.passes(monkeypatch, REQUEST[before:])

    with closing(found):
        assert found.incoming.whole_head() == REQUEST
        assert not found.incoming.late


def test_a_client_that_was_silent_all_the_time_is_not_waited_for(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    while not night.connections:
        night.connections.look(1)

    assert night.passes(monkeypatch, b"") == []
    assert night.client.recv(1) == b""


def test_of_a_body_that_came_after_its_deadline_what_is_there_is_read() -> None:
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        ours.settimeout(0)
        incoming = Incoming(ours, 10)
        incoming.begin(-NIGHT)
        theirs.sendall(b"a body")

        assert incoming.exactly(6) == b"a body"
        with pytest.raises(TimeoutError):
            incoming.exactly(1)
