"""The pages under /docs. They load nothing from other hosts, so they work without a network."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

import orjson
from flask import Blueprint, Response, render_template, request, send_from_directory

from inbox_mock.api.addressing import prefix_of, root_of
from inbox_mock.domain.errors import NotFound

PREFIX = "/docs"
STATIC = Path(__file__).parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".png": "image/png", ".svg": "image/svg+xml"}
MOST_SOUGHT = 200
# Swagger UI sets styles from its code and draws its icons from data: addresses.
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


def _fidelity() -> Mapping[str, object]:
    from inbox_mock.docs.fidelity_report import KINDS, LEVELS, claims
    from inbox_mock.domain.fidelity import ASSUMPTIONS

    found = claims()
    kinds = {kind: [claim for claim in found if claim.kind == kind] for kind in KINDS}
    counts = {level: sum(claim.level == level for claim in found) for level in LEVELS}
    return {"kinds": kinds, "counts": counts, "switches": ASSUMPTIONS}


def _conduct() -> Mapping[str, object]:
    from inbox_mock.conduct.evaluation import offered_rules

    found = offered_rules()
    return {"rules": found.rules, "broken": found.broken}


def _scenarios() -> Mapping[str, object]:
    from inbox_mock.scenarios.loading import shipped

    return {"scenarios": list(shipped())}


def _faults() -> Mapping[str, object]:
    from inbox_mock.faults.declaration import WebhookFault
    from inbox_mock.faults.kinds import kinds

    return {"faults": [(kind, "webhooks" if isinstance(fault, WebhookFault) else "requests", fault) for kind, fault in kinds().items()]}


PAGES: dict[str, Callable[[], Mapping[str, object]]] = {
    "index": dict,
    "api": lambda: {"document": "/openapi.json", "token": "demo"},
    "admin": lambda: {"document": f"{PREFIX}/admin.json", "token": ""},
    "fidelity": _fidelity,
    "conduct": _conduct,
    "scenarios": _scenarios,
    "faults": _faults,
}


def blueprint() -> Blueprint:
    """Return the blueprint of /docs."""
    made = Blueprint("docs", __name__, url_prefix=PREFIX, template_folder="templates")

    @made.get("", strict_slashes=False, provide_automatic_options=False)
    @made.get("/<path:page>", provide_automatic_options=False)
    def show(page: str = "index") -> Response:
        if page.endswith("/"):
            return _without_slash(page)
        if page not in PAGES:
            raise NotFound
        return _rendered(page, page, **PAGES[page]())

    @made.get("/admin.json", provide_automatic_options=False)
    def admin() -> Response:
        """Return the OpenAPI document of the admin API, also to clients without access to that API."""
        from inbox_mock.admin.routes import document

        return Response(orjson.dumps(document(root_of(request))), content_type="application/json")

    @made.get("/static/<name>", provide_automatic_options=False)
    def static(name: str) -> Response:
        return _file(STATIC, name)

    @made.get("/swagger/<name>", provide_automatic_options=False)
    def swagger(name: str) -> Response:
        return _file(Path(str(files("flask_swagger_ui") / "dist")), name)

    _add_guides(made)
    return made


def _add_guides(made: Blueprint) -> None:
    """Add the guides, which are rendered by a library that is imported when the first one is asked for."""

    @made.get("/guides", provide_automatic_options=False)
    def first() -> Response:
        return Response(status=302, headers={"Location": f"{prefix_of(request)}{PREFIX}/guides/index"})

    @made.get("/guides/<path:name>", provide_automatic_options=False)
    def guide(name: str) -> Response:
        """Return a guide, or one of their images."""
        from inbox_mock.docs import guides

        if name.startswith("images/"):
            return _file(guides.folder() / "images", name.removeprefix("images/"))
        if name.endswith("/"):
            return _without_slash(f"guides/{name}")
        if name not in guides.known():
            raise NotFound
        return _rendered("guide", "guides", guide=guides.guide(name))

    @made.get("/search", provide_automatic_options=False)
    def search() -> Response:
        """Return the page with what is found in the guides."""
        from inbox_mock.docs import guides

        sought = request.args.get("q", "")[:MOST_SOUGHT]
        return _rendered("search", "search", sought=sought, found=guides.search(sought))


def _without_slash(path: str) -> Response:
    """Lead to an address without the slash at its end: there the relative links of a page lead to what they mean."""
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    return Response(status=302, headers={"Location": f"{prefix_of(request)}{PREFIX}/{quote(path.rstrip('/'))}{query}"})


def _rendered(template: str, page: str, **values: object) -> Response:
    """Return a page made by a template; ``page`` is the one that is current in the navigation."""
    shown = render_template(f"docs/{template}.html", page=page, prefix=prefix_of(request), **values)
    return Response(shown, content_type="text/html; charset=utf-8", headers=HEADERS)


def _file(folder: Path, name: str) -> Response:
    """Return a file, which browsers revalidate at each use; raise NotFound if there is none."""
    if Path(name).suffix not in TYPES:
        raise NotFound
    answer = send_from_directory(folder, name, mimetype=TYPES.get(Path(name).suffix))
    answer.headers.update(HEADERS)
    return answer
