"""Serving the files of the dashboard: one page, its modules and style sheets."""

from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory

from inbox_mock.admin.access_control import AccessControl
from inbox_mock.api.addressing import prefix_of
from inbox_mock.domain.errors import Forbidden, Problem

PREFIX = "/dashboard"
PAGE = "index.html"
STATIC = Path(__file__).parent / "static"
# Declared here, because systems differ in the type of .js, and browsers run modules of this type only.
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
WELCOME = """The Inbox Mock: a fake of the BookingSync (Smily) Inbox API.

  /                        in a browser: the dashboard
  /api/v3                  the API; the sandbox `default` knows the token `demo`
  /oauth/authorize         OAuth, with /oauth/token
  /docs                    what there is to read: reference, rules, scenarios, faults
  /openapi.json            what the API can do, and how sure each part is
  /__admin/openapi.json    what you can do that the real API cannot: sandboxes, clocks, guests, webhooks
"""
POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def blueprint(control: AccessControl) -> Blueprint:
    """Return the blueprint of the dashboard."""
    made = Blueprint("dashboard", __name__)

    @made.get("/")
    def home() -> Response:
        if request.accept_mimetypes.best_match(("text/plain", "text/html")) == "text/plain":
            answer = Response(WELCOME.replace("\n  /", f"\n  {prefix_of(request)}/"), content_type="text/plain; charset=utf-8")
        else:
            _check(control)
            answer = _file(PAGE)
        answer.headers["Vary"] = "Accept"
        return answer

    @made.get(f"{PREFIX}/<name>")
    def static(name: str) -> Response:
        _check(control)
        return _file(name)

    return made


def _check(control: AccessControl) -> None:
    """Raise Forbidden unless the host is allowed; another site may link to the dashboard, but not load or frame any of it."""
    control.check_host(request)
    led_here = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    if not led_here and request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        raise Forbidden(Problem("origin", "the dashboard answers no page of another site"))


def _below(prefix: str) -> Response:
    """Return the page for a browser that sees it below a prefix. It is not cached: below another prefix it would have the same ETag."""
    text = (STATIC / PAGE).read_text(encoding="utf-8").replace(f'"{PREFIX}/', f'"{prefix}{PREFIX}/')
    return Response(text, content_type="text/html; charset=utf-8", headers={**HEADERS, "Cache-Control": "no-store"})


def _file(name: str) -> Response:
    """Return a file of the dashboard, which browsers revalidate at each use; raise werkzeug's NotFound if there is none."""
    if name == PAGE and (prefix := prefix_of(request)):
        return _below(prefix)
    answer = send_from_directory(STATIC, name, mimetype=TYPES.get(Path(name).suffix))
    answer.headers.update(HEADERS)
    return answer
