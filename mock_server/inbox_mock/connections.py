"""Connections of the HTTP server: how requests on them begin and end, where cheroot would lose the next one."""

import re
from types import SimpleNamespace
from typing import Any

from cheroot.errors import MaxSizeExceeded
from cheroot.server import HTTPConnection, HTTPRequest

from inbox_mock.connection_faults import FaultyGateway
from inbox_mock.domain import limits

BYTES_AT_ONCE = 64 * 1024
SLASHES_FIRST = re.compile(rb"\A(\S+ )/{2,}")  # tried at the beginning alone: elsewhere a long address would take seconds


class Headers(dict[bytes, bytes]):
    """A request's headers, which say one length of the body, in digits: otherwise the next request would begin in the middle of it."""

    def __setitem__(self, name: bytes, value: bytes) -> None:
        if name == b"Content-Length" and (not value.isdigit() or self.get(name, value) != value):
            raise ValueError(f"Content-Length: expected one number, found {value.decode('latin-1')!r:.40}")
        super().__setitem__(name, value)


class Request(HTTPRequest):
    """A request whose path may begin with several slashes, and whose body ends with it, read or not."""

    def read_request_line(self) -> bool:
        """Read the first line; cheroot would take ``//api`` for the name of a host."""
        lines = self.rfile
        self.rfile = SimpleNamespace(readline=lambda: SLASHES_FIRST.sub(rb"\1/", lines.readline(), count=1))
        try:
            return bool(super().read_request_line())  # type: ignore[no-untyped-call]
        finally:
            self.rfile = lines

    def read_request_headers(self) -> bool:
        """Read the headers; of several lengths cheroot would take the last, signs and underscores included."""
        self.inheaders = Headers()
        return bool(super().read_request_headers())  # type: ignore[no-untyped-call]

    def send_headers(self) -> None:
        """Send the headers; cheroot would wait for the rest of the body first, and send none if it never comes."""
        body = self.rfile
        self.rfile = SimpleNamespace(remaining=0)
        try:
            super().send_headers()
        finally:
            self.rfile = body

    def respond(self) -> None:
        """Respond, then read what is left of the body, up to the limit of bodies; close the connection if it does not end well.

        Otherwise its rest would be read as the next request. It is read even if the connection is about to be closed: closing
        with unread data resets the connection, and a client that is still sending might never see the answer.
        """
        super().respond()
        try:
            while self.rfile.read(BYTES_AT_ONCE):
                pass
            for _ in self.rfile.read_trailer_lines() if self.chunked_read else ():
                pass
        except (OSError, ValueError, MaxSizeExceeded):
            self.close_connection = True


class Connection(HTTPConnection):
    """A connection with such requests."""

    RequestHandlerClass = Request

    def close(self) -> None:
        """Close it, the writer included: its finalizer would try to send what the client did not take, and say why it cannot."""
        super().close()
        self.wfile.raw.close()


def set_up(http: Any) -> None:  # noqa: ANN401 - a server of cheroot's, which is not typed
    """Let a server make such connections, carry out faults on them, and limit what comes in."""
    http.ConnectionClass = Connection
    http.gateway = FaultyGateway
    http.max_request_header_size = limits.HEAD
    http.max_request_body_size = 2 * limits.BODY  # the application refuses smaller ones already, in the format of its API
