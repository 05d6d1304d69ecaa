"""Connections that wait occupy no thread, health waits for none, and threads come and go with the requests."""

import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.client import HTTPResponse
from select import select
from threading import Event, Thread, current_thread
from time import monotonic, sleep
from typing import Any

import pytest
from flask import Flask, Response, request

from inbox_mock.api.pipeline import REFUSED
from inbox_mock.serving import threads
from inbox_mock.serving.connection import Connection, Host
from inbox_mock.serving.connections import Connections
from inbox_mock.serving.handover import Handed
from inbox_mock.serving.heads import read_whole
from inbox_mock.serving.http_server import HttpServer
from inbox_mock.serving.listening import listen
from lowered import lower

GET = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
FEW = 3
MUCH = 32 * 1024 * 1024
"""The bytes of an answer that no system takes whole for a client that does not read it."""
LONGEST_SECONDS = 20
LAST = b"GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
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


def test_health_is_answered_while_every_thread_is_busy() -> None:
    with busy(most=FEW) as served, ExitStack() as stack:
        for _ in range(2 * FEW):
            stack.enter_context(served.connect(GET % b"work"))
        eventually(lambda: served.begun == FEW)

        with served.connect(GET % b"livez") as opened:
            assert answer(opened) == (200, b"ok")
            opened.sendall(GET % b"livez")
            assert answer(opened) == (200, b"ok")


def test_health_is_answered_while_every_thread_stands_aside() -> None:
    with busy(most=FEW) as served, ExitStack() as stack:
        for number in range(1, FEW + 1):
            stack.enter_context(served.connect(GET % b"aside/nobody"))
            eventually(partial(served.has_begun, number))
        waiting = stack.enter_context(served.connect(GET % b"aside/nobody"))
        eventually(partial(served.has_waiting, 1))

        with served.connect(GET % b"livez") as opened:
            assert answer(opened) == (200, b"ok")
        served.somebody_came.set()
        assert answer(waiting) == (200, b"done")


def test_who_stood_aside_goes_on_although_every_thread_is_busy() -> None:
    with busy(most=2) as served, served.connect(GET % b"aside/0123456789ab") as aside:
        eventually(partial(served.has_begun, 1))
        with served.connect(GET % b"work") as work:
            eventually(partial(served.has_begun, 2))
            with served.connect(GET % b"asked/0123456789ab") as waiting:
                eventually(partial(served.has_waiting, 1))
                served.somebody_came.set()
                assert answer(aside) == (200, b"done")

                served.goes_on.set()
                assert (answer(work), answer(waiting)) == ((200, b"done"), (200, b"noted"))
    assert served.asked == ["came back", "0123456789ab"]


def test_a_thread_that_cannot_be_started_is_started_later(monkeypatch: pytest.MonkeyPatch) -> None:
    start, refused = Thread.start, Event()

    def refuse_once(thread: Thread) -> None:
        if thread.name.startswith("answers") and not refused.is_set():
            refused.set()
            raise RuntimeError("can't start new thread")
        start(thread)

    with busy() as served, served.connect() as opened:
        opened.sendall(GET % b"echo")
        assert answer(opened) == (200, b"nothing")
        monkeypatch.setattr(Thread, "start", refuse_once)
        with served.connect(GET % b"aside/nobody"):
            assert refused.wait(LONGEST_SECONDS)
            opened.sendall(GET % b"echo")
            assert answer(opened) == (200, b"nothing")


@pytest.mark.parametrize("sent", [POST[:-1], b"POST /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", GET % b"much"])
def test_who_waits_for_a_client_lets_others_answer_at_once(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "STALLED_SECONDS", LONGEST_SECONDS)
    with busy() as served:
        served.app.add_url_rule("/much", "much", view_func=lambda: bytes(MUCH))
        with served.connect(sent), served.connect(GET % b"echo") as opened:
            assert answer(opened) == (200, b"nothing")


