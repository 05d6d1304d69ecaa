"""Redirect URIs: which ones an application may be sent back to, and with what."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import SplitResult, urlencode, urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PLAIN = re.compile(r"[!-\[\]-~]+")


def allowed(uri: str, registered: Iterable[str]) -> bool:
    """Whether a URI is registered, or is under a registered one.

    A registered URI stands for itself. One without a path stands for every path on its host, and on this machine
    for every port as well, unless it names one.
    """
    asked = _split(uri)
    return asked is not None and any(uri == known or _is_under(asked, _split(known)) for known in registered)


def with_query(uri: str, values: Mapping[str, object]) -> str:
    """Return the URI with values added to its query."""
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(values)}"


def with_fragment(uri: str, values: Mapping[str, object]) -> str:
    """Return the URI with values as its fragment, which a browser keeps to itself."""
    return f"{uri}#{urlencode(values)}"


def _split(uri: str) -> SplitResult | None:
    """Take a URI apart; None if a browser may read it otherwise than we do, or if it has a user or a fragment."""
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    return parts if _PLAIN.fullmatch(uri) and parts.scheme and "@" not in parts.netloc and "#" not in uri else None


def _is_under(asked: SplitResult, known: SplitResult | None) -> bool:
    if known is None or not known.hostname or known.path not in {"", "/"} or known.query:
        return False
    if (asked.scheme, asked.hostname) != (known.scheme, known.hostname):
        return False
    return asked.port == known.port or (known.port is None and known.hostname in LOOPBACK)
