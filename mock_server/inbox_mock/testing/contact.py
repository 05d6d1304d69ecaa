"""Prevent contact with the real service: name lookups fail in this process, in every library."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from threading import Lock
from typing import Any

REAL_HOST = "www.bookingsync.com"

_REFUSED: list[tuple[str, str]] = []
_LOCK = Lock()
_look_up: Callable[..., Any] = socket.getaddrinfo


@contextmanager
def no_contact(host: str, says: str) -> Iterator[None]:
    """Make name lookups fail in this process, with ``says`` as the reason, except for hosts of this machine."""
    global _look_up
    if _is_near(host):
        yield
        return
    refused = (host.lower(), says)
    with _LOCK:
        if socket.getaddrinfo is not _refusing:
            _look_up, socket.getaddrinfo = socket.getaddrinfo, _refusing
        _REFUSED.append(refused)
    try:
        yield
    finally:
        with _LOCK:
            _REFUSED.remove(refused)
            if not _REFUSED and socket.getaddrinfo is _refusing:
                socket.getaddrinfo = _look_up


def _refusing(host: bytes | str | None, *given: Any, **more: Any) -> Any:
    name = (host.decode("ascii", "replace") if isinstance(host, bytes) else host or "").rstrip(".").lower()
    for refused, says in reversed(_REFUSED):
        if name == refused:
            raise socket.gaierror(socket.EAI_NONAME, f"{refused} was not looked up: {says}")
    return _look_up(host, *given, **more)


def _is_near(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return bool(ip_address(host))
    except ValueError:
        return False
