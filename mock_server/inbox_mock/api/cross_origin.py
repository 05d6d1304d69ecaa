"""Calls from pages of other sites (CORS): which origins a browser may let read the API's answers.

Recorded: in 2014 every answer had ``Access-Control-Allow-Origin: *``; since 2018 none has it, and ``Vary: Origin`` shows that
a policy for some origins exists. Which ones is not known, so there is none here, unless one is allowed. Assumed: a preflight
is answered before the API sees it, 200 and empty, whether the origin is allowed or not, as rack-cors does.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from inbox_mock.api.rendering import why_header

if TYPE_CHECKING:
    from flask import Request, Response

ANY = "*"
ORIGIN = re.compile(r"https?://[^/@?#\s]+")
OPEN = re.compile(r"/(api/v3|uploads)/.*|/oauth/token")
CACHED_SECONDS = 7200
EXPECTED = "an origin such as http://localhost:3000, or * for every one"


def is_origin(text: str) -> bool:
    """Return whether a text is an origin that can be allowed, or ``*``."""
    return text == ANY or ORIGIN.fullmatch(text) is not None


def preflight(request: "Request") -> "Response | None":
    """Return the answer to an OPTIONS that is a preflight of what pages may call; None for any other."""
    from flask import Response

    asks = "Origin" in request.headers and request.access_control_request_method
    return Response(content_type="text/plain") if asks and OPEN.fullmatch(request.path) else None


def policy(allowed: frozenset[str]) -> Callable[["Request", "Response"], "Response"]:
    """Return a function that adds to a response the headers by which a browser lets a page of an allowed origin read it.

    Credentials of the browser, such as cookies, are never allowed: the API takes tokens.
    """

    def add_headers(request: "Request", answer: "Response") -> "Response":
        if OPEN.fullmatch(request.path) is None:
            return answer
        origin = request.headers["Origin"]
        if allowed.isdisjoint({ANY, origin}):
            if request.method == "OPTIONS":
                allows = origin if is_origin(origin) else ANY
                answer.headers.extend(why_header(f"the origin {origin} is not allowed: start with --allow-origin {allows}"))
            return answer
        answer.access_control_allow_origin = ANY if ANY in allowed else origin
        answer.headers["Access-Control-Expose-Headers"] = ANY
        if "Vary" not in answer.headers:
            answer.headers["Vary"] = "Origin"
        if request.method == "OPTIONS":
            answer.headers["Access-Control-Allow-Methods"] = request.access_control_request_method or ""
            answer.headers["Access-Control-Allow-Headers"] = request.headers.get("Access-Control-Request-Headers", "")
            answer.access_control_max_age = CACHED_SECONDS
        return answer

    return add_headers
