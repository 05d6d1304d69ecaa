"""Reading the journal: requests, their answers, and what they caused; and the report on the conduct of the client that it shows."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

import orjson

from inbox_mock.admin.operation import JSON, AdminCall, Page, operation
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.domain.values import whole_number
from inbox_mock.store import journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from inbox_mock.api.index import OperationIndex

PAGE = 100
PATIENCE_SECONDS = 25
REASON: JSON = {
    "type": "object",
    "required": ["code"],
    "properties": {"code": {"type": "string"}},
    "description": "a code, and the values that the reason's text contains",
}
ENTRY: Mapping[str, JSON] = {
    "id": {"type": "integer"},
    "at": {"type": "string", "description": "the sandbox's time"},
    "method": {"type": "string"},
    "path": {"type": "string", "description": "for an attempt to deliver a webhook, the whole address"},
    "query": {"type": "string"},
    "status": {"type": ["integer", "null"], "description": "null, if there was no answer"},
    "application_id": {"type": ["integer", "null"]},
    "request": {"type": "object"},
    "response": {"type": "object"},
    "caused": {"type": "array", "items": {"type": "object"}},
    "why": {"type": ["string", "null"], "description": "the reasons in words"},
    "fault_id": {"type": ["integer", "null"], "description": "the fault that struck"},
    "reasons": {"type": "array", "items": REASON},
}
"""The JSON Schema of each key of an entry."""
PLAIN = "text/plain; charset=utf-8"
FORMATS = {"junit": "application/xml; charset=utf-8", "html": "text/html; charset=utf-8", "text": PLAIN, "failure": PLAIN}
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


@operation(
    "GET",
    "/sandboxes/<id>/journal",
    query={"after": "The `next` of the page before; 0, if left out.", "wait": "1 waits up to 25 seconds for news."},
    answer={
        "type": "object",
        "properties": {"entries": {"type": "array", "items": {"type": "object", "properties": ENTRY}}, "next": {"type": "integer"}},
    },
)
def get_journal(call: AdminCall) -> JSON:
    """Read the journal: requests, attempts to deliver webhooks, and what they caused."""
    after = whole_number(call.query.get("after", "0"), 15)
    if after is None:
        raise Invalid(invalid("after", "the id of an entry, or 0"))
    found = _page(call, after)
    if not found["entries"] and call.query.get("wait") == "1":
        call.factory.sandboxes.wait(call.in_sandbox, PATIENCE_SECONDS, entry=after)
        found = _page(call, after)
    return found


def _page(call: AdminCall, after: int) -> JSON:
    with call.in_sandbox.work() as work:
        rows = journal.after(work.db, after, PAGE)
    entries = [{name: row[name] for name in ENTRY} for row in rows]
    return {"entries": entries, "next": entries[-1]["id"] if entries else after}


@cache
def operations() -> "OperationIndex":
    """Return the operations of the API, by which a report knows what requests are."""
    from inbox_mock.api.index import OperationIndex
    from inbox_mock.api.operations import OPERATIONS as OF_THE_API

    return OperationIndex(OF_THE_API)


@operation(
    "GET",
    "/sandboxes/<id>/report",
    query={
        "format": f"json, if left out, or one of {', '.join(FORMATS)}; failure is the text with which a test fails, or nothing.",
        "allow": "Codes of rules, joined by commas, whose violations are told but do not count.",
    },
    gives=tuple(FORMATS.values()),
    answer={
        "type": "object",
        "properties": {
            **{name: {"type": "string"} for name in ("sandbox", "scenario", "now", "replay")},
            **{name: {"type": "integer"} for name in ("seed", "requests", "webhooks", "lost")},
            "verdict": {"enum": ["clean", "notes", "errors", "broken"]},
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
    from inbox_mock.conduct.report import parts_of, report_on

    wanted = call.query.get("format", "json")
    if wanted != "json" and wanted not in FORMATS:
        raise Invalid(invalid("format", f"one of json, {', '.join(FORMATS)}"))
    allowed = [code.strip() for code in call.query.get("allow", "").split(",") if code.strip()]
    if wanted == "json" and not allowed:
        parts = parts_of(call.in_sandbox, operations())
        return Page("application/json", orjson.dumps({name: orjson.Fragment(part) for name, part in parts.items()}))
    report = report_on(call.in_sandbox, operations(), allowed)
    if wanted == "json":
        return report
    render: Callable[[JSON], str] = import_module(f"inbox_mock.conduct.{wanted}").render
    return Page(FORMATS[wanted], render(report))