def test_only_so_many_threads_wait_for_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "SLOW_CLIENTS", 1)
    with busy() as served, served.connect(POST[:-1]) as one, served.connect(POST[:-1]) as other:
        (refused,), *_ = select([one, other], [], [], LONGEST_SECONDS)
        waiting = one if refused is other else other
        assert answer(refused)[0] == 503

        waiting.sendall(POST[-1:])
        assert answer(waiting) == (200, b"body")


def test_an_answer_that_is_not_read_is_cut_if_no_thread_may_wait_for_that(monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "SLOW_CLIENTS", 0)
    with busy() as served:
        served.app.add_url_rule("/much", "much", view_func=lambda: bytes(MUCH))
        with served.connect(GET % b"much") as opened, served.connect() as other:
            eventually(lambda: len(served.http.connections) == 1)  # the first one is closed
            other.sendall(GET % b"echo")

            assert answer(other) == (200, b"nothing")
            assert 0 < len(opened.makefile("rb").read()) < MUCH


def test_health_that_is_refused_is_not_lingered_over() -> None:
    with busy() as served, served.connect(GET[:-2] % b"livez" + b"Host: b\r\n\r\n") as refused, served.connect(GET % b"livez") as opened:
        assert answer(refused)[0] == 400
        assert answer(opened) == (200, b"ok")


def test_health_with_a_body_waits_for_a_thread_like_everything_else() -> None:
    begun = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n"
    with busy() as served, served.connect(begun), served.connect(GET % b"livez") as opened:
        assert answer(opened) == (200, b"ok")


def test_connections_on_which_no_head_is_complete_occupy_no_thread() -> None:
    with busy(most=FEW) as served, ExitStack() as stack:
        for begun in (b"", b"G", b"GET / HTTP/1.1\r\n", GET[:-2]) * FEW:
            stack.enter_context(served.connect(begun))

        with served.connect(GET % b"echo") as opened:
            assert answer(opened) == (200, b"nothing")


def test_a_request_that_waits_for_another_one_gets_its_answer() -> None:
    with busy() as served, ExitStack() as stack:
        for _ in range(3 * FEW):
            stack.enter_context(served.connect(GET % b"work"))
        eventually(lambda: served.begun == 3 * FEW)

        with served.connect(GET % b"echo") as opened:
            assert answer(opened) == (200, b"nothing")


def test_one_thread_answers_on_all_connections_as_long_as_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "STALLED_SECONDS", LONGEST_SECONDS)
    with busy() as served, ExitStack() as stack:
        opened = [stack.enter_context(served.connect()) for _ in range(2 * FEW)]
        for one in opened * 3:
            one.sendall(GET % b"echo")
            assert answer(one) == (200, b"nothing")

        assert served.threads == 1


def test_who_waits_for_somebody_else_lets_others_answer_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "STALLED_SECONDS", LONGEST_SECONDS)
    with busy() as served, ExitStack() as stack:
        for number in range(1, 2 * FEW):
            stack.enter_context(served.connect(GET % b"aside/nobody"))
            eventually(partial(served.has_begun, number))

        with served.connect(GET % b"echo") as opened:
            assert answer(opened) == (200, b"nothing")
        eventually(lambda: served.http.threads.busy == 2 * FEW - 1)


def test_what_is_asked_where_somebody_is_waited_for_comes_first() -> None:
    with busy(most=2) as served, ExitStack() as stack:
        opened = [stack.enter_context(served.connect(GET % b"echo")) for _ in range(3)]
        assert [answer(each) for each in opened] == 3 * [(200, b"nothing")]
        stack.enter_context(served.connect(GET % b"aside/0123456789ab"))
        eventually(partial(served.has_begun, 1))
        stack.enter_context(served.connect(GET % b"work"))
        eventually(partial(served.has_begun, 2))
        for one, name in zip(opened, [b"one", b"two", b"0123456789ab"], strict=True):
            one.sendall(GET % b"asked/%s" % name)
        served.goes_on.set()

        assert [answer(each) for each in opened] == 3 * [(200, b"noted")]
        assert served.asked == ["0123456789ab", "one", "two"]


