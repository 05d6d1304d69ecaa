"""Handing a connection over to another worker, with the request that was read from it: that worker serves the request's sandbox.

Each worker has an inbox, a pair of sockets of which the supervisor holds both ends: what is put there while the worker is being
started anew waits for it. What is put there is the connection, with a line on which the two workers agree: the taker says that it
is there, is given the request, and says that it has it. A giver that hears nothing in time has given nothing away, and answers
itself; once the taker has the request, nobody else executes it.
"""

import socket
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from inbox_mock.serving.heads import Head
from inbox_mock.store.homes import Share

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    Line = Connection[Any, Any]

WAITING_SECONDS = 10.0
"""How long a request waits for a worker that is being started anew, and a worker for one that hands something over."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What goes along with a connection: the request's head and body, what came after it, and the client's address.

    ``refused`` is the status and the reason if the request could not be read; ``sandbox_id`` is that of the sandbox that it is about.
    """

    head: Head
    body: bytes
    refused: tuple[int, str] | None
    rest: bytes
    peer: tuple[str, int]
    sandbox_id: str


def _line() -> "tuple[Line, Line]":
    """Return both ends of a line."""
    from multiprocessing import Pipe

    return Pipe()


@dataclass(frozen=True, slots=True)
class Handover:
    """The inboxes of all workers, by their numbers, to which one of them gives, and the other end of its own, from which it takes."""

    share: Share
    inboxes: Sequence[socket.socket]
    own: socket.socket
    _end: "tuple[Line, Line]" = field(default_factory=_line)

    def give(self, connected: socket.socket, handed: Handed) -> bool:
        """Hand a connection over to the worker that serves its request's sandbox; return False if it does not take it in time."""
        from multiprocessing.connection import wait

        inbox = self.inboxes[self.share.owner(handed.sandbox_id)]
        deadline = monotonic() + WAITING_SECONDS
        while (left := deadline - monotonic()) > 0:
            try:
                line = _offer(inbox, connected, left)
            except OSError:
                return False
            with closing(line), suppress(EOFError, OSError):  # the taker has ended: there is another one soon
                if line not in wait([line, self._end[0]], deadline - monotonic()):
                    return False
                line.recv()
                line.send(handed)
                return bool(line.recv())
        return False

    def take(self, adopt: Callable[[socket.socket, Handed], None]) -> None:
        """Take what others hand over, in a thread, until the `end`, or that of all who give."""
        from multiprocessing.connection import Connection, wait

        def take_all() -> None:
            with self.own:
                while self._end[0] not in wait([self.own, self._end[0]]) and (found := socket.recv_fds(self.own, 1, 2))[0]:
                    connected, line = found[1]
                    _take(socket.socket(fileno=connected), Connection(line), adopt)

        Thread(target=take_all, name="handover", daemon=True).start()

    def end(self) -> None:
        """Take nothing more, which is left for the next process, and wait for nobody who is to take something."""
        self._end[1].close()


def _offer(inbox: socket.socket, connected: socket.socket, seconds: float) -> "Line":
    """Put a connection into an inbox, with one end of a line; return the other end."""
    ours, theirs = _line()
    try:
        inbox.settimeout(seconds)
        socket.send_fds(inbox, [b"\0"], [connected.fileno(), theirs.fileno()])
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return ours


def _take(connected: socket.socket, line: "Line", adopt: Callable[[socket.socket, Handed], None]) -> None:
    with closing(line), suppress(EOFError, OSError):  # the giver has ended, or waits no longer
        line.send(True)
        if line.poll(WAITING_SECONDS):
            handed = line.recv()
            line.send(True)
            adopt(connected, handed)
            return
    connected.close()
