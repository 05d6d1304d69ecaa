"""How a client has addressed the server: the host, and the root with which every address in an answer begins."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Names with an underscore are not valid host names, but Docker gives them to containers.
HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")
PORTS = range(1, 65_536)
USUAL_PORTS = {"http": ":80", "https": ":443"}
ROOT = "inbox_mock.root"
"""The key of a request's environ that holds the server's public URL, if it was given one."""
OWN_ADDRESS = "inbox_mock.own_address"
"""The key of a request's environ that holds the address at which it came in, if the server knows it."""


class Call(Protocol):
    """What all but the framework needs of a request. ``path`` is that below the prefix."""

    @property
    def environ(self) -> "WSGIEnvironment":
        """The environment of WSGI."""

    @property
    def method(self) -> str:
        """The method."""

    @property
    def path(self) -> str:
        """The path, decoded."""


def is_host(text: str) -> bool:
    """Return whether a text is a host, by name or address, perhaps with a port."""
    found = HOST.fullmatch(text)
    return found is not None and (found[2] is None or int(found[2][1:]) in PORTS)


@lru_cache(maxsize=256)
def host_of(scheme: str, header: str | None, server: tuple[str, int | None] | None) -> str:
    """Return the host that a Host header names, or the server's own address if it names none."""
    host = header or ""
    if not is_host(host):
        name, port = server or ("localhost", None)
        name = f"[{name}]" if ":" in name else name
        host = (name if HOST.fullmatch(name) else "localhost") + ("" if port is None else f":{port}")
    return host.removesuffix(USUAL_PORTS.get(scheme, ":"))


@lru_cache(maxsize=256)
def name_in(header: str) -> str:
    """Return the name in a Host header, without the port; any other header as it is."""
    found = HOST.fullmatch(header)
    return (found[1] if found else header).lower()


def root_of(request: Call) -> str:
    """Return the server's root as the client sees it, without a slash at its end: scheme, host, and the prefix if it is below one."""
    environ = request.environ
    public: str | None = environ.get(ROOT)
    if public is not None:
        return public
    scheme = environ["wsgi.url_scheme"]
    host = host_of(scheme, environ.get("HTTP_HOST"), _server(environ))
    return f"{scheme}://{host}{environ.get('SCRIPT_NAME', '')}"


def _server(environ: "WSGIEnvironment") -> tuple[str, int | None] | None:
    name, port = environ.get("SERVER_NAME"), environ.get("SERVER_PORT", "")
    return None if name is None else (name, int(port) if port.isdigit() else None)


def prefix_of(request: Call) -> str:
    """Return the path below which the client sees the server, without a slash at its end; an empty text if it is at the root."""
    return urlsplit(root_of(request)).path
