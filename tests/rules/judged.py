"""What the report says of whoever called a sandbox."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from builders import JSON, a_body, a_message
from fake import Answer, Caller, Sandbox
from inbox_mock.conduct.model import Entry, Evidence, Rule, Violation
from whole import CONVERSATIONS, MESSAGES

NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)


def the_report(sandbox: Sandbox, **query: Any) -> JSON:
    """The report, as programs get it."""
    answer = sandbox.admin.get("/report", **query)
    assert answer.status == 200, answer.body
    found: JSON = answer.json
    assert found["broken"] == []
    return found


def blamed(sandbox: Sandbox) -> list[str]:
    """The codes of what the client did wrong, each as often as it did."""
    return [violation["code"] for violation in the_report(sandbox)["violations"]]


def evidence(sandbox: Sandbox, code: str) -> list[str]:
    """The requests that show the only violation of a rule: method, path under the API, status."""
    (found,) = [violation for violation in the_report(sandbox)["violations"] if violation["code"] == code]
    assert [entry["id"] for entry in found["evidence"]] == found["entries"]
    return [f"{one['method']} {one['path'].removeprefix('/api/v3')} {one['status']}" for one in found["evidence"]]


def violations_of(rule: Rule, seen: Evidence) -> list[Violation]:
    """What a rule finds in a piece of evidence."""
    assert rule.find is not None
    return list(rule.find(seen))


def unanswered(call: Callable[..., Answer], *arguments: Any, **query: Any) -> None:
    """Call, and get no answer."""
    with pytest.raises(requests.ConnectionError):
        call(*arguments, **query)


def send(sandbox: Sandbox, content: str = "You can arrive from four o'clock.", **changes: Any) -> Answer:
    """Send a message; as it is, it reaches the guest."""
    return sandbox.api.post(MESSAGES, a_message(content=content, **changes))


def make_conversation(sandbox: Sandbox, **attributes: Any) -> int:
    """Make a conversation of the client's own."""
    answer = sandbox.api.post(CONVERSATIONS, a_body("conversations", **attributes))
    assert answer.status == 201, answer.body
    return int(answer.record["id"])


def connect(sandbox: Sandbox, conversation_id: int, booking_id: int) -> Answer:
    """Tie a booking to a conversation."""
    return sandbox.api.put(f"{CONVERSATIONS}/{conversation_id}/connect_booking", a_body("bookings", id=booking_id))


def sync(caller: Caller, path: str, **query: Any) -> int:
    """Read a list to its end, page after page; the number of pages."""
    page = 0
    while True:
        page += 1
        answer = caller.get(path, page=page, **query)
        assert answer.status == 200, answer.body
        if page >= int(answer.headers["X-Total-Pages"]):
            return page


def an_entry(entry_id: int, method: str = "GET", path: str = "/inbox/messages", **changes: Any) -> Entry:
    """A journal entry of application 17: a call of the API that went well, a second after the one before."""
    found: dict[str, Any] = {
        "id": entry_id,
        "at": NOON + timedelta(seconds=entry_id),
        "method": method,
        "path": path if path.startswith("/oauth") else f"/api/v3{path}",
        "status": 200,
        "token": "token-1",
        "application_id": 17,
        "account_id": 1,
        "synced_at": NOON + timedelta(seconds=entry_id),
    }
    return Entry(**found | changes)


def some_evidence(*entries: Entry, **facts: Any) -> Evidence:
    """Evidence of these entries, a day later."""
    return Evidence(entries=entries, now=NOON + timedelta(days=1), **facts)
