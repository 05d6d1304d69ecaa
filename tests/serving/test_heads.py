"""A head that comes again is not read again, and says the same; how many are kept is limited, and so is their length."""

from typing import Any

import pytest

from inbox_mock.api.pipeline import REFUSED
from inbox_mock.domain import limits
from inbox_mock.serving import heads, incoming
from inbox_mock.serving.request_head import RequestLine, request_line
from inbox_mock.testing.application import Application
from serving.raw import bytes_of


class Heard:
    """An application that notes what it is told of each request, and what is parsed for it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: list[dict[str, Any]] = []
        self.parsed = 0

        def counted(line: bytes, scheme: bytes) -> RequestLine:
            self.parsed += 1
            return request_line(line, scheme)

        monkeypatch.setattr(heads, "request_line", counted)
        heads.read_whole.cache_clear()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.told.append({**environ, "body": environ["wsgi.input"].read()})
        start_response("200 OK", [("Content-Length", "0"), ("Date", "today")])
        return []

    def ask(self, *sent: bytes, origin: str = "http://localhost") -> list[dict[str, Any]]:
        """Send requests; what was told of each, without what is new each time."""
        self.told.clear()
        for one in sent:
            Application(self, origin).exchange(one, None)
        new = ("wsgi.input", "inbox_mock.connection")
        return [{name: value for name, value in each.items() if name not in new} for each in self.told]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    return Heard(monkeypatch)


def a_head(*lines: str, method: str = "GET") -> bytes:
    return bytes_of(f"{method} /a%20b?c HTTP/1.1", "Host: localhost", *lines)


def test_a_head_that_comes_again_is_read_once_and_says_the_same(heard: Heard) -> None:
    first, second = heard.ask(a_head("Accept: a"), a_head("Accept: a"))

    assert heard.parsed == 1
    assert first == second


@pytest.mark.parametrize("lines", [("Accept: b",), ("accept: a",), ("Accept: a", "Accept: a"), ("Accept: a", "Connection: close")])
def test_another_head_is_read(heard: Heard, lines: tuple[str, ...]) -> None:
    heard.ask(a_head("Accept: a"), a_head(*lines))

    assert heard.parsed == 2


def test_what_an_application_does_to_its_environment_is_gone_with_the_next_request(heard: Heard) -> None:
    def spoiling(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        answered = heard(environ, start_response)
        environ.clear()
        return answered

    for _ in range(2):
        Application(spoiling, "http://localhost").exchange(a_head(), None)

    assert [told["PATH_INFO"] for told in heard.told] == ["/a b", "/a b"]


def test_bodies_are_not_kept(heard: Heard) -> None:
    head = a_head("Content-Length: 3", method="POST")
    told = heard.ask(head + b"one", head + b"two", head + b"six")

    assert [each["body"] for each in told] == [b"one", b"two", b"six"]
    assert heard.parsed == 1


def test_a_head_is_not_taken_for_one_of_another_scheme(heard: Heard) -> None:
    absolute = bytes_of("GET http://localhost/ HTTP/1.1", "Host: localhost")
    (plain,) = heard.ask(absolute)
    (encrypted,) = heard.ask(absolute, origin="https://localhost")

    assert REFUSED not in plain
    assert encrypted[REFUSED].status == 421


def test_a_refused_head_is_refused_each_time_by_a_refusal_of_its_own(heard: Heard) -> None:
    first, second = heard.ask(a_head("Broken"), a_head("Broken"))

    assert first[REFUSED] is not second[REFUSED]
    assert [each[REFUSED].status for each in (first, second)] == [400, 400]


def test_a_long_head_is_read_each_time(heard: Heard) -> None:
    long = a_head("X-Long: " + "x" * incoming.SHORT_HEAD)
    heard.ask(long, long)

    assert heard.parsed == 2


def test_of_more_heads_than_are_kept_those_that_came_least_recently_are_read_anew(heard: Heard) -> None:
    heard.ask(*(a_head(f"Number: {number}") for number in range(limits.HEADS + 1)))
    heard.parsed = 0
    heard.ask(a_head("Number: 1"), a_head("Number: 0"))

    assert heard.parsed == 1
