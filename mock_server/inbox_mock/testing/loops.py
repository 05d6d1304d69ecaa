"""The event loops that asynchronous receivers run in, and what tells that a call blocks the one which would have to answer it."""

import asyncio
import gc
import sys
from asyncio.base_events import Server
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import urlsplit

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
