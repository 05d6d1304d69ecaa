"""Prevent contact with the real service from this process: its name is not looked up, and no connection to it is opened.

Python reports name lookups and connections to audit hooks. Libraries that look names up in C are guarded at their own functions.
"""

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from inbox_mock.testing.replacing import Patch, Replacing

__tracebackhide__ = True
REAL_HOST = "www.bookingsync.com"
AUDITED = {
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
}
"""The events of which an argument names a host, or an address that may begin with one: see the audit events table of Python."""
CURL_URL = 10_002

_REFUSED: list[tuple[str, str]] = []
_HOOKED: list[bool] = []


@contextmanager
def no_contact(host: str, says: str) -> Iterator[None]:
    """Refuse name lookups of ``host`` and connections to it in this process, with ``says`` as the reason; never for this machine."""
    if _is_near(host):
        yield
        return
    if not _HOOKED:  # a hook cannot be removed: it is added once, and does nothing while no host is refused
        _HOOKED.append(True)
        sys.addaudithook(_audit)
    refused = (host.lower(), says)
    replacing = Replacing(_RESOLVERS)
    _REFUSED.append(refused)
    replacing.start()
    try:
        yield
    finally:
        replacing.stop()
        _REFUSED.remove(refused)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _REFUSED and event in AUDITED:
        refuse(arguments[AUDITED[event]])


def refuse(found: object) -> None:
    """Raise an error if a host, an address or a URL is that of a host which is not to be contacted.

    Raises:
        gaierror: it is.
    """
    if isinstance(found, tuple) and found:
        found = found[0]
    if isinstance(found, bytes | bytearray):
        found = found.decode("ascii", "replace")
    if not isinstance(found, str):
        return
    name = ((urlsplit(found).hostname or "") if "://" in found else found).rstrip(".").lower()
    for refused, says in reversed(_REFUSED):
        if name == refused:
            raise socket.gaierror(socket.EAI_NONAME, f"{refused} was not looked up: {says}")


def _first(_owner: Any, beneath: Callable[..., Any]) -> Callable[..., Any]:
    """Guard a method whose first argument is a host."""

    def guarded(self: Any, host: Any, *given: Any, **more: Any) -> Any:
        refuse(host)
        return beneath(self, host, *given, **more)

    return guarded


def _connection(_owner: Any, beneath: Callable[..., Any]) -> Callable[..., Any]:
    """Guard ``create_connection`` of an event loop."""

    async def guarded(self: Any, factory: Any, host: Any = None, *given: Any, **more: Any) -> Any:
        refuse(host)
        return await beneath(self, factory, host, *given, **more)

    return guarded


def _setopt(_owner: Any, beneath: Callable[..., Any]) -> Callable[..., Any]:
    """Guard ``setopt`` of curl."""

    def guarded(self: Any, option: int, value: Any = None) -> Any:
        if option == CURL_URL:
            refuse(value)
        return beneath(self, option, value)

    return guarded


def _curl(_owner: Any, beneath: Any) -> Any:
    """Guard a class of curl that is written in C."""
    kind: Any = beneath
    return type(kind.__name__, (kind,), {"__module__": kind.__module__, "setopt": _setopt(kind, kind.setopt)})


_RESOLVERS = (
    *(Patch("pycares", "Channel", name, _first) for name in ("getaddrinfo", "gethostbyname", "query", "search")),
    Patch("uvloop", "Loop", "getaddrinfo", _first),
    Patch("uvloop", "Loop", "create_connection", _connection),
    Patch("curl_cffi.curl", "Curl", "setopt", _setopt),
    Patch("pycurl", "", "Curl", _curl),
)


def _is_near(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return bool(ip_address(host))
    except ValueError:
        return False
