"""What webhooks of a test may go to in this process: functions and applications, each told by what it takes."""

import inspect
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, Literal, TypeAlias, get_args
from urllib.parse import urlsplit

from inbox_mock.client import JSON, AdminClient, AdminError
from inbox_mock.testing.asgi import BLOCKED, AsgiReceiver, Loop, is_served_here, of_version_2
from inbox_mock.webhooks.sender import TIMEOUT_SECONDS, LocalReceiver, WebhookSender

__tracebackhide__ = True
RAISED = 500
STATUSES = range(100, 600)
Kind: TypeAlias = Literal["function", "wsgi", "asgi", "asgi2"]
Receiver: TypeAlias = Callable[..., Any] | str
KINDS: dict[int, Kind] = {1: "function", 2: "wsgi", 3: "asgi"}
"""What a receiver takes, by the number of its arguments: a webhook; environ, start_response; scope, receive, send."""
EXPECTED = "a function of one argument (the webhook), an application of WSGI or ASGI, or the URL of a server"

_RAISED: ContextVar[list[BaseException] | None] = ContextVar("_RAISED", default=None)


class Headers(Mapping[str, str]):
    """Headers as they were written; a name is found however its letters are written."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers
        self._names = {name.lower(): name for name in headers}

    def __getitem__(self, name: str) -> str:
        return self._headers[self._names[name.lower()]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers)

    def __len__(self) -> int:
        return len(self._headers)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict(self._headers)!r})"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook as a function receives it: header names in any case, the body untouched."""

    headers: Headers
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body as JSON."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def event(self) -> str:
        """Its event, such as ``inbox_message_created``."""
        return str(self.json["event"])


class Receivers:
    """Passes webhooks to receivers. An exception of a receiver is kept until it is raised, and counts as a response with status 500.

    So does an answer whose status is none from 100 to 599.
    """

    def __init__(self, sender: WebhookSender) -> None:
        self._raised: list[BaseException] = []
        self._sender = sender
        self._hosts: list[str] = []
        self._loops: list[Loop] = []
        self._started: list[tuple[Loop, AsgiReceiver]] = []
        self._closed = False
        sender.unable = _why_unable

    def add(self, receiver: Callable[..., Any], path: str, kind: Kind | None = None) -> str:
        """Return the URL of a receiver.

        Raises:
            TypeError: it is none, or it cannot be told of which kind it is.
            ValueError: there is no such kind.
        """
        answer = self._answering(receiver, kind)
        host = next(name for name in (f"receiver-{number}.test" for number in count(1)) if name not in self._sender.local_receivers)

        def receive(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], str]:
            try:
                status, sent, content = answer(url, headers, body)
                return _checked(status), sent, content
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # noqa: BLE001 - pytest's own failures are no Exceptions; it is raised again later
                self._raised.append(error)
                return RAISED, {}, f"{type(error).__name__}: {error}"

        self._sender.local_receivers[host] = receive
        self._hosts.append(host)
        return f"http://{host}/{path.removeprefix('/')}"

    def raising(self, server: AdminClient) -> AdminClient:
        """Return a client whose calls raise the exceptions of receivers that ran during them.

        After `close` it makes no calls: the application may belong to another test by then.
        """

        def send(method: str, path: str, body: JSON | None) -> tuple[int, JSON]:
            if self._closed:
                raise AdminError("this sandbox is held no longer: its inbox_mock() has ended")
            token = _RAISED.set(self._raised)
            try:
                answer = server.send(method, path, body)
            finally:
                _RAISED.reset(token)
            if raised := self.take_raised():
                raise raised
            return answer

        return AdminClient(server.root, send)

    def take_raised(self) -> BaseException | None:
        """Return the first exception of a receiver that nothing has raised yet, and forget all of them."""
        raised, self._raised[:] = next(iter(self._raised), None), []
        return raised

    def close(self) -> BaseException | None:
        """Remove every receiver; return a receiver's exception that nothing has raised yet."""
        self._closed = True
        for host in self._hosts:
            self._sender.local_receivers.pop(host, None)
        while self._started:
            loop, application = self._started.pop()
            try:
                loop.end(application.stop(), TIMEOUT_SECONDS)
            except Exception as error:  # noqa: BLE001 - it is returned, when all else is closed
                self._raised.append(error)
        while self._loops:
            self._loops.pop().close()
        return self.take_raised()

    def _answering(self, receiver: Callable[..., Any], kind: Kind | None) -> LocalReceiver:
        match kind or _kind_of(receiver):
            case "function":
                return partial(_by_function, receiver, self._loop())
            case "wsgi":
                return _by_wsgi(receiver)
            case "asgi":
                return self._by_asgi(AsgiReceiver(receiver))
            case "asgi2":
                return self._by_asgi(AsgiReceiver(of_version_2(receiver)))
            case None:
                more = f"; if it is one of these, say which: kind= one of {', '.join(get_args(Kind))}" if callable(receiver) else ""
                raise TypeError(f"webhooks cannot go to {receiver!r}: expected {EXPECTED}{more}")
        raise ValueError(f"kind: found {kind!r}; expected one of {', '.join(get_args(Kind))}")

    def _loop(self) -> Loop:
        self._loops.append(Loop())
        return self._loops[-1]

    def _by_asgi(self, application: AsgiReceiver) -> LocalReceiver:
        loop = self._loop()
        self._started.append((loop, application))
        return lambda url, headers, body: loop.run(application.take(url, headers, body), TIMEOUT_SECONDS)


