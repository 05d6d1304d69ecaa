"""The report on the conduct of the client that called a sandbox."""

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from inbox_mock.admin.operation import JSON, AdminCall, Page, operation
from inbox_mock.domain.errors import Invalid, invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from inbox_mock.conduct.evidence import OperationIndex

FORMATS = {
    "junit": "application/xml; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "text": "text/plain; charset=utf-8",
}
"""The content type of each format besides JSON; the module of that name in `inbox_mock.conduct` renders it."""


VIOLATION: JSON = {
    "type": "object",
    "properties": {
        **{name: {"type": "string"} for name in ("code", "severity", "title", "about", "why", "source", "fix", "at")},
        "entries": {"type": "array", "items": {"type": "integer"}, "description": "ids of journal entries, what the client did last"},
        "evidence": {"type": "array", "items": {"type": "object"}, "description": "those entries, without bodies"},
        "allowed": {"type": "boolean"},
    },
}


@cache
def _operations() -> "OperationIndex":
    from inbox_mock.api.routes import OPERATIONS as OF_THE_API
    from inbox_mock.conduct.evidence import OperationIndex

    return OperationIndex(OF_THE_API)


@operation(
    "GET",
    "/sandboxes/<id>/report",
    refusals=(404, 422),
    query={
        "format": f"json, if left out, or one of {', '.join(FORMATS)}.",
        "allow": "Codes of rules, joined by commas, whose violations are told but do not count.",
    },
    answer={
        "type": "object",
        "properties": {
            **{name: {"type": "string"} for name in ("sandbox", "scenario", "now", "replay")},
            **{name: {"type": "integer"} for name in ("seed", "requests", "webhooks", "lost")},
            "verdict": {"enum": ["clean", "notes", "errors"]},
            "violations": {"type": "array", "items": VIOLATION},
            "rules": {"type": "array", "items": {"type": "object"}},
            "assumed": {"type": "array", "items": {"type": "object"}},
            "broken": {"type": "array", "items": {"type": "string"}, "description": "rules that could not be used, and why"},
            "allowed": {"type": "array", "items": {"type": "string"}},
        },
    },
)
def get_report(call: AdminCall) -> JSON | Page:
    """Report the rules that the client violated, and the assumptions that it relied on."""
    from inbox_mock.conduct.report import report_on

    wanted = call.query.get("format", "json")
    if wanted != "json" and wanted not in FORMATS:
        raise Invalid(invalid("format", f"one of json, {', '.join(FORMATS)}"))
    allowed = [code.strip() for code in call.query.get("allow", "").split(",") if code.strip()]
    report = report_on(call.in_sandbox, _operations(), allowed)
    if wanted == "json":
        return report
    render: Callable[[JSON], str] = import_module(f"inbox_mock.conduct.{wanted}").render
    return Page(FORMATS[wanted], render(report))
