"""The socket on which a server listens, and the file that tells other programs its port."""

import errno
import os
import re
import socket
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from inbox_mock.console.whole_files import draft
from inbox_mock.domain.addresses import EVERY_ADDRESS, is_this_machine, plain_host

WAITING_CONNECTIONS = 1024
"""How many connections may wait to be accepted. Beyond that the system leaves a client to try again after 1, 3, 7, 15 and 31 seconds."""


class PortTaken(Exception):  # noqa: N818 - a situation of the user, not a failure of the server
    """The server cannot listen on the address; the message gives the reason."""


class Listening:
    """What listens on a socket, ``listener``, once it was given one to `take`."""

    listener: socket.socket
    _bound: tuple[str, int]

    def take(self, listener: socket.socket) -> None:
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
    """Return a socket on the first address that can be bound; one on every IPv6 address takes IPv4, too."""
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
        return "another program listens there already (inbox-mock doctor says if it is a fake); use another --port, or 0 for a free one"
    return os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)


CONTENT = re.compile(rb"[0-9]{1,5}\n")
MOST_BYTES = 6
Written = tuple[int, int, int, int]
"""Device, inode, size and time of the last change of a file."""


class PortFileError(Exception):
    """The port file cannot be written; the text names it, with what was found there, or why."""


def prepare_port_file(path: Path) -> None:
    """Remove the port file of an earlier run, and try whether a new one can be written.

    Raises:
        PortFileError: something else is there, or nothing can be written there.
    """
    _check(path)
    try:
        path.unlink(missing_ok=True)
        draft(path, b"").unlink()  # never the file itself: a program that waits for it would read it at once
    except OSError as error:
        raise _unwritable(path, error) from None


def write_port_file(path: Path, port: int) -> Written:
    """Write the port number atomically: a file that exists is complete. Return what `remove_port_file` knows it by.

    Raises:
        PortFileError: something else is there, or nothing can be written there.
    """
    _check(path)
    try:
        made = draft(path, b"%d\n" % port)
        written = _identity(made)
        made.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    return written


def remove_port_file(path: Path, written: Written) -> None:
    """Remove the port file, if it is still what was written. It is not opened: there may be no file handle left."""
    with suppress(OSError):
        if _identity(path) == written:
            path.unlink()


def _identity(path: Path) -> Written:
    found = path.lstat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _check(path: Path) -> None:
    """Raise PortFileError unless nothing is there, or a port file."""
    try:
        found = _read(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unwritable(path, error) from None
    if found is None or not CONTENT.fullmatch(found):
        what = "what is no regular file" if found is None else "a file that holds something else" if found else "an empty file"
        raise PortFileError(f"the port file {path}: found {what}; expected no file, or one that holds a port number")


def _read(path: Path) -> bytes | None:
    """Return what a regular file begins with; None if it is none. Nothing else is opened: that could wait for ever, or have effects."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return None
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _unwritable(path: Path, error: OSError) -> PortFileError:
    return PortFileError(f"the port file {path} cannot be written: {error.strerror}")
