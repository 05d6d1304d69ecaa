"""How a client has addressed the server: the host, and the root with which every address in an answer begins.

Behind a proxy that is a public URL, or what trusted proxies tell in the headers of each request. Both are middleware of WSGI that
is there only where it is asked for. The proxy may strip the prefix from the path, or not.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from inbox_mock.domain.forwarded import address_of, told_by
from inbox_mock.domain.values import whole_number

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

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


OWN = frozenset({"__admin", "api", "dashboard", "docs", "livez", "metrics", "oauth", "openapi.json", "readyz", "uploads"})
"""How the fake's own paths begin. A prefix that begins like one could not be told from it behind a proxy that strips prefixes."""
PREFIX = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+")
EXPECTED = "an http or https URL such as https://mock.example.com/inbox, whose path is none of the fake's own, such as /api or /docs"
TOLD_BY_PROXIES = tuple(f"HTTP_X_FORWARDED_{name}" for name in ("FOR", "HOST", "PORT", "PROTO"))


def public_root(url: str) -> str:
    """Return a public URL as addresses begin with it: without a slash at its end, and without the usual port.

    Raises:
        ValueError: it is none; the text says what is expected.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError(EXPECTED) from None
    path = parts.path.rstrip("/")
    plain = url.isascii() and url.isprintable() and " " not in url and "?" not in url and "#" not in url
    if not (plain and parts.scheme in {"http", "https"} and is_host(parts.netloc) and (not path or _is_prefix(path))):
        raise ValueError(EXPECTED)
    return f"{parts.scheme}://{host_of(parts.scheme, parts.netloc.lower(), None)}{path}"


def addressed(app: "WSGIApplication", public: str | None, proxies: int) -> "WSGIApplication":
    """Return an application that knows its address by a public URL, or by what this number of proxies tells; of both, the URL counts."""
    if public is not None:
        app = published(app, public)
    return trusting(app, proxies) if proxies else app


def published(app: "WSGIApplication", root: str) -> "WSGIApplication":
    """Return an application whose addresses begin with a public URL, whatever address a request came to."""
    prefix = urlsplit(root).path

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ[ROOT] = root
        environ["PATH_INFO"] = _below(prefix, environ["PATH_INFO"])
        return app(environ, start_response)

    return answer


def trusting(app: "WSGIApplication", proxies: int) -> "WSGIApplication":
    """Return an application that believes what this number of proxies before it tells of the scheme, the host, the prefix and the client.

    Each proxy adds one value to each header. Where X-Forwarded-For, -Host, -Port and -Proto are missing, Forwarded counts. What
    is no scheme, host, port or path of ours changes nothing.
    """
    from werkzeug.middleware.proxy_fix import ProxyFix

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        before = environ["werkzeug.proxy_fix.orig"]
        if "HTTP_FORWARDED" in environ and environ.keys().isdisjoint(TOLD_BY_PROXIES):
            told = told_by(environ["HTTP_FORWARDED"], proxies)
            given = {
                "wsgi.url_scheme": told.get("proto", "").lower(),
                "HTTP_HOST": told.get("host"),
                "REMOTE_ADDR": address_of(told.get("for")),
            }
            environ.update({key: value for key, value in given.items() if value})
        if environ["wsgi.url_scheme"] not in {"http", "https"}:
            environ["wsgi.url_scheme"] = before["wsgi.url_scheme"]
        if not is_host(environ.get("HTTP_HOST", "")):
            environ["HTTP_HOST"] = before["HTTP_HOST"] or ""
        prefix = environ.get("SCRIPT_NAME", "").rstrip("/")
        environ["SCRIPT_NAME"] = prefix if _is_prefix(prefix) else ""
        environ["PATH_INFO"] = _below(environ["SCRIPT_NAME"], environ["PATH_INFO"])
        return app(environ, start_response)

    believing_ports, others = (ProxyFix(answer, proxies, proxies, proxies, ports, proxies) for ports in (proxies, 0))

    def trusted(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        told = environ.get("HTTP_X_FORWARDED_PORT", "").split(",")[-proxies:][0].strip()
        return (believing_ports if (whole_number(told, 5) or 0) in PORTS else others)(environ, start_response)

    return trusted


def _is_prefix(path: str) -> bool:
    return PREFIX.fullmatch(path) is not None and path.split("/")[1] not in OWN and not path.endswith("/api/v3")


def _below(prefix: str, path: str) -> str:
    """Return a path without the prefix, if it has it."""
    return (path[len(prefix) :] or "/") if prefix and f"{path}/".startswith(f"{prefix}/") else path
