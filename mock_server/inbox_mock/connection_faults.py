"""The server's side of faults: what no application can do to its answer, the connection does."""

import socket
import struct
from collections.abc import Callable

from cheroot.wsgi import Gateway_10

from inbox_mock.api.fault_injection import WIRE

AT_ONCE = struct.pack("ii", 1, 0)


class FaultyGateway(Gateway_10):
    """Carries out what the application orders through its environ: close, reset, or cut the answer."""

    _order = ""
    _kept = 0

    def respond(self) -> None:
        """Answer, unless the application orders otherwise."""
        self.env[WIRE] = self._obey
        super().respond()

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[[bytes], None]:
        """Begin the answer. One that is not to go out counts as begun."""
        write: Callable[[bytes], None] = super().start_response(status, headers, exc_info)
        if self._order in {"close", "reset"}:
            self.req.sent_headers = True
            self.req.close_connection = True
        if self._order == "reset":
            connection = self.req.conn
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            connection._close_kernel_socket = lambda: None  # noqa: SLF001 - an orderly end would come before the reset
        return write

    def write(self, chunk: bytes) -> None:
        """Send a part of the body, as far as it may go."""
        if self._order in {"close", "reset"}:
            return
        super().write(chunk[: self._kept] if self._order == "cut" else chunk)
        if self._order == "cut":
            self.req.close_connection = True

    def _obey(self, order: str, kept: int) -> None:
        self._order, self._kept = order, kept
