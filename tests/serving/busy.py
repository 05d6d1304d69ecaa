"""A server whose requests go on until the test ends them, and its clients."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from threading import Event, Thread
from time import monotonic, sleep

import pytest
from flask import Flask, Response, request

from inbox_mock.api.pipeline import REFUSED
from inbox_mock.serving.connections import Connections
from inbox_mock.serving.http_server import HttpServer
from inbox_mock.serving.listening import listen

GET = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
MUCH = 32 * 1024 * 1024
"""The bytes of an answer that no system takes whole for a client that does not read it."""
LONGEST_SECONDS = 20
POST = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody"


class Busy:
    """An application with work that goes on until the test ends it, and its server. ``begun`` counts the work that has begun."""

    def __init__(self, most: int, seconds: float) -> None:
        self.begun = 0
        self.goes_on, self.somebody_came = Event(), Event()
        self.asked: list[str] = []
        self.app = Flask("busy")
        self.app.before_request(lambda: Response(status=request.environ[REFUSED].status) if REFUSED in request.environ else None)
        self.app.add_url_rule("/work", "work", view_func=self.work)
        self.app.add_url_rule("/compute", "compute", view_func=self.compute)
        self.app.add_url_rule("/aside/<sandbox_id>", "aside", view_func=self.aside)
        self.app.add_url_rule("/asked/<name>", "asked", view_func=self.note)
        self.app.add_url_rule("/echo", "echo", view_func=lambda: request.get_data() or b"nothing", methods=["GET", "POST"])
        self.app.add_url_rule("/livez", "livez", view_func=lambda: "ok", methods=["GET", "POST"])
        self.http = HttpServer(listen("127.0.0.1", 0), self.app, timeout=seconds, threads=most)

    def work(self) -> Response:
        self.begun += 1
        self.goes_on.wait(20)
        return Response("done")

    def compute(self) -> Response:
        self.begun += 1
        end = monotonic() + LONGEST_SECONDS
        while not self.goes_on.is_set() and monotonic() < end:
            pass
        return Response("done")

    def aside(self, sandbox_id: str) -> Response:
        with self.http.threads.aside(sandbox_id):
            self.begun += 1
            self.somebody_came.wait(20)
        self.asked.append("came back")
        return Response("done")

    def note(self, name: str) -> str:
        self.asked.append(name)
        return "noted"

    def has_begun(self, number: int) -> bool:
        return self.begun == number

    def has_waiting(self, number: int) -> bool:
        return [value for name, _, value in self.http.threads.gauges() if name == "inbox_mock_requests_waiting"] == [number]

    @property
    def threads(self) -> int:
        """How many threads there are."""
        return len(self.http.threads)

    def connect(self, *sent: bytes) -> socket.socket:
        opened = socket.create_connection(self.http.address, timeout=20)
        for part in sent:
            opened.sendall(part)
        return opened


def eventually(comes_true: Callable[[], bool]) -> None:
    """Wait until something has come true; fail if it never does."""
    end = monotonic() + LONGEST_SECONDS
    while not comes_true():
        assert monotonic() < end
        sleep(0.001)


@contextmanager
def busy(most: int = 64, seconds: float = 20) -> Iterator[Busy]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Connections, "checks_after", 0.01)
        served = Busy(most, seconds)
        thread = Thread(target=served.http.serve, daemon=True)
        thread.start()
        try:
            yield served
        finally:
            served.goes_on.set()
            served.somebody_came.set()
            served.http.stop(1)
            thread.join(timeout=10)


def answer(opened: socket.socket) -> tuple[int, bytes]:
    found = HTTPResponse(opened)
    found.begin()
    return found.status, found.read()