def _kind_of(receiver: object) -> Kind | None:
    """Return what a receiver is, by the number of arguments that it requires and whether calling it has to be awaited."""
    if not callable(receiver):
        return None
    try:
        found = inspect.signature(receiver).parameters.values()
    except (TypeError, ValueError):
        return None
    required = sum(one.default is one.empty and one.kind in {one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD} for one in found)
    if required == 1 and inspect.isclass(receiver):
        return "asgi2"
    kind = KINDS.get(required)
    return None if kind == "wsgi" and _is_async(receiver) else kind


def _is_async(receiver: object) -> bool:
    return any(map(inspect.iscoroutinefunction, (receiver, getattr(receiver, "__call__", None))))  # noqa: B004 - its method


def _by_function(
    receiver: Callable[[Webhook], Any], loop: Loop, _url: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, Mapping[str, str], str]:
    status = receiver(Webhook(Headers(headers), body))
    if inspect.isawaitable(status):
        status = loop.run(status if inspect.iscoroutine(status) else _awaited(status), TIMEOUT_SECONDS)
    return (200 if status is None else status), {}, ""


def _checked(status: object) -> int:
    """Return a status, if it is one: a last expression such as ``len(seen)`` is returned by accident."""
    if isinstance(status, int) and status in STATUSES:
        return status
    raise ValueError(f"the receiver returned {status!r:.200}, which is no status from 100 to 599: return nothing, or a status")


async def _awaited(found: Awaitable[object]) -> object:
    return await found


def _by_wsgi(receiver: Callable[..., Any]) -> LocalReceiver:
    from werkzeug.test import Client

    client = Client(receiver, use_cookies=False)

    def answer(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], str]:
        parts = urlsplit(url)
        answered = client.open(
            parts.path,
            method="POST",
            base_url=f"http://{parts.netloc}",
            query_string=parts.query,
            headers=dict(headers),
            data=body,
            buffered=True,  # which closes the body, as servers do
        )
        return answered.status_code, dict(answered.headers), answered.get_data(as_text=True)

    return answer


def _why_unable(url: str) -> str | None:
    """Return why a server cannot answer a webhook that is sent here, or None; the call that sends it raises the reason."""
    if not is_served_here(url):
        return None
    why = f"{url} {BLOCKED}"
    if (raised := _RAISED.get()) is not None:
        raised.append(RuntimeError(why))
    return why
