"""A request of the HTTP server: it is read to its end before it is executed, or refused in the format of its API.

Of cheroot's requests only what writes the answer is used: it reads heads loosely, and executes what has no end.
"""

import socket
from contextlib import suppress
from io import BytesIO

from cheroot.server import HTTPRequest

from inbox_mock.api.pipeline import REFUSED
from inbox_mock.domain import limits
from inbox_mock.domain.errors import Elsewhere, HomeUnavailable, NotRead, Refusal
from inbox_mock.serving.handover import Handed
from inbox_mock.serving.incoming import Incoming
from inbox_mock.serving.request_head import BEGINNINGS, body_length, check_host, fields, request_line, wants_interim

LINGER_SECONDS = 5
HANDED_OVER = (
    *("method", "uri", "path", "qs", "request_protocol", "response_protocol"),
    *("inheaders", "close_connection", "chunked_read", "body"),
)
"""The attributes of a request from which another worker answers it."""
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"


class Request(HTTPRequest):
    """A request that is complete before it is executed. The attributes are those of one whose first line cannot be read."""

    method, uri, path, qs, request_protocol = b"GET", b"/", b"/", b"", b"HTTP/1.1"
    body = b""

    def parse_request(self) -> None:
        """Read the request, unless another worker has, or say why it is refused."""
        refusal, handed = None, self.conn.handed
        try:
            self.ready = self._read(self.conn.rfile) if handed is None else self._take(handed)
        except NotRead as error:
            refusal = error.with_traceback(None)  # which holds what has come of the body
        except TimeoutError:
            refusal = NotRead(408, f"a head comes within {limits.HEAD_TIME}, a body within {limits.BODY_TIME}, without long breaks")
        if refusal is not None:
            self._refuse(refusal)

    def respond(self, refusal: Refusal | None = None) -> None:
        """Let the application answer the request, or its refusal; here, or in the worker that serves its sandbox."""
        elsewhere = None
        with BytesIO(self.body) as self.rfile:
            self.body = b""
            gateway = self.server.gateway(self)
            if refusal is not None:
                gateway.env[REFUSED] = refusal
            try:
                gateway.respond()
            except Elsewhere as found:
                elsewhere, self.body = found.sandbox_id, self.rfile.getvalue()
        if elsewhere is not None:
            self._hand_over(elsewhere, refusal)
        elif self.chunked_write:
            self.conn.wfile.write(b"0\r\n\r\n")

    def _hand_over(self, sandbox_id: str, refusal: Refusal | None) -> None:
        """Let the worker that serves a sandbox answer, on this connection, or say that it cannot for now."""
        request = {name: getattr(self, name) for name in HANDED_OVER}
        refused = None if refusal is None else (refusal.status, str(refusal.problems[0].title))
        handed = Handed(request, refused, self.conn.rfile.rest(), (self.conn.remote_addr, self.conn.remote_port))
        if self.server.handover.give(sandbox_id, self.conn.socket, handed):
            self.conn.leave()
            self.close_connection = True
        else:
            self.body = b""
            self.respond(HomeUnavailable("the worker that serves this sandbox is being started anew: try again"))

    def _take(self, handed: Handed) -> bool:
        """Take a request that another worker has read."""
        vars(self).update(handed.request)
        self.conn.handed = None
        if self.body:
            self.conn.rfile.hold(len(self.body))
        if handed.refused is not None:
            raise NotRead(*handed.refused)
        return True

    def _read(self, incoming: Incoming) -> bool:
        """Read the request to its end; return False if the client has closed the connection instead."""
        incoming.begin(0 if incoming.late else limits.HEAD_TIME)
        first = incoming.first()
        if not first:
            return False
        if first not in BEGINNINGS:
            raise NotRead(400, f"no request begins with the byte {first.hex()}; this port speaks HTTP without TLS")
        text = incoming.line(limits.HEAD, 414)
        if text == b"\r\n":  # RFC 9112, 2.2: one empty line is skipped
            text = incoming.line(limits.HEAD, 414)
        line = request_line(text, self.conn.scheme)
        self.method, self.uri, self.path, self.qs = line.method, line.target, line.path, line.query
        self.request_protocol, self.response_protocol = b"HTTP/1.%d" % line.minor, f"HTTP/1.{min(line.minor, 1)}"
        self.inheaders = fields(incoming.lines(431))
        check_host(self.inheaders, line)
        most = limits.of_body(self.path.decode("latin-1"))
        length = body_length(self.inheaders, line.minor, most)
        interim = wants_interim(self.inheaders, line.minor)
        options = {one.strip() for one in self.inheaders.get(b"Connection", b"").lower().split(b",")}
        self.close_connection = b"close" in options or (line.minor == 0 and b"keep-alive" not in options)
        if length != 0:
            incoming.hold()
            if interim:
                self.conn.wfile.write(INTERIM)
            incoming.begin(limits.BODY_TIME)
            self.chunked_read = length is None
            self.body = incoming.chunks(most) if length is None else incoming.exactly(length)
        return True

    def _refuse(self, refusal: NotRead) -> None:
        """Answer with a refusal, and read what still comes: closing with unread bytes resets the connection, and loses the answer (9.6)."""
        self.conn.rfile.drop()
        self.close_connection, self.response_protocol = True, "HTTP/1.1"
        self.respond(refusal)
        with suppress(OSError):  # also where another worker has the connection
            self.conn.socket.shutdown(socket.SHUT_WR)
            self.conn.rfile.begin(0 if self.conn.rfile.late else LINGER_SECONDS)
            self.conn.rfile.discard(2 * limits.BODY)
