"""A transport of httpx, or of httpx2, whose requests an application in this process answers. Neither library is imported."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from functools import lru_cache, wraps
from http.client import HTTPException, IncompleteRead
from typing import Any, Self

from inbox_mock.testing.application import Answering, Application
from inbox_mock.testing.connection import ClientEnd, Response
from inbox_mock.testing.replacing import Patch

__tracebackhide__ = True
BYTES_AT_ONCE = 64 * 1024


class Transport:
    """A transport for clients of both libraries, synchronous and asynchronous: ``httpx.Client(transport=...)``."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def handle_request(self, request: Any) -> Any:
        """Answer a request. It raises the library's own errors."""
        return self._answer(request, list(request.stream))

    async def handle_async_request(self, request: Any) -> Any:
        """Answer a request. It raises the library's own errors."""
        return self._answer(request, [part async for part in request.stream])

    def _answer(self, request: Any, parts: list[bytes]) -> Any:
        library = sys.modules[type(request).__module__.partition(".")[0]]
        if not self._application.is_at(str(request.url)):
            only = f"this transport answers only {self._application.origin}"
            raise library.ConnectError(f"{request.method} {request.url} was not sent: {only}", request=request)
        end = ClientEnd(self._application)
        end.settimeout(request.extensions.get("timeout", {}).get("read"))
        end.sendall(_written(request, parts))
        response = Response(end, method=request.method)
        try:
            response.begin()
        except TimeoutError as error:
            raise library.ReadTimeout(str(error), request=request) from error
        except HTTPException as error:
            raise library.RemoteProtocolError("Server disconnected without sending a response.", request=request) from error
        except OSError as error:
            raise library.ReadError(str(error), request=request) from error
        return library.Response(
            response.status,
            headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.raw_items()],
            stream=_body(library)(_parts(library, response)),
            extensions={"http_version": b"HTTP/1.1", "reason_phrase": response.reason.encode("latin-1")},
        )

    def close(self) -> None:
        """Do nothing: nothing is open."""

    async def aclose(self) -> None:
        """Do nothing: nothing is open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_raised: object) -> None:
        pass


def _written(request: Any, parts: list[bytes]) -> bytes:
    """Return the bytes of a request."""
    line = b"%s %s HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)
    head = b"\r\n".join([line, *(b"%s: %s" % field for field in request.headers.raw), b"", b""])
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        parts = [*(b"%x\r\n%s\r\n" % (len(part), part) for part in parts if part), b"0\r\n\r\n"]
    return head + b"".join(parts)


def _parts(library: Any, response: Response) -> Iterator[bytes]:
    """Yield the body of a response."""
    try:
        while part := response.read(BYTES_AT_ONCE):
            yield part
        if response.length:
            raise IncompleteRead(b"", response.length)
    except HTTPException as error:
        raise library.RemoteProtocolError(f"peer closed connection without sending complete message body ({error})") from error


@lru_cache
def _body(library: Any) -> type:
    """Return the class of a response's body, which may be read in either way."""

    class Body(library.SyncByteStream, library.AsyncByteStream):  # type: ignore[misc] # classes of the caller's library
        def __init__(self, parts: Iterator[bytes]) -> None:
            self._parts = parts

        def __iter__(self) -> Iterator[bytes]:
            return self._parts

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for part in self._parts:
                yield part

    return Body


def replacements(answering: Answering) -> list[Patch]:
    """Return what to replace for the application that ``answering`` finds for a URL."""

    def transport_for_url(owner: Any, beneath: Callable[..., Any]) -> Callable[..., Any]:
        library = sys.modules[owner.__module__.partition(".")[0]]

        @wraps(beneath)
        def chosen(self: Any, url: Any) -> Any:
            found = beneath(self, url)
            # a transport of the program's own is left in its place, and comes to `handle_request` beneath
            own = type(found) not in {library.HTTPTransport, library.AsyncHTTPTransport}
            application = None if own else answering(str(url))
            return found if application is None else Transport(application)

        return chosen

    def handle_request(_owner: Any, beneath: Callable[..., Any]) -> Callable[..., Any]:
        name = beneath.__name__

        @wraps(beneath)
        def handling(self: Any, request: Any) -> Any:
            application = answering(str(request.url))
            return beneath(self, request) if application is None else getattr(Transport(application), name)(request)

        return handling

    return [
        Patch(module, owner, name, make)
        for module in ("httpx", "httpx2")
        for owner, name, make in (
            ("Client", "_transport_for_url", transport_for_url),
            ("AsyncClient", "_transport_for_url", transport_for_url),
            ("HTTPTransport", "handle_request", handle_request),
            ("AsyncHTTPTransport", "handle_async_request", handle_request),
        )
    ]
