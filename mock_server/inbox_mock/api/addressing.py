"""How a client has addressed the server: the host, and the root with which every address in an answer begins."""

import re
from functools import lru_cache
from string import punctuation
from urllib.parse import quote, urlsplit

from flask import Request
from werkzeug.datastructures import Authorization, MultiDict
from werkzeug.utils import cached_property

# Names with an underscore are not valid host names, but Docker gives them to containers.
HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")
USUAL_PORTS = {"http": ":80", "https": ":443"}
ROOT = "inbox_mock.root"
"""The key of a request's environ that holds the server's public URL, if it was given one."""


class AddressedRequest(Request):
    """A request whose host, query and credentials can be read, whatever bytes came: the framework would fail at some.

    ``host`` is valid even if the Host header has an underscore, is missing, or is not a host.
    """

    @cached_property
    def host(self) -> str:
        """The host that was addressed, with its port unless that is the default one."""
        return host_of(self.scheme, self.environ.get("HTTP_HOST"), self.server)

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The parameters of the query; bytes beyond ASCII are read as if they had been percent-encoded."""
        self.query_string = quote(self.query_string, safe=punctuation).encode()
        return super().args

    @cached_property
    def authorization(self) -> Authorization | None:
        """The credentials; None if they cannot be read."""
        try:
            return super().authorization
        except ValueError:
            return None


@lru_cache(maxsize=256)
def host_of(scheme: str, header: str | None, server: tuple[str, int | None] | None) -> str:
    """Return the host that a Host header names, or the server's own address if it names none."""
    host = header or ""
    if not HOST.fullmatch(host):
        name, port = server or ("localhost", None)
        name = f"[{name}]" if ":" in name else name
        host = (name if HOST.fullmatch(name) else "localhost") + ("" if port is None else f":{port}")
    return host.removesuffix(USUAL_PORTS.get(scheme, ":"))


@lru_cache(maxsize=256)
def name_in(header: str) -> str:
    """Return the name in a Host header, without the port; any other header as it is."""
    found = HOST.fullmatch(header)
    return (found[1] if found else header).lower()


def root_of(request: Request) -> str:
    """Return the server's root as the client sees it, without a slash at its end: scheme, host, and the prefix if it is below one."""
    environ = request.environ
    public: str | None = environ.get(ROOT)
    if public is not None:
        return public
    host = host_of(request.scheme, environ.get("HTTP_HOST"), request.server)
    return f"{request.scheme}://{host}{environ.get('SCRIPT_NAME', '')}"


def prefix_of(request: Request) -> str:
    """Return the path below which the client sees the server, without a slash at its end; an empty text if it is at the root."""
    return urlsplit(root_of(request)).path