def test_what_another_worker_hands_over_comes_first_too() -> None:
    with busy(most=2) as served, served.connect(GET % b"aside/0123456789ab"), served.connect(GET % b"work"):
        eventually(partial(served.has_begun, 2))
        with (
            served.connect(GET % b"asked/one") as other,
            listen("127.0.0.1", 0) as listener,
            socket.create_connection(listener.getsockname(), timeout=LONGEST_SECONDS) as theirs,
        ):
            ours, _ = listener.accept()
            eventually(partial(served.has_waiting, 1))
            head = read_whole(GET % b"asked/handed", b"http")
            served.http.adopt(ours, Handed(head, b"", None, b"", ("127.0.0.1", 1), "0123456789ab"))
            served.goes_on.set()

            assert [answer(theirs), answer(other)] == 2 * [(200, b"noted")]
            assert served.asked == ["handed", "one"]


def test_who_stood_aside_goes_on_in_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "STALLED_SECONDS", LONGEST_SECONDS)
    with busy() as served, served.connect(GET % b"aside/nobody") as aside, served.connect() as other:
        eventually(partial(served.has_begun, 1))
        with served.connect(GET % b"work"):
            eventually(partial(served.has_begun, 2))
            other.sendall(GET % b"asked/other")
            served.somebody_came.set()
            eventually(partial(served.has_waiting, 1))
            assert not served.asked
            served.goes_on.set()

            assert (answer(aside), answer(other)) == ((200, b"done"), (200, b"noted"))
            assert served.asked == ["came back", "other"]


def test_who_stood_aside_goes_on_although_nobody_else_does() -> None:
    with busy() as served, served.connect(GET % b"aside/nobody") as aside:
        eventually(partial(served.has_begun, 1))
        with served.connect(GET % b"work"):
            eventually(partial(served.has_begun, 2))
            sleep(10 * threads.STALLED_SECONDS)  # nothing waits: nobody watches the threads any more
            served.somebody_came.set()

            assert answer(aside) == (200, b"done")


def test_a_request_that_computes_for_long_lets_others_be_answered() -> None:
    with busy() as served, served.connect(GET % b"compute"):
        eventually(partial(served.has_begun, 1))
        with served.connect(GET % b"echo") as opened:
            assert answer(opened) == (200, b"nothing")
        assert not served.goes_on.is_set()


def test_those_that_compute_for_long_let_only_a_few_answer_beside_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "computed", lambda _: monotonic())
    with busy() as served, ExitStack() as stack:
        for _ in range(3 * threads.MOST_LONG):
            stack.enter_context(served.connect(GET % b"compute"))
        eventually(partial(served.has_begun, threads.AT_ONCE + threads.MOST_LONG))
        sleep(4 * threads.LONG_SECONDS)

        assert served.has_begun(threads.AT_ONCE + threads.MOST_LONG)
        with served.connect(GET % b"livez") as opened:
            assert answer(opened) == (200, b"ok")


def test_all_answer_beside_those_that_wait_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "computed", lambda _: 1.0)
    with busy() as served, ExitStack() as stack:
        for _ in range(threads.AT_ONCE + threads.MOST_LONG + 1):
            stack.enter_context(served.connect(GET % b"compute"))

        eventually(partial(served.has_begun, threads.AT_ONCE + threads.MOST_LONG + 1))


@pytest.mark.skipif(not hasattr(time, "pthread_getcpuclockid"), reason="the system does not tell how long a thread has computed")
def test_what_a_thread_computes_is_told_from_what_it_waits_for() -> None:
    waits = Thread(target=sleep, args=(LONGEST_SECONDS,), daemon=True)
    waits.start()
    eventually(lambda: threads.computed(current_thread()) > 0.1)
    computes, waited = threads.computed(current_thread()), threads.computed(waits)
    eventually(lambda: threads.computed(current_thread()) > computes)

    assert threads.computed(waits) == waited


