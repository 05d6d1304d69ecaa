"""Webhooks to the application under test, without a socket: a function, or an application that speaks WSGI."""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from inbox_mock.admin_client import AdminError
from inbox_mock.client import JSON, Exchange, Sandbox
from inbox_mock.webhooks.sender import WebhookSender

RAISED = 500


class ReceivingSandbox(Sandbox):
    """A sandbox whose webhooks may go to functions and applications of this process."""

    def __init__(self, made: JSON, exchange: Exchange, receivers: "Receivers") -> None:
        super().__init__(made, exchange)
        self._receivers = receivers

    def webhooks_to(self, receiver: Callable[..., Any], *events: str, path: str = "/", **more: object) -> JSON:
        """Send webhooks to a function of one argument, the `Webhook`, or to a WSGI application, such as one of Flask or Django.

        They arrive while the clock is advanced, signed, at ``path``. A function may return the status of its answer; 200, if it
        does not. What the receiver raises is raised by the call during which it was called. Returns the subscription.

        Raises:
            TypeError: the receiver is neither a function of one argument nor a WSGI application.

        """
        return self.webhook(self._receivers.add(receiver, path), *events, **more)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook as a function receives it: header names as they were written, the body untouched."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body, read."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def event(self) -> str:
        """What it tells of, such as ``inbox_message_created``."""
        return str(self.json["event"])


class Receivers:
    """Hands webhooks on. What a receiver raises is kept in ``raised``, and counts as an answer of 500."""

    def __init__(self, sender: WebhookSender) -> None:
        self.raised: list[BaseException] = []
        self._sender = sender
        self._hosts: list[str] = []
        self._closed = False

    def add(self, receiver: Callable[..., Any], path: str) -> str:
        """Return the address of a receiver: a function of one argument, the `Webhook`, or a WSGI application.

        Raises:
            TypeError: it is neither.

        """
        answer = _answering(receiver)
        host = next(name for name in (f"receiver-{number}.test" for number in count(1)) if name not in self._sender.hands)

        def hand(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], str]:
            try:
                return answer(url, headers, body)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # noqa: BLE001 - pytest's own failures are no Exceptions; it is raised again later
                self.raised.append(error)
                return RAISED, {}, f"{type(error).__name__}: {error}"

        self._sender.hands[host] = hand
        self._hosts.append(host)
        return f"http://{host}/{path.removeprefix('/')}"

    def telling(self, exchange: Exchange) -> Exchange:
        """Return an exchange that raises what a receiver raised, in the call during which it did.

        Afterwards it calls nobody: by then the application may be somebody else's.
        """

        def tell(method: str, path: str, body: JSON | None) -> JSON:
            if self._closed:
                raise AdminError("this sandbox is held no longer: its inbox_mock() has ended")
            answer = exchange(method, path, body)
            if self.raised:
                raised, self.raised[:] = self.raised[0], []
                raise raised
            return answer

        return tell

    def close(self) -> BaseException | None:
        """Forget every receiver; return what one raised of which nobody has been told."""
        self._closed = True
        for host in self._hosts:
            self._sender.hands.pop(host, None)
        return next(iter(self.raised), None)


Answering = Callable[[str, Mapping[str, str], bytes], tuple[int, Mapping[str, str], str]]


def _answering(receiver: Callable[..., Any]) -> Answering:
    arguments = _arguments(receiver)
    if arguments == 1 and not inspect.iscoroutinefunction(receiver):
        return _by_function(receiver)
    if arguments == 2:
        return _by_wsgi(receiver)
    raise TypeError(f"webhooks cannot go to {receiver!r}: expected a function of one argument, the webhook, or a WSGI application")


def _arguments(receiver: Callable[..., Any]) -> int | None:
    """Return how many arguments something wants, or None where it cannot be called."""
    try:
        found = inspect.signature(receiver).parameters.values()
    except (TypeError, ValueError):
        return None
    return sum(one.default is one.empty and one.kind in {one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD} for one in found)


def _by_function(receiver: Callable[[Webhook], object]) -> Answering:
    def answer(_url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], str]:
        status = receiver(Webhook(headers, body))
        return (status if isinstance(status, int) and not isinstance(status, bool) else 200), {}, ""

    return answer


def _by_wsgi(receiver: Callable[..., Any]) -> Answering:
    from werkzeug.test import Client

    client = Client(receiver, use_cookies=False)

    def answer(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], str]:
        parts = urlsplit(url)
        answered = client.open(
            parts.path, method="POST", base_url=f"http://{parts.netloc}", query_string=parts.query, headers=dict(headers), data=body
        )
        return answered.status_code, dict(answered.headers), answered.get_data(as_text=True)

    return answer
