"""An ASGI application that takes webhooks: its lifespan, and one exchange after the other."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import unquote, urlsplit

__tracebackhide__ = True
Message = MutableMapping[str, Any]
Asgi = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]
VERSION = {"version": "3.0", "spec_version": "2.3"}
CLIENT = ("127.0.0.1", 0)
RAISED = "lifespan.raised"
"""What is reported here of a lifespan that ends with an exception."""


def of_version_2(app: Callable[[Message], Any]) -> Asgi:
    """Return an application of ASGI 2 as one of ASGI 3."""

    async def called(scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
        await app(scope)(receive, send)

    return called


class AsgiReceiver:
    """An application, which is started before the first webhook. All is to be awaited in one event loop."""

    def __init__(self, app: Asgi) -> None:
        self._app = app
        self._state: dict[str, Any] = {}
        self._life: asyncio.Task[None] | None = None

    async def take(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], str]:
        """Return status, headers and text of the response.

        Raises:
            RuntimeError: the application could not start, or ended without a response.
        """
        if self._life is None:
            await self._start()
        parts = urlsplit(url)
        named = {"host": parts.netloc, **headers, "content-length": str(len(body))}
        scope: Message = {
            "type": "http",
            "asgi": VERSION,
            "http_version": "1.1",
            "method": "POST",
            "scheme": parts.scheme,
            "path": unquote(parts.path),
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
            "client": CLIENT,
            "server": (parts.hostname, 80),
            "state": self._state.copy(),
        }
        asked: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        start: Message = {}
        pieces: list[bytes] = []
        ended = asyncio.Event()

        async def receive() -> Message:
            if asked:
                return asked.pop()
            await ended.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                pieces.append(message.get("body", b""))
                if not message.get("more_body"):
                    ended.set()

        await self._app(scope, receive, send)
        if not start or not ended.is_set():
            raise RuntimeError(f"{self._app!r} returned before its response was complete")
        answered = {name.decode("latin-1"): value.decode("latin-1") for name, value in start.get("headers", ())}
        return start["status"], answered, b"".join(pieces).decode(errors="replace")

    async def stop(self) -> None:
        """Let the application end its lifespan.

        Raises:
            RuntimeError: it could not.
        """
        if self._life is not None and not self._life.done():
            await self._orders.put({"type": "lifespan.shutdown"})
            report = await self._reports.get()
            await self._life
            if report["type"] in {"lifespan.shutdown.failed", RAISED}:
                raise RuntimeError(f"{self._app!r} did not stop: {report.get('message', '')}")

    async def _start(self) -> None:
        self._orders: asyncio.Queue[Message] = asyncio.Queue()
        self._reports: asyncio.Queue[Message] = asyncio.Queue()
        self._life = asyncio.create_task(self._live(self._orders, self._reports))
        await self._orders.put({"type": "lifespan.startup"})
        try:
            report = await self._reports.get()
        except asyncio.CancelledError:  # it takes too long: the next webhook starts it anew
            self._life.cancel()
            self._life = None
            raise
        if report["type"] == "lifespan.startup.failed":
            self._life = None
            raise RuntimeError(f"{self._app!r} did not start: {report.get('message', '')}")

    async def _live(self, orders: asyncio.Queue[Message], reports: asyncio.Queue[Message]) -> None:
        try:
            await self._app({"type": "lifespan", "asgi": VERSION, "state": self._state}, orders.get, reports.put)
        except Exception as error:  # noqa: BLE001 - so an application says that it has no lifespan, if it is its first report
            reports.put_nowait({"type": RAISED, "message": f"{type(error).__name__}: {error}"})
        finally:
            reports.put_nowait({"type": "lifespan.over"})
