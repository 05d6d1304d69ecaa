"""Reading the journal: requests, their answers, and what they caused; and the report on the conduct of the client that it shows."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

import orjson

from inbox_mock.admin.operation import (
    ANY_OBJECT,
    FLAG,
    HEADERS,
    JSON,
    NUMBER,
    NUMBER_OR_NULL,
    OR_NULL,
    TEXT,
    TIMESTAMP,
    AdminCall,
    Page,
    operation,
)
from inbox_mock.api.openapi_schemas import list_of, record
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.domain.values import whole_number
from inbox_mock.store import journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from inbox_mock.api.operation import OperationIndex

PAGE = 100
PATIENCE_SECONDS = 25
REASON: JSON = record({"code": TEXT}, "Reason") | {
    "additionalProperties": True,
    "description": "a code, and the values that the reason's text contains",
}
BODY: JSON = {"anyOf": [TEXT, ANY_OBJECT], "description": "a text; of requests for a token, and of their answers, JSON without secrets"}
SENT = record(
    {
        "token": {**OR_NULL, "description": "a label of the token that came with it"},
        "origin": {**TEXT, "description": "the root of the server, as the request addressed it"},
        "headers": HEADERS,
        "body": BODY,
        "unreadable": {**FLAG, "description": "of a request for a token: whether its body could not be read"},
        "unread": {**TEXT, "description": "why the body was not read"},
        "began": {**TIMESTAMP, "description": "the time at which it was begun, if it took any"},
        "arrived_after": {**NUMBER, "description": "the newest entry when it arrived, if others were answered while it waited"},
        "connection": {**NUMBER, "description": "the number of the client's connection, in the order of their first requests, from 2 on"},
    },
    "SentRequest",
    optional=("token", "origin", "body", "unreadable", "unread", "began", "arrived_after", "connection"),
)
RECEIVED = record({"headers": HEADERS, "body": BODY}, "ReceivedResponse", optional=("body",))
ENTRY: Mapping[str, JSON] = {
    "id": NUMBER,
    "at": {**TIMESTAMP, "description": "the sandbox's time"},
    "method": TEXT,
    "path": {**TEXT, "description": "for an attempt to deliver a webhook, the whole address"},
    "query": TEXT,
    "status": {**NUMBER_OR_NULL, "description": "null, if there was no answer"},
    "application_id": NUMBER_OR_NULL,
    "request": SENT,
    "response": RECEIVED,
    "delivery_id": {**NUMBER_OR_NULL, "description": "the webhook that was attempted"},
    "event": {**OR_NULL, "description": "that webhook's event"},
    "caused": list_of(record({"event": TEXT, "id": NUMBER}, "CausedEvent")),
    "why": {**OR_NULL, "description": "the reasons in words, and what a refusal said of each field"},
    "fault_id": {**NUMBER_OR_NULL, "description": "the fault that struck"},
    "reasons": list_of(REASON),
}
"""The JSON Schema of each key of an entry."""
PLAIN = "text/plain; charset=utf-8"
FORMATS = {"junit": "application/xml; charset=utf-8", "html": "text/html; charset=utf-8", "text": PLAIN, "failure": PLAIN}
"""The content type of each format besides JSON; the module of that name in `inbox_mock.conduct` renders it."""
SEVERITY: JSON = {"enum": ["error", "note"]}
EVIDENCE = record({name: ENTRY[name] for name in ("id", "at", "method", "path", "query", "status", "application_id", "why")}, "Evidence")
VIOLATION = record(
    {
        **dict.fromkeys(("code", "title", "about", "why", "source", "fix"), TEXT),
        "severity": SEVERITY,
        "at": TIMESTAMP,
        "entries": {**list_of(NUMBER), "description": "ids of journal entries, what the client did last"},
        "evidence": {**list_of(EVIDENCE), "description": "those entries, without bodies"},
        "allowed": FLAG,
    },
    "Violation",
)
RULE = record({"code": TEXT, "title": TEXT, "severity": SEVERITY, "violations": NUMBER, "not_judged": OR_NULL}, "JudgedRule")
ASSUMED = record({"behaviour": TEXT, "source": TEXT, "seen": NUMBER, "switch": OR_NULL}, "AssumedBehaviour")
REPORT = record(
    {
        **dict.fromkeys(("sandbox", "scenario", "replay"), TEXT),
        "now": TIMESTAMP,
        **dict.fromkeys(("seed", "requests", "webhooks", "lost"), NUMBER),
        "verdict": {"enum": ["clean", "notes", "errors", "broken"]},
        "violations": list_of(VIOLATION),
        "rules": list_of(RULE),
        "assumed": list_of(ASSUMED),
        "broken": {**list_of(TEXT), "description": "rules that could not be used, and why"},
        "allowed": list_of(TEXT),
    },
    "Report",
)


@operation(
    "GET",
    "/sandboxes/<id>/journal",
    query={"after": "The `next` of the page before; 0, if left out.", "wait": "1 waits up to 25 seconds for news."},
    answer=record({"entries": list_of(record(ENTRY, "JournalEntry")), "next": NUMBER}, "Journal"),
)
def get_journal(call: AdminCall) -> JSON:
    """Read the journal: requests, attempts to deliver webhooks, and what they caused."""
    after = whole_number(call.query.get("after", "0"), 15)
    if after is None:
        raise Invalid(invalid("after", "the id of an entry, or 0"))
    found = _page(call, after)
    if not found["entries"] and call.query.get("wait") == "1":
        call.factory.sandboxes.wait(call.in_sandbox, PATIENCE_SECONDS, lambda: call.in_sandbox.last_entry > after)
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
    from inbox_mock.api.operation import OperationIndex
    from inbox_mock.api.operations import OPERATIONS as OF_THE_API

    return OperationIndex(OF_THE_API)


@operation(
    "GET",
    "/sandboxes/<id>/report",
    query={
        "format": f"json, if left out, or one of {', '.join(FORMATS)}; failure is the text with which a test fails, or nothing.",
        "allow": "Codes of rules, joined by commas, whose violations are reported but do not count.",
    },
    gives=tuple(FORMATS.values()),
    answer=REPORT,
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
