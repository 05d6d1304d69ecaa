"""A connection of aiohttp without a socket, for one request, which an application in this process answers."""

import asyncio
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from inbox_mock.testing.application import Answering, Application
from inbox_mock.testing.replacing import Patch

__tracebackhide__ = True


def _connected(connector: Any, application: Application, timeout: Any) -> Any:
    """Return the client's own protocol, connected to an application."""
    protocol = connector._factory()  # noqa: SLF001 - the connector's own, as its `_create_connection` uses it
    protocol.force_close()  # after one answer: the sandbox may have ended by the next request
    protocol.connection_made(_Transport(protocol, application, timeout))
    return protocol


class _Transport(asyncio.Transport):
    """What stands between the client's protocol and the application."""

    def __init__(self, protocol: Any, application: Application, timeout: Any) -> None:
        super().__init__()
        self._protocol, self._application = protocol, application
        self._timeout = min((seconds for seconds in (timeout.sock_read, timeout.total) if seconds), default=None)
        self._sent = bytearray()
        self._interim = b""  # what has been answered before the request was whole
        self._scheduled = self._closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take bytes of the request, and answer it as soon as it is whole."""
        self._sent += data
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._answer)

    def _answer(self) -> None:
        self._scheduled = False
        if self._closed:
            return
        try:
            answer, whole = self._application.exchange_if_whole(bytes(self._sent), self._timeout)
        except TimeoutError:
            self._protocol.set_exception(sys.modules["aiohttp"].SocketTimeoutError("Timeout on reading data from socket"))
        except ConnectionError as error:
            self._end(error)
        else:
            self._protocol.data_received(answer.removeprefix(self._interim))
            if whole:
                self._end(None)
            else:
                self._interim = answer

    def _end(self, error: ConnectionError | None) -> None:
        self._closed = True
        self._protocol.connection_lost(error)

    def close(self) -> None:
        """Close it: nothing is pending."""
        self._closed = True

    abort = close

    def is_closing(self) -> bool:
        """Return whether it is closed."""
        return self._closed

    def pause_reading(self) -> None:
        """Do nothing: all has come."""

    def resume_reading(self) -> None:
        """Do nothing: all has come."""


def replacements(answering: Answering) -> list[Patch]:
    """Return what to replace for the application that ``answering`` finds for a URL."""

    def create_connection(_owner: Any, beneath: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(beneath)
        async def creating(self: Any, req: Any, traces: Any, timeout: Any) -> Any:  # noqa: ASYNC109 - as aiohttp has it
            application = answering(str(req.url))
            return await beneath(self, req, traces, timeout) if application is None else _connected(self, application, timeout)

        return creating

    return [Patch("aiohttp", "TCPConnector", "_create_connection", create_connection)]
