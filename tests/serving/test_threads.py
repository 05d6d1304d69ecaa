"""Connections that wait occupy no thread, health waits for none, and threads come and go with the requests."""

import re
import socket
import time
from contextlib import ExitStack
from functools import partial
from threading import Event, Thread, current_thread
from time import monotonic, sleep
from typing import Any

import pytest
from flask import Flask

from inbox_mock.serving import threads
from inbox_mock.serving.connection import Connection, Host
from inbox_mock.serving.connections import Connections
from serving.busy import GET, LONGEST_SECONDS, POST, answer, busy, eventually

FEW = 3
LAST = b"GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def test_health_is_answered_while_every_thread_is_busy() -> None:
    with busy(most=FEW) as served, ExitStack() as stack:
        for _ in range(2 * FEW):
            stack.enter_context(served.connect(GET % b"work"))
        eventually(lambda: served.begun == FEW)

        with served.connect(GET % b"livez") as opened:
            assert answer(opened) == (200, b"ok")
            opened.sendall(GET % b"livez")
            assert answer(opened) == (200, b"ok")


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
