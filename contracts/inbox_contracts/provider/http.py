"""The connection to the server on trial: every exchange is logged, and counted against the trial's budget."""

import shlex
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPException, IncompleteRead
from time import monotonic, time
from typing import Any
from urllib.parse import urlsplit

import orjson

from inbox_contracts.provider.expectations import PropertyViolation
from inbox_mock.console.stopping import STOP
from inbox_mock.domain import limits
from inbox_mock.http import HttpClient, HttpResponse, TooLong

BEGINNING = 60
SHARE = 0.3
"""How much of what is left of the hour a trial takes at the most: the account's own programs need the rest."""
MOST_REQUESTS = 300
FIRST_REQUESTS = 2
"""Requests that were made before the trial knew its budget."""


class NoAnswer(PropertyViolation):
    """The server gave no whole answer; the text says how it failed."""


class BudgetSpent(Exception):  # noqa: N818 - nothing went wrong
    """No more requests may be made; the text says why."""


@dataclass
class LoggedRequest:
    """A request as it was sent; ``status`` is that of its response, or None before there is one."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None
    status: int | None = None

    def curl(self) -> str:
        """Return a command that sends it again, with the token as a shell variable."""
        words = ["curl", "-i"]
        if self.method == "HEAD":
            words.append("-I")
        elif self.method != ("GET" if self.body is None else "POST"):
            words += ["-X", self.method]
        for name, value in self.headers.items():
            words += ["-H", f"{name}: {value}"]
        if self.body is not None:
            words += ["--data-binary", self.body.decode(errors="replace")]
        written = shlex.join([*words, self.url])
        return written.replace("'Authorization: Bearer $TOKEN'", '"Authorization: Bearer $TOKEN"')


@dataclass(frozen=True)
class ApiResponse(HttpResponse):
    """A response, with the request that it answers."""

    request: LoggedRequest

    @property
    def about(self) -> str:
        """The request and the status, for people."""
        parts = urlsplit(self.request.url)
        return f"{self.request.method} {parts.path}{'?' if parts.query else ''}{parts.query} -> {self.status}"

    @cached_property
    def json(self) -> Any:  # noqa: ANN401 - what comes off the wire may be anything
        """The body as JSON.

        Raises:
            PropertyViolation: the body is not JSON.
        """
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            begins = self.body[:BEGINNING].decode(errors="replace")
            raise PropertyViolation(
                f"{self.about}: {self.header('Content-Type') or 'a body'} that begins with {begins!r}, expected JSON"
            ) from None


@dataclass
class Budget:
    """The number of requests that a trial may send to a real service: ``allowed``, or fewer by the rate limit's headers."""

    allowed: int
    left_to_others: int = 0
    made: int = 0
    ended: str | None = None

    @classmethod
    def after(cls, answer: ApiResponse, wished: int | None) -> "Budget":
        """Return the budget that the first response's headers leave."""
        left = _number(answer.header("X-RateLimit-Remaining"))
        allowed = wished or MOST_REQUESTS
        if left is None:
            return cls(allowed, made=FIRST_REQUESTS)
        return cls(min(allowed, int(left * SHARE)), left // 2, FIRST_REQUESTS)

    def before_request(self) -> None:
        """Count a request.

        Raises:
            Spent: the budget is used up.
        """
        if self.ended is None and self.made >= self.allowed:
            self.ended = f"the {self.allowed} requests that this trial may make are used up"
        self._go_on()
        self.made += 1

    def after_response(self, answer: ApiResponse) -> None:
        """Stop when the rate limit is used up, or others use it up, without waiting.

        Raises:
            Spent: the response itself is a 429, which says nothing about the property.
        """
        left = _number(answer.header("X-RateLimit-Remaining"))
        if answer.status == 429:
            reset = _number(answer.header("X-RateLimit-Reset"))
            when = "" if reset is None else f"; it is free again in {max(0, reset - int(time()))} s"
            self.ended = f"the rate limit is used up{when}"
            self._go_on()
        elif left is not None and left < self.left_to_others:
            self.ended = f"only {left} requests are left in this hour, and others use them"

    def _go_on(self) -> None:
        """Raise Spent once the trial has ended; always from this line, by which Hypothesis recognises it."""
        if self.ended is not None:
            raise BudgetSpent(self.ended)


@dataclass
class TrialConnection:
    """The connection to the server on trial. ``log`` holds the requests since it was cleared; without a budget, any number may be sent.

    A request that would begin after ``ends_at``, by the monotonic clock, is not sent.
    """

    root: str
    timeout_seconds: float = 10.0
    budget: Budget | None = None
    log: list[LoggedRequest] = field(default_factory=list)
    count: int = 0
    is_tidying: bool = False
    ends_at: float | None = None
    waited_seconds: float = 0.0

    def __post_init__(self) -> None:
        self._http = HttpClient(self.root, keep_alive=True, most=limits.TRIED_ANSWER)

    def send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None, *, unlogged: bool = False
    ) -> ApiResponse:
        """Send a request and return the whole response. A token in ``headers`` is logged as ``$TOKEN``.

        Raises:
            NoAnswer: there is none in time, or it breaks off.
            Spent: the budget is used up, or the time.
            Stopped: this process is to end, and this is no `tidying`.
        """
        if not self.is_tidying:
            STOP.check()
            self._check_time()
        if self.budget is not None:
            self.budget.before_request()
        shown = {name: "Bearer $TOKEN" if value.startswith("Bearer ") else value for name, value in headers.items()}
        request = LoggedRequest(method, self.root + target, shown, body)
        self.count += 1
        if not unlogged:
            self.log.append(request)
        began = monotonic()
        try:
            found = self._http.exchange(method, target, headers, body, seconds=self.timeout_seconds)
        except (OSError, HTTPException) as error:
            raise NoAnswer(f"{method} {target}: {self._reason(error)}") from None
        finally:
            self.waited_seconds += monotonic() - began
        request.status = found.status
        answer = ApiResponse(found.status, found.headers, found.body, request)
        if self.budget is not None:
            self.budget.after_response(answer)
        return answer

    def _check_time(self) -> None:
        if self.ends_at is not None and monotonic() > self.ends_at:
            average = self.waited_seconds / max(1, self.count)
            raise BudgetSpent(f"its time is over: {self.count} answers took {average:.2g} s each")

    @contextmanager
    def tidying(self) -> Iterator[None]:
        """Send the requests of the block even if this process is to end: they take back what the trial has made."""
        self.is_tidying = True
        try:
            yield
        finally:
            self.is_tidying = False

    def close(self) -> None:
        """Close the connection; the next request opens another one."""
        self._http.close()

    def _reason(self, error: Exception) -> str:
        """Return the reason of a failure in words, by the first class of error that matches."""
        host = urlsplit(self.root).hostname
        kinds: tuple[tuple[type[Exception], Callable[[Any], str]], ...] = (
            (TimeoutError, lambda _: f"no whole answer within {self.timeout_seconds:g} s"),
            (IncompleteRead, _cut),
            (TooLong, str),
            (ConnectionRefusedError, lambda _: "nothing listens there"),
            (ssl.SSLError, lambda error: f"it does not speak https: {error.reason}"),
            (socket.gaierror, lambda _: f"there is no host {host}"),
            (ConnectionError, lambda _: "the connection was closed without an answer"),
            (HTTPException, lambda error: f"the response is not HTTP: {str(error)[:BEGINNING]!r}"),
        )
        return next((tell(error) for kind, tell in kinds if isinstance(error, kind)), str(error))


def _cut(error: IncompleteRead) -> str:
    missing = f", {error.expected} more were announced" if error.expected else ""
    return f"the body ends after {len(error.partial)} bytes{missing}"


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None
