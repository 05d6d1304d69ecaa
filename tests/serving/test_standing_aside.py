"""A thread that waits for somebody else stands aside: others answer meanwhile, what that somebody asks comes first, and it comes back."""

import socket
from contextlib import ExitStack
from functools import partial
from select import select
from time import sleep

import pytest

from inbox_mock.serving import threads
from inbox_mock.serving.handover import Handed
from inbox_mock.serving.heads import read_whole
from inbox_mock.serving.listening import listen
from lowered import lower
from serving.busy import GET, LONGEST_SECONDS, MUCH, POST, answer, busy, eventually

FEW = 3


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
