"""An ASGI application that takes webhooks: its lifespan, one exchange after the other, and the event loop that it runs in."""

import asyncio
import gc
import sys
from asyncio.base_events import Server
from collections.abc import Awaitable, Callable, Coroutine, Mapping, MutableMapping
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

__tracebackhide__ = True
R = TypeVar("R")
BLOCKED = "runs in the event loop that this call blocks: write `await sandbox.async_.clock.advance(...)`, and so for every call of sandbox"
OVER = "the event loop in which the receiver was given runs no longer: give it again where it is to run"


def loop_here() -> asyncio.AbstractEventLoop | None:
    """Return the event loop that runs in this thread, or None."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class Loop:
    """The event loop that runs in this thread when this object is made; if there is none, one in a thread of its own."""

    def __init__(self) -> None:
        self._given = loop_here()
        self._own: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None

    def run(self, work: Coroutine[Any, Any, R], seconds: float) -> R:
        """Run a coroutine there, and return what it returns.

        Raises:
            RuntimeError: this thread is that of the loop, which would wait for itself; or the loop runs no longer.
            TimeoutError: it takes longer than so many seconds.
        """
        loop = self._given or self._own or self._begun()
        if loop is loop_here() or (loop is self._given and not loop.is_running()):
            work.close()
            raise RuntimeError(OVER if loop_here() is not loop else f"the receiver {BLOCKED}")
        future = asyncio.run_coroutine_threadsafe(work, loop)
        try:
            return future.result(seconds)
        except TimeoutError:
            if future.done():
                raise  # the receiver's own
            future.cancel()
            raise TimeoutError(f"the receiver did not answer within {seconds:g} seconds") from None

    def end(self, work: Coroutine[Any, Any, None], seconds: float) -> None:
        """Run a last coroutine there, if that is possible."""
        loop = self._given or self._own
        if loop is None or loop.is_closed():
            work.close()
        elif loop is loop_here():
            self._last = loop.create_task(work)  # which nobody can wait for here
        elif loop.is_running():
            self.run(work, seconds)
        elif loop_here() is None:
            loop.run_until_complete(work)
        else:
            work.close()

    def close(self) -> None:
        """End the thread, and what still runs in it."""
        if self._own is not None and self._thread is not None:
            with suppress(RuntimeError):  # a receiver's SystemExit has ended it
                self._own.call_soon_threadsafe(self._own.stop)
            self._thread.join()
            self._own = self._thread = None

    def _begun(self) -> asyncio.AbstractEventLoop:
        found = Future[asyncio.AbstractEventLoop]()
        self._thread = Thread(target=_run, args=[found], name="inbox-mock-receivers", daemon=True)
        self._thread.start()
        self._own = found.result()
        return self._own


def _run(found: Future[asyncio.AbstractEventLoop]) -> None:
    # the runner cancels at its end what is left; an exit of the receiver ends it, and is raised by the call that waits
    with suppress(KeyboardInterrupt, SystemExit), asyncio.Runner() as runner:
        loop = runner.get_loop()
        loop.call_soon(found.set_result, loop)
        loop.run_forever()


def is_served_here(url: str) -> bool:
    """Return whether a server of the event loop that runs in this thread listens on the port of a URL.

    Event loops do not list their servers, so all objects are looked through: only where a loop runs, and a webhook is due.
    """
    loop, parts = loop_here(), urlsplit(url)
    if loop is None:
        return False
    kinds = {Server, getattr(sys.modules.get("uvloop.loop"), "Server", Server)}
    servers = [found for found in gc.get_objects() if type(found) in kinds]
    listening = [listener.getsockname() for server in servers if server.get_loop() is loop for listener in server.sockets]
    return (parts.port or 80) in {address[1] for address in listening if isinstance(address, tuple)}


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
        """End the application's lifespan.

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
