"""The server's side of faults: their effects on the connection, which a WSGI application cannot reach."""

import socket
import struct
from collections.abc import Callable
from contextlib import suppress

from cheroot.wsgi import Gateway_10

from inbox_mock.admin.access_control import OWN_ADDRESS
from inbox_mock.api.fault_injection import CONNECTION
from inbox_mock.faults.declaration import ConnectionEffect

NO_LINGER = struct.pack("ii", 1, 0)


class FaultyGateway(Gateway_10):
    """Closes or resets the connection, or cuts the response, if the application requests it in its environ."""

    _effect: ConnectionEffect | None = None
    _kept = 0

    def respond(self) -> None:
        """Respond, unless the application requests a fault."""
        self.env[CONNECTION] = self._set_effect
        with suppress(OSError):  # the client has gone
            self.env[OWN_ADDRESS] = self.req.conn.socket.getsockname()[0]
        super().respond()

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[[bytes], None]:
        """Begin the response; one that a fault suppresses counts as begun."""
        write: Callable[[bytes], None] = super().start_response(status, headers, exc_info)
        if self._effect in {"close", "reset"}:
            self.req.sent_headers = True
            self.req.close_connection = True
        if self._effect == "reset":
            connection = self.req.conn
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            connection._close_kernel_socket = lambda: None  # noqa: SLF001 - an orderly end would come before the reset
        return write

    def write(self, chunk: bytes) -> None:
        """Send a part of the body, up to where it is cut."""
        if self._effect in {"close", "reset"}:
            return
        super().write(chunk[: self._kept] if self._effect == "cut" else chunk)
        if self._effect == "cut":
            self.req.close_connection = True

    def _set_effect(self, effect: ConnectionEffect, kept: int) -> None:
        self._effect, self._kept = effect, kept
