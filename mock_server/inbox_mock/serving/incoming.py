"""What a client sends on a connection: lines and bodies, each message's head and body under a deadline of its own."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from threading import Lock
from time import monotonic

from inbox_mock.domain import limits
from inbox_mock.domain.errors import NotRead
from inbox_mock.serving.request_head import BEGINNINGS, fields

BYTES_AT_ONCE = 64 * 1024
SHORT_HEAD = 2 * 1024
MOMENT_SECONDS = 0.001
"""What comes within this time, as a body does that is sent apart from its head, is worth no change of threads."""
CHUNK = re.compile(rb"([0-9A-Fa-f]+)[ \t]*(;[^\x00-\x08\x0a-\x1f\x7f]*)?\r\n")  # RFC 9112, 7.1; extensions are ignored

HEAD_END = b"\r\n\r\n"
NO_END = re.compile(rb"(?<!\r)\n")  # a line ends as none may
HEALTH = re.compile(rb"(?:GET|HEAD) /(livez|readyz) HTTP/1\.[01]\r\n")
BODY = re.compile(rb"^(?:content-length|transfer-encoding|expect)\b", re.IGNORECASE | re.MULTILINE)


class Crowded(OSError):  # noqa: N818 - a situation, not a failure of ours
    """As many requests as may do so wait for their clients already."""


class BodyRoom:
    """The room for the bodies of all requests in this process: ``taken`` counts the bytes that are read or held."""

    def __init__(self) -> None:
        self.taken = 0
        self._changing = Lock()

    def take(self, count: int) -> None:
        """Take room for this many bytes.

        Raises:
            NotRead: there is no room for them.
        """
        with self._changing:
            if self.taken + count > limits.BODIES:
                raise NotRead(503, f"all bodies may have {limits.BODIES} at one time: try again")
            self.taken += count

    def give_back(self, count: int) -> None:
        """Give back the room of this many bytes."""
        with self._changing:
            self.taken -= count


ROOM = BodyRoom()


class Lines:
    """Bytes that have come whole, and are taken line by line."""

    def __init__(self, come: bytes = b"") -> None:
        self._buffer = bytearray(come)
        self._unseen = 0  # where to look for the end of the head

    def first(self) -> bytes:
        """Return the next byte without taking it; nothing at the end.

        Raises:
            TimeoutError: none comes in time.
        """
        return bytes(self._buffer[:1]) if self._buffer or self._receive() else b""

    def line(self, most: int, status: int) -> bytes:
        """Take a line with its end; ``status`` refuses one of more than ``most`` bytes.

        Raises:
            NotRead: it is longer, or does not end.
            TimeoutError: it does not come in time.
        """
        searched = 0
        while (end := self._buffer.find(b"\n", searched, most) + 1) == 0:
            searched = len(self._buffer)
            if searched >= most:
                raise NotRead(status, f"a line may have {most}")
            if not self._receive():
                raise NotRead(400, "the request ended in the middle of a line")
        return self._take(end)

    def lines(self, status: int) -> list[bytes]:
        """Take the lines of fields up to the empty one, which is left out; ``status`` refuses those beyond the limits.

        Raises:
            NotRead: they do not end, are too long, or too many.
            TimeoutError: they do not come in time.
        """
        found: list[bytes] = []
        left = int(limits.HEAD)
        while (line := self.line(limits.HEAD, status)) != b"\r\n":
            found.append(line)
            left -= len(line)
            if left < 0 or len(found) > limits.FIELDS:
                raise NotRead(status, f"there may be {limits.FIELDS}, of {limits.HEAD} together")
        return found

    def _take(self, count: int) -> bytes:
        with memoryview(self._buffer) as come:
            taken = bytes(come[:count])
        del self._buffer[:count]
        self._unseen = 0
        return taken

    def _receive(self) -> bool:
        """Wait for more bytes; return whether any came before the end."""
        return False


class Incoming(Lines):
    """The bytes that a client sends on a connection, whose socket does not wait.

    ``idle_seconds`` is how long it waits for the next bytes; ``late`` says that it waits no more. ``slowly`` is entered where it waits
    `out_of_the_way`.
    """

    late = False

    def __init__(
        self, connected: socket.socket, idle_seconds: float, slowly: Callable[[], AbstractContextManager[object]] = nullcontext
    ) -> None:
        super().__init__()
        self._socket = connected
        self._idle_seconds = idle_seconds
        self._slowly = slowly
        self._way: ExitStack | None = None
        self._deadline = 0.0
        self._holds = False
        self._held = 0

    def has_data(self) -> bool:
        """Return whether bytes have come that nobody has read."""
        return bool(self._buffer)

    def begin(self, seconds: float) -> None:
        """Set the deadline of what is read from now on."""
        self._deadline = monotonic() + seconds

    @contextmanager
    def out_of_the_way(self) -> Iterator[None]:
        """Make way for others from the first wait that takes more than a moment to the end of the block."""
        with ExitStack() as way:
            self._way = way
            try:
                yield
            finally:
                self._way = None

    def put(self, come: bytes) -> None:
        """Begin with bytes that have come elsewhere."""
        self._buffer += come

    def rest(self) -> bytes:
        """Return what has come that nobody has read."""
        return bytes(self._buffer)

    def hold(self, more: int = 0) -> None:
        """Take room for what has come, ``more`` bytes included, and for what comes, until it is released: a body begins.

        Raises:
            NotRead: there is none.
        """
        self._holds = True
        self._take_room(len(self._buffer) + more)

    def release(self) -> None:
        """Give back the room that was taken."""
        self._holds = False
        if self._held:
            ROOM.give_back(self._held)
            self._held = 0

    def take_in(self) -> bool | None:
        """Add what has come, without waiting; return whether there was anything before the end, or None if nothing has come."""
        try:
            more = self._socket.recv(BYTES_AT_ONCE)
        except BlockingIOError:
            return None
        self._buffer += more
        self._unseen = max(0, len(self._buffer) - len(more) - 3)
        return bool(more)

    def has_head(self) -> bool:
        """Return whether a head has come that can be read, or refused, without waiting for more."""
        if self._buffer and bytes(self._buffer[:1]) not in BEGINNINGS:
            return True
        if len(self._buffer) > limits.HEAD or self._buffer.find(HEAD_END, self._unseen) >= 0:
            return True
        return NO_END.search(self._buffer, self._unseen) is not None

    def whole_head(self) -> bytes:
        """Return the next head without taking it, if it has come whole and is short; else nothing."""
        end = self._buffer.find(HEAD_END, 0, SHORT_HEAD)
        return bytes(self._buffer[: end + 4]) if end >= 0 else b""

    def skip(self, count: int) -> None:
        """Drop the first ``count`` bytes that have come."""
        del self._buffer[:count]
        self._unseen = 0

    def names(self, text: bytes) -> bool:
        """Return whether a text is in what has come, as far as a short head goes."""
        return self._buffer.find(text, 0, SHORT_HEAD) >= 0

    def probe(self) -> bytes | None:
        """Return ``livez`` or ``readyz`` if a request for it has come, without a body, so that nothing more is to be read; else None."""
        found = HEALTH.match(self._buffer)
        return found[1] if found and BODY.search(self._buffer) is None and self._buffer.endswith(HEAD_END) else None

    def exactly(self, count: int) -> bytes:
        """Take ``count`` bytes.

        Raises:
            NotRead: fewer come, or there is no room for them.
            TimeoutError: they do not come in time.
        """
        while len(self._buffer) < count:
            if not self._receive():
                raise NotRead(400, f"the body ended early: {count - len(self._buffer):,} bytes are missing")  # RFC 9112, 8
        return self._take(count)

    def chunks(self, most: limits.Limit) -> bytes:
        """Take a body in chunks, and its trailer (RFC 9112, 7.1), of at most ``most`` bytes, its framing included.

        Raises:
            NotRead: it is not framed as it should be, too large, or does not end, or there is no room for it.
            TimeoutError: it does not come in time.
        """
        body, left = bytearray(), int(most)
        while True:
            line = self.line(limits.CHUNK_LINE, 400)
            chunk = CHUNK.fullmatch(line)
            if chunk is None:  # the line is not shown: it may be what was meant as a body
                raise NotRead(400, "a chunk begins with a line of its size in hexadecimal, ended by CRLF")
            size = int(chunk[1], 16)
            left -= len(line) + size + 2
            if left < 0:
                raise NotRead(413, limits.too_large(most, ", its framing included"))
            if size == 0:
                fields(self.lines(431))  # trailers are checked, and not used
                return bytes(body)
            body += self.exactly(size)
            if self.exactly(2) != b"\r\n":
                raise NotRead(400, "a chunk is longer than its size")

    def drop(self) -> None:
        """Forget what has come, and release its room."""
        self._buffer.clear()
        self.release()

    def discard(self, most: int) -> None:
        """Read and drop what still comes, up to ``most`` bytes.

        Raises:
            TimeoutError: it does not end in time.
        """
        while most > 0 and self._receive():
            most -= len(self._buffer)
            self._buffer.clear()

    def _receive(self) -> bool:
        """Wait for more bytes, no longer than until the deadline; return whether any came before the end."""
        left = self._deadline - monotonic()
        try:
            more = self._come(max(0, min(left, self._idle_seconds)))  # 0: what came while this process stood still is there
        except BlockingIOError:
            if left > 0:
                raise  # in process nothing is waited for
            raise TimeoutError("timed out") from None
        finally:
            self._socket.settimeout(0)
        if self._holds:
            self._take_room(len(more))
        self._buffer += more
        return bool(more)

    def _come(self, seconds: float) -> bytes:
        """Return what comes next."""
        if self._way is not None and seconds > MOMENT_SECONDS:
            self._socket.settimeout(MOMENT_SECONDS)
            with suppress(TimeoutError):
                return self._socket.recv(BYTES_AT_ONCE)
            self._way.enter_context(self._slowly())
            self._way = None
        self._socket.settimeout(seconds)
        return self._socket.recv(BYTES_AT_ONCE)

    def _take_room(self, count: int) -> None:
        ROOM.take(count)
        self._held += count
