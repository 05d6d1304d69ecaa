"""Reading the journal: requests, their answers, and what they caused."""

from inbox_mock.admin.operation import JSON, AdminCall, operation
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.domain.values import whole_number
from inbox_mock.store import journal

PAGE = 100
PATIENCE_SECONDS = 25
NAMES = ("id", "at", "method", "path", "query", "status", "application_id", "request", "response", "caused", "why", "fault_id", "reasons")


@operation(
    "GET",
    "/sandboxes/<id>/journal",
    refusals=(404, 422),
    query={"after": "The `next` of the page before; 0, if left out.", "wait": "1 waits up to 25 seconds for news."},
    answer={"type": "object", "properties": {"entries": {"type": "array", "items": {"type": "object"}}, "next": {"type": "integer"}}},
)
def get_journal(call: AdminCall) -> JSON:
    """Read the journal: requests, attempts to deliver webhooks, and what they caused."""
    after = _number(call.query.get("after", "0"))
    found = _page(call, after)
    if not found["entries"] and call.query.get("wait") == "1":
        call.factory.sandboxes.wait(call.in_sandbox, PATIENCE_SECONDS, entry=after)
        found = _page(call, after)
    return found


def _page(call: AdminCall, after: int) -> JSON:
    with call.in_sandbox.work() as work:
        rows = journal.after(work.db, after, PAGE)
    entries = [{name: row[name] for name in NAMES} for row in rows]
    return {"entries": entries, "next": entries[-1]["id"] if entries else after}


def _number(text: str) -> int:
    found = whole_number(text, 15)
    if found is None:
        raise Invalid(invalid("after", "the id of an entry, or 0"))
    return found
