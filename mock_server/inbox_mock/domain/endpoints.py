"""The endpoints that clients call, each with its methods, and whether a pattern can match one of them."""

from functools import lru_cache

API = "/api/v3"
OAUTH = "/oauth"
_UNDER_API = {
    "/accounts": "GET", "/accounts/<ids>": "GET", "/applications": "GET", "/applications/<ids>": "GET PUT", "/auth": "GET",
    "/bookings": "GET", "/bookings/<ids>": "GET PUT DELETE", "/clients": "GET POST", "/clients/<ids>": "GET PUT",
    "/hosts": "GET POST", "/hosts/<ids>": "GET PUT",
    "/inbox/attachments": "GET POST", "/inbox/attachments/<ids>": "GET PUT",
    "/inbox/conversations": "GET POST", "/inbox/conversations/<ids>": "GET PUT",
    "/inbox/conversations/<ids>/connect_booking": "PUT", "/inbox/conversations/<ids>/disconnect_booking": "PUT",
    "/inbox/messages": "GET POST", "/inbox/messages/<ids>": "GET PUT", "/inbox/messages/<ids>/add_attachment": "PUT",
    "/inbox/participants": "GET POST", "/inbox/participants/<ids>": "GET PUT",
    "/inquiries": "GET", "/inquiries/<ids>": "GET PUT", "/me": "GET", "/rentals": "GET", "/rentals/<ids>": "GET",
    "/rentals/<rental_id>/bookings": "POST", "/rentals/<rental_id>/inquiries": "POST",
    "/sources": "GET POST", "/sources/<ids>": "GET PUT",
}  # fmt: skip
_UNDER_OAUTH = {"/oauth/authorize": "GET POST", "/oauth/token": "POST"}
_ALIASES = {"GET": ("GET", "HEAD"), "PUT": ("PUT", "PATCH")}

ENDPOINTS: dict[str, tuple[str, ...]] = {
    path: tuple(alias for method in methods.split() for alias in _ALIASES.get(method, (method,)))
    for path, methods in (_UNDER_API | _UNDER_OAUTH).items()
}
"""The methods of each path: under /api/v3, where it does not begin with /oauth; ``<...>`` stands for one part of it."""


def in_full(path: str) -> str:
    """Return a path or pattern with the /api/v3 that it may leave out, and without a slash at its end."""
    return (path if path.startswith((API, OAUTH)) else API + path).rstrip("/")


def matched_by(pattern: str) -> list[str]:
    """Return the paths of `ENDPOINTS` that a pattern can match, in which ``*`` stands for any text."""
    wanted = in_full(pattern)
    return [path for path in ENDPOINTS if _meet(wanted, _holes(in_full(path)))]


def _holes(path: str) -> str:
    return "/".join("<" if part.startswith("<") else part for part in path.split("/"))


@lru_cache(maxsize=4096)
def _meet(pattern: str, path: str) -> bool:
    """Return whether some text matches both: ``*`` in the pattern is any text, ``<`` in the path any text without a slash."""
    if not pattern or not path:
        return set(pattern) <= {"*"} and set(path) <= {"<"}
    if pattern[0] == "*":
        return _meet(pattern[1:], path) or _meet(pattern, path[1:])
    if path[0] == "<":
        return _meet(pattern, path[1:]) or (pattern[0] != "/" and _meet(pattern[1:], path))
    return pattern[0] == path[0] and _meet(pattern[1:], path[1:])