def test_what_is_sent_while_an_answer_is_made_is_answered_after_it() -> None:
    with busy() as served, served.connect(GET % b"work") as opened, served.connect() as other:
        eventually(lambda: served.begun == 1)
        opened.sendall(GET % b"echo")
        for _ in range(2):  # somebody has looked at what is sent
            other.sendall(GET % b"echo")
            assert answer(other) == (200, b"nothing")
        served.goes_on.set()

        with opened.makefile("rb") as answered:
            received = answered.read(1)
            while not received.endswith(b"nothing"):
                received += answered.read(1)
        assert re.findall(rb"\r\n\r\n(done|nothing)", received) == [b"done", b"nothing"]


def test_who_goes_away_while_an_answer_is_made_leaves_the_thread_to_others() -> None:
    with busy(most=1) as served:
        with served.connect(GET % b"work"):
            eventually(lambda: served.begun == 1)
        served.goes_on.set()

        with served.connect(GET % b"echo") as opened:
            assert answer(opened) == (200, b"nothing")
        eventually(lambda: not served.http.threads.busy and not len(served.http.connections))


def test_an_error_of_looking_is_told_and_the_server_goes_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    look, failed = Connections.look, Event()

    def fail_once(connections: Connections, seconds: float) -> list[Connection]:
        found = look(connections, seconds)
        if not failed.is_set():
            failed.set()
            raise RuntimeError("odd")
        return found

    monkeypatch.setattr(Connections, "look", fail_once)
    with busy() as served:
        assert failed.wait(LONGEST_SECONDS)
        with served.connect(GET % b"echo") as opened:
            assert answer(opened) == (200, b"nothing")

    assert "RuntimeError('odd')" in capsys.readouterr().err


def test_threads_that_rest_end_and_the_memory_that_they_had_is_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    returned = Event()
    monkeypatch.setattr(threads, "REST_SECONDS", 0.01)
    monkeypatch.setattr(threads, "return_memory", returned.set)
    with busy() as served, ExitStack() as stack:
        for _ in range(3 * FEW):
            stack.enter_context(served.connect(GET % b"work"))
        eventually(lambda: served.begun == 3 * FEW)
        assert served.threads >= 3 * FEW

        served.goes_on.set()

        assert returned.wait(20)
        eventually(lambda: served.threads == threads.AT_ONCE)
        with served.connect(GET % b"echo") as opened:
            assert answer(opened) == (200, b"nothing")


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_request_may_come_in_pieces_and_two_in_one(size: int) -> None:
    sent = POST + GET % b"echo" + POST + LAST
    with busy() as served, served.connect(*(sent[at : at + size] for at in range(0, len(sent), size))) as opened:
        received = opened.makefile("rb").read()

    assert re.findall(rb"\r\n\r\n(body|nothing)", received) == [b"body", b"nothing", b"body", b"nothing"]


@pytest.mark.parametrize("begun", [b"GET /echo HTTP/1.1\r\nHost: localhost\r\n", b"GET"])
def test_a_head_that_does_not_end_is_408(begun: bytes) -> None:
    with busy(seconds=0.05) as served, served.connect(begun) as opened:
        assert answer(opened)[0] == 408


def test_a_connection_on_which_nothing_comes_is_closed() -> None:
    with busy(seconds=0.05) as served, served.connect() as opened:
        assert opened.recv(1) == b""


@pytest.mark.parametrize("begun", [b"GET /echo HTTP/1.1\nHost: localhost\n", b"\r\n\r\n\r\n"])
def test_what_can_be_no_head_is_refused_at_once(begun: bytes) -> None:
    with busy() as served, served.connect(begun) as opened:
        assert answer(opened)[0] == 400


def test_an_answer_is_not_copied_for_each_part_that_the_system_takes() -> None:
    taken: list[Any] = []

    class Slow(socket.socket):
        def send(self, data: Any, _flags: int = 0) -> int:
            taken.append(data)
            return min(len(data), 1_000)

    written = bytes(2_500)
    with Slow() as slow:
        Connection(Host(("127.0.0.1", 0), Flask("unused")), slow, ("127.0.0.1", 1)).send(written)

    assert [len(part) for part in taken] == [2_500, 1_500, 500]
    assert all(part is written or part.obj is written for part in taken)
