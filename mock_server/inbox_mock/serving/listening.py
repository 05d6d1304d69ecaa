"""The socket on which a server listens, and the address at which it is reached."""

import errno
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from inbox_mock.domain.addresses import EVERY_ADDRESS, is_this_machine, plain_host

WAITING_CONNECTIONS = 128


class PortTaken(Exception):  # noqa: N818 - a situation of the user, not a failure of the server
    """The server cannot listen on the address; the message gives the reason."""


class Listening:
    """What listens on a socket, ``listener``, once it has been told to `hear` it."""

    listener: socket.socket
    _bound: tuple[str, int]

    def hear(self, listener: socket.socket) -> None:
        """Listen on a socket."""
        self.listener, self._bound = listener, listener.getsockname()[:2]

    @property
    def is_private(self) -> bool:
        """Whether no other machine can reach it."""
        return is_this_machine(self._host_bound)

    @property
    def port(self) -> int:
        """The port that was bound."""
        return self._bound[1]

    @property
    def url(self) -> str:
        """The server's root, by the address that was bound, or by a loopback address if that is every one."""
        host = f"[{self._host_bound}]" if ":" in self._host_bound else self._host_bound
        return f"http://{EVERY_ADDRESS.get(host, host)}:{self.port}"

    @property
    def _host_bound(self) -> str:
        return plain_host(self._bound[0])


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on a port, 0 for a free one: connections wait there until they are accepted.

    Raises:
        PortTaken: another program listens there, or the host is not an address of this machine.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        return _bound([(family, address) for family, *_, address in found])
    except UnicodeError:  # from the codec that names are encoded with
        reason = "expected an address, or the name of a host"
    except socket.gaierror:
        reason = f"found no address of the name {host!r}; expected an address of this machine, such as 127.0.0.1, or 0.0.0.0 for every one"
    except OSError as error:
        reason = _in_words(error)
    raise PortTaken(f"cannot listen on {host}:{port}: {reason}")


def _bound(addresses: Sequence[tuple[int, Any]]) -> socket.socket:
    """Return a socket on the first address that can be bound; on every address of IPv6, for those of IPv4 too."""
    for family, address in addresses[:-1]:
        with suppress(OSError):
            return _bound([(family, address)])
    family, address = addresses[-1]
    both = family == socket.AF_INET6 and address[0] == "::" and socket.has_dualstack_ipv6()
    listener = socket.create_server(address, family=family, backlog=WAITING_CONNECTIONS, dualstack_ipv6=both)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # of the connections, too
    return listener


def _in_words(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "another program listens there already; use another --port, or 0 for a free one"
    return os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
