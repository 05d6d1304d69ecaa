"""Connections that begin and do not end: a good client is served beside them, and nothing of them stays behind."""

import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from builders import a_booking, a_message, a_scenario
from driven import everything
from fake import Sandbox
from hostile.attacks import Run, attack
from hostile.children import Served, served
from hostile.wire import written

MOST_OPEN, MOST_TRICKLING, AT_ONCE = 400, 100, 20
"""So many connections at a time, of which so many send a byte now and then; so many more in each round."""

RECOVERY_SECONDS = 60
HANDLES_LEFT = 20
NO_LINGER = struct.pack("ii", 1, 0)
SHORT = "a body that is shorter than it says"


@dataclass
class Half:
    """A connection that is not finished; ``rest`` goes over it a byte at a time."""

    socket: socket.socket
    rest: bytes = b""

    def go_on(self) -> None:
        """Send the next byte."""
        with suppress(OSError):
            self.socket.send(self.rest[:1])
        self.rest = self.rest[1:]

    def end(self, random: Random) -> None:
        """Close it in order, by a reset, or after closing one half."""
        with suppress(OSError):
            match random.randrange(3):
                case 0:
                    self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
                case 1:
                    self.socket.shutdown(socket.SHUT_WR)
        self.socket.close()


@dataclass
class Crowd:
    """The connections that are open, and what they ask for."""

    server: Served
    sandbox: Sandbox
    random: Random
    halves: list[Half] = field(default_factory=list)

    def requests(self) -> list[bytes]:
        token = self.sandbox.api.token
        message = a_message(content=SHORT)
        return [
            written("GET", "/api/v3/inbox/messages", token=token),
            written("POST", "/api/v3/inbox/messages", payload=message, token=token),
            written("POST", "/api/v3/inbox/messages", "Transfer-Encoding: chunked", "Content-Length: 0", token=token) + b"5\r\n{",
            written("POST", f"/__admin/sandboxes/{self.sandbox.id}/reset"),
            written("GET", "/readyz"),
        ]

    def begin(self) -> None:
        """Open a connection and do one of the odd things with it."""
        opened = socket.create_connection(("127.0.0.1", self.server.port), timeout=RECOVERY_SECONDS)
        half = Half(opened)
        with suppress(OSError):
            self.random.choice(MANNERS)(half, self)
        self.halves.append(half)


def send_nothing(half: Half, crowd: Crowd) -> None:
    """The server waits for a request."""


def break_off(half: Half, crowd: Crowd) -> None:
    """Send a request up to some byte."""
    request = crowd.random.choice(crowd.requests())
    half.socket.sendall(request[: crowd.random.randrange(len(request) - 1)])


def trickle(half: Half, crowd: Crowd) -> None:
    """Send a request byte by byte, from some byte on."""
    request = crowd.random.choice(crowd.requests())
    begun = crowd.random.randrange(len(request))
    half.socket.sendall(request[:begun])
    half.rest = request[begun:-1] if sum(bool(each.rest) for each in crowd.halves) < MOST_TRICKLING else b""


def send_a_short_body(half: Half, crowd: Crowd) -> None:
    """Send a whole message, but say that it is longer."""
    request = written(
        "POST", "/api/v3/inbox/messages", "Content-Length: 5000", payload=a_message(content=SHORT), token=crowd.sandbox.api.token
    )
    half.socket.sendall(request)
    half.socket.shutdown(socket.SHUT_WR)


def reset_with_a_short_body(half: Half, crowd: Crowd) -> None:
    """Order a reset, but say that there is more to come."""
    half.socket.sendall(written("POST", f"/__admin/sandboxes/{crowd.sandbox.id}/reset", "Content-Length: 9", payload={}))
    half.socket.shutdown(socket.SHUT_WR)


def greet_by_tls(half: Half, crowd: Crowd) -> None:
    """Send what a TLS client begins with."""
    half.socket.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + crowd.random.randbytes(505))


def ask_and_never_read(half: Half, crowd: Crowd) -> None:
    """Ask for more than the connection holds, and read nothing."""
    half.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    half.socket.sendall(written("GET", "/openapi.json") * crowd.random.choice((1, 20)))


def send_rubbish(half: Half, crowd: Crowd) -> None:
    """Send what is no request."""
    half.socket.sendall(crowd.random.choice((b"\r\n" * 50, b"\x00" * 2000, b"GET", b"EHLO localhost\r\n", crowd.random.randbytes(3000))))


MANNERS: tuple[Callable[[Half, Crowd], None], ...] = (
    *(send_nothing, break_off, trickle, send_a_short_body, reset_with_a_short_body),
    *(greet_by_tls, ask_and_never_read, send_rubbish),
)


@attack(
    does=f"up to {MOST_OPEN} connections send nothing, half a request, a byte now and then, too little, TLS or rubbish, and end in any way",
    holds="a good client is served all the while, what came in part is not carried out, and no handle is left behind",
    share=9,
)
def half_open_connections(run: Run) -> None:
    with served(run) as server:
        random = run.random()
        stay = a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}])
        crowd = Crowd(server, server.mock.sandbox(stay), random)
        handles, begun = server.process.num_fds(), 0
        try:
            while not run.is_over or not begun:
                for _ in range(AT_ONCE):
                    crowd.begin()
                    begun += 1
                for half in crowd.halves:
                    half.go_on()
                serve_the_good_one(run, crowd.sandbox, begun)
                random.shuffle(crowd.halves)
                while len(crowd.halves) > MOST_OPEN:
                    crowd.halves.pop().end(random)
        finally:
            for half in crowd.halves:
                half.end(random)
        run.hold(recovers(server, handles), f"{server.process.num_fds()} handles are open, {handles} were at the beginning")
        carried_out = [message for message in everything(crowd.sandbox, "inbox/messages") if message["content"] == SHORT]
        run.hold(not carried_out, "a message is written whose body had not come to its end")
        run.measure(f"{begun} connections")


def serve_the_good_one(run: Run, sandbox: Sandbox, number: int) -> None:
    """A good client writes a message and reads it; it knows of no other client."""
    content = f"message after connection {number}"
    answer = sandbox.api.post("/inbox/messages", a_message(content=content))
    if answer.status != 201:
        run.wrong(f"a good client's message is answered {answer.status}: {answer.body[:300]!r}")
        return
    read = sandbox.api.get(f"/inbox/messages/{answer.record['id']}")
    run.hold(
        read.status == 200 and read.record["content"] == content, f"a message was acknowledged, and then: {read.status} {read.body[:300]!r}"
    )


def recovers(server: Served, handles: int) -> bool:
    """Whether the handles that were opened are closed again before long."""
    until = time.monotonic() + RECOVERY_SECONDS
    while server.process.num_fds() > handles + HANDLES_LEFT:
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True
