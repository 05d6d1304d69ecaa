"""The servers that are compared: a sandbox in this process, and one that is reached over HTTP."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import orjson

from inbox_mock.client.calls import check_root
from inbox_mock.domain import limits, times
from inbox_mock.http import HttpClient
from inbox_mock.recordings import RecordedResponse
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find_shipped, from_object
from inbox_mock.testing.application import Application, wait
from inbox_mock.webhooks.advance import advance

REAL_SERVICE = "https://www.bookingsync.com"
RECEIVER = "receiver.test"
SAFE = "/%:@!$&'()*+,;=?~[]"
"""What stays as it is in a target that was recorded; other characters are written in percent."""


class NoAnswerError(Exception):
    """A server gave no answer; the text says why."""


class Side(Protocol):
    """A server. Addresses in its answers begin with its ``origin``."""

    origin: str

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> RecordedResponse:
        """Return the answer to a request.

        Raises:
            NoAnswerError: there is none.
        """

    def close(self) -> None:
        """Release what it holds."""

    def move_to(self, moment: datetime) -> datetime | None:
        """Move its clock to a moment, if it shows an earlier one, and return its present; None if nobody sets this clock."""


class InProcess:
    """The sandbox of a scenario in this process, on a manual clock, which is set, and without a socket.

    ``webhooks`` are those that it has sent: when, and the body.

    """

    def __init__(self, origin: str = REAL_SERVICE) -> None:
        from inbox_mock.app import Options, create_app

        self._fake = create_app(Options(scenario=find_shipped("empty"), seed=0), wait=wait)
        known = origin.startswith(("http://", "https://"))
        self._fake.sender.origin = self.origin = origin if known else f"{REAL_SERVICE}/{origin.strip('/')}".rstrip("/")
        self._fake.sender.local_receivers[RECEIVER] = self._receive
        self._application = Application(self._fake.wsgi, self.origin)
        self._host = urlsplit(self.origin).netloc
        self.webhooks: list[tuple[datetime, dict[str, Any]]] = []

    def begin(self, scenario: Mapping[str, Any]) -> None:
        """Begin anew, with a scenario.

        Raises:
            ScenarioError: it cannot be built.
        """
        self._fake.sandboxes.begin_anew()
        self._sandbox = self._fake.factory.create(from_object(dict(scenario)), Overrides(mode="manual"), default=True)
        self._now = self._sandbox.clock.now
        self.webhooks.clear()

    @property
    def token(self) -> str | None:
        """The token of the client's own application, with every scope; None if no account has the application."""
        found = self._sandbox.storage.facts.description["token"]
        return None if found is None else str(found)

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> RecordedResponse:
        """Return the answer to a request; it is given to the server as the bytes that a socket would bring."""
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        head = f"{method} {quote(target, safe=SAFE)} HTTP/1.1\r\nHost: {self._host}\r\n{lines}{length}\r\n"
        try:
            written, found = self._application.answer(head.encode("latin-1", "replace") + (body or b""), None)
        except OSError as error:
            raise NoAnswerError(str(error)) from None
        answer = written.getvalue()
        if found is not None:
            return RecordedResponse(int(found.status[:3]), tuple(found.headers), answer[found.at :])
        refused, _, content = answer.partition(b"\r\n\r\n")
        line, *fields = refused.decode("latin-1").split("\r\n")
        return RecordedResponse(
            int(line.split(" ")[1]), tuple((name, value) for name, _, value in (f.partition(": ") for f in fields)), content
        )

    def move_to(self, moment: datetime) -> datetime:
        """Move the clock to a moment, if it is later than what it shows: what is due until then happens, and webhooks leave."""
        moment = moment.replace(microsecond=0)
        if moment > self._now:
            self._now = min(moment, times.LATEST)
            self._pass()
        return self._now

    def close(self) -> None:
        """Do nothing: it goes with this object."""

    def settle(self) -> None:
        """Send what is due by now, and within the next minute."""
        self._now += timedelta(minutes=1)
        self._pass()

    def _pass(self) -> None:
        advance(self._sandbox, self._fake.sender, lambda _work: self._now)

    def _receive(self, _url: str, _headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], str]:
        self.webhooks.append((times.parse(self._sandbox.now), orjson.loads(body)))
        return 200, {}, ""


class OverHttp:
    """A server at the URL of its root.

    Raises:
        AdminError: it is no URL of a server.
    """

    def __init__(self, root: str, seconds: float) -> None:
        check_root(root)
        self.origin, self._seconds = root, seconds
        self._http = HttpClient(root, keep_alive=True, most=limits.TRIED_ANSWER)

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> RecordedResponse:
        """Return the answer to a request; redirects are not followed."""
        try:
            found = self._http.exchange(method, quote(target, safe=SAFE), headers, body or None, seconds=self._seconds)
        except (OSError, HTTPException) as error:
            raise NoAnswerError(f"{self.origin} does not answer: {str(error) or type(error).__name__}") from None
        return RecordedResponse(found.status, found.headers, found.body)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def move_to(self, _moment: datetime) -> None:
        """Do nothing: its clock is its own."""
