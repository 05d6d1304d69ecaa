"""A request of the HTTP server: it is read to its end before it is executed, or refused, and its answer written as WSGI gives it."""

import logging
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from time import time
from typing import TYPE_CHECKING, Any

from inbox_mock.api.fault_injection import CONNECTION
from inbox_mock.api.pipeline import REFUSED
from inbox_mock.domain import limits
from inbox_mock.domain.errors import Elsewhere, HomeUnavailable, NotRead, Refusal
from inbox_mock.faults.declaration import ConnectionEffect
from inbox_mock.serving.connection import Connection, Gone, Headers
from inbox_mock.serving.handover import Handed
from inbox_mock.serving.heads import Head, read, read_whole
from inbox_mock.serving.incoming import Crowded

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

BODILESS = frozenset({204, 205, 304})


class Answer:
    """The answer to a request; ``stays_open`` says whether another one may follow on the connection, ``begun`` whether any of it left.

    Answers to HTTP/1.0, of which ``minor`` is 0, say how the connection goes on, and have no chunks.
    """

    def __init__(self, connection: Connection, head: Head, minor: int, *, stays_open: bool) -> None:
        self.begun = False
        self.stays_open = stays_open
        self._connection, self._head, self._minor = connection, head, minor
        self._status = ""
        self._headers: Headers = []
        self._chunks = False
        self._effect: ConnectionEffect | None = None
        self._kept = 0

    def give(self, environ: "WSGIEnvironment") -> None:
        """Call the application, and send its answer.

        Raises:
            Gone: the client takes no more of it.
        """
        parts = self._connection.host.app(environ, self._start)
        try:
            for part in parts:
                if part:
                    self._write(part)
            if not self.begun:
                self._write(b"")
            if self._chunks:
                self._connection.send(b"0\r\n\r\n")
        finally:
            if (close := getattr(parts, "close", None)) is not None:
                close()

    def fail(self) -> None:
        """Say that the application has failed, if there is still room for that."""
        self.stays_open = False
        if not self.begun:
            self.begun = True
            self._connection.begin("500 Internal Server Error", [("Content-Length", "0"), ("Connection", "close")], b"")

    def apply(self, effect: ConnectionEffect, kept: int) -> None:
        """Carry out the effect of a fault: close or reset the connection without an answer, or cut the body after so many bytes."""
        self._effect, self._kept = effect, kept
        if effect == "reset":
            self._connection.reset_at_end()

    def _start(self, status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:  # noqa: ANN401 - of any exception
        if self._status and exc_info is None:
            raise RuntimeError("the application has begun an answer twice")
        if self.begun:
            raise exc_info[1]
        self._status, self._headers = status, headers
        return self._write

    def _write(self, part: bytes) -> None:
        headers = [] if self.begun else self._whole_headers()
        begins, self.begun = not self.begun, True
        if self._effect is not None:
            self.stays_open = False
            if self._effect != "cut":
                return
            part = part[: self._kept]
        if self._chunks and part:
            part = b"%x\r\n%b\r\n" % (len(part), part)
        if begins:
            self._connection.begin(self._status, headers, part)
        else:
            self._connection.send(part)

    def _whole_headers(self) -> Headers:
        """Return the headers; what the application leaves to the server is decided here."""
        code = int(self._status[:3])
        headers = self._headers[:]
        names = _lower(tuple([name for name, _ in headers]))
        if code == 413:
            self.stays_open = False
        elif "content-length" not in names and code >= 200 and code not in BODILESS:
            self._chunks = self._minor > 0 and self._head.line.method != b"HEAD"
            if self._chunks:
                headers.append(("Transfer-Encoding", "chunked"))
            else:
                self.stays_open = False
        host = self._connection.host
        self.stays_open = self.stays_open and host.keeps_open
        if "connection" not in names:
            if self._minor == 0 and self.stays_open:
                headers += [("Connection", "Keep-Alive"), ("Keep-Alive", f"timeout={host.timeout:g}")]
            elif self._minor > 0 and not self.stays_open:
                headers.append(("Connection", "close"))
        if "date" not in names:
            headers.append(("Date", _date(int(time()))))
        if "server" not in names:
            headers.append(("Server", host.name))
        return headers


@lru_cache(maxsize=64)
def _lower(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    from wsgiref.handlers import format_date_time

    return format_date_time(second)


LINGER_SECONDS = 5
STARTED_ANEW = "the worker that serves this sandbox is being started anew: try again"
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"
UNREAD = Head()


def answer_next(connection: Connection) -> bool:
    """Answer the next request on a connection, and release the room of its body, however it ends.

    Return whether the connection stays open; what has been handed over does not, here.
    """
    try:
        return Request(connection).answer()
    except Gone:
        return False
    finally:
        connection.incoming.release()


class Request:
    """A request that is complete before it is executed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._head = UNREAD
        self._body = b""

    def answer(self) -> bool:
        """Read the request, unless another worker has, and answer it; return whether the connection stays open.

        Raises:
            Gone: the client takes no more of the answer.
        """
        handed = self._connection.handed
        try:
            if not (self._read() if handed is None else self._take(handed)):
                return False
        except NotRead as error:
            return self._refuse(error.with_traceback(None))  # which holds what has come of the body
        except TimeoutError:
            return self._refuse(
                NotRead(408, f"a head comes within {limits.HEAD_TIME}, a body within {limits.BODY_TIME}, without long breaks")
            )
        except Crowded:
            return self._refuse(NotRead(503, f"{limits.SLOW_CLIENTS} may be read slowly at one time: try again"))
        except OSError:  # the client has gone
            return False
        return self._respond()

    def _respond(self, refusal: Refusal | None = None) -> bool:
        """Have the application answer the request, or its refusal; here, or in the worker that serves its sandbox."""
        unread = isinstance(refusal, NotRead)
        answer = Answer(
            self._connection, self._head, 1 if unread else self._head.line.minor, stays_open=self._head.stays_open and not unread
        )
        with BytesIO(self._body) as file:
            self._body = b""
            environ = {
                **self._connection.environ,
                **self._head.environ,
                "wsgi.input": file,
                "wsgi.input_terminated": self._head.length is None,
                "wsgi.errors": sys.stderr,
                CONNECTION: answer.apply,
            }
            if refusal is not None:
                environ[REFUSED] = refusal
            try:
                answer.give(environ)
            except Gone:
                raise
            except Elsewhere as found:
                elsewhere, self._body = found.sandbox_id, file.getvalue()
            except Exception as error:  # noqa: BLE001 - of the application, or of its answer
                self._connection.host.error_log(repr(error), logging.ERROR, traceback=True)
                answer.fail()
                return False
            else:
                return answer.stays_open
        return self._hand_over(elsewhere, refusal)

    def _hand_over(self, sandbox_id: str, refusal: Refusal | None) -> bool:
        """Hand the connection to the worker that serves a sandbox, or answer that it cannot be reached for now."""
        connection = self._connection
        refused = None if refusal is None else (refusal.status, str(refusal.problems[0].title))
        handed = Handed(self._head, self._body, refused, connection.incoming.rest(), connection.peer, sandbox_id)
        with connection.host.meanwhile():
            is_given = connection.host.handover.give(connection.socket, handed)
        if is_given:
            connection.is_left = True
            return False
        self._body = b""
        return self._respond(HomeUnavailable(STARTED_ANEW, STARTED_ANEW))

    def _take(self, handed: Handed) -> bool:
        """Take a request that another worker has read."""
        self._head, self._body = handed.head, handed.body
        self._connection.handed = None
        if self._body:
            self._connection.incoming.hold(len(self._body))
        if handed.refused is not None:
            raise NotRead(*handed.refused)
        return True

    def _read(self) -> bool:
        """Read the request to its end; return False if the client has closed the connection instead."""
        incoming, scheme = self._connection.incoming, self._connection.scheme
        incoming.begin(0 if incoming.late else limits.HEAD_TIME)
        if not incoming.first():
            return False
        if text := incoming.whole_head():
            self._head = read_whole(text, scheme)
            incoming.skip(len(text))
        else:
            self._head = read(incoming, scheme)
        if self._head.refused is not None:
            raise NotRead(*self._head.refused)
        length = self._head.length
        if length != 0:
            incoming.hold()
            if self._head.interim:
                self._connection.send(INTERIM)
            incoming.begin(limits.BODY_TIME)
            most = limits.of_body(self._head.line.path.decode("latin-1"))
            with incoming.out_of_the_way():
                self._body = incoming.chunks(most) if length is None else incoming.exactly(length)
        return True

    def _refuse(self, refusal: NotRead) -> bool:
        """Answer with a refusal, and read what still comes: closing with unread bytes resets the connection, and loses the answer (9.6)."""
        incoming = self._connection.incoming
        incoming.drop()
        self._respond(refusal)
        if self._connection.is_left:
            return False
        with suppress(OSError), incoming.out_of_the_way():
            self._connection.socket.shutdown(socket.SHUT_WR)
            incoming.begin(0 if incoming.late else LINGER_SECONDS)
            incoming.discard(2 * limits.BODY)
        return False
