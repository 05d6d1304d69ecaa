"""What the tests of acting share: booking, and what a refusal says."""

from typing import Any

from fake import JSON, Answer, Sandbox

SILENT = {"conversation_delay": "10m", "host_participant": False}


def book(sandbox: Sandbox, **changes: Any) -> JSON:
    answer = sandbox.admin.post("/bookings", changes)
    assert answer.status == 201, answer.body
    found: JSON = answer.json["booking"]
    return found


def refused(answer: Answer, status: int, field: str | None = None) -> None:
    """Assert that the answer is a problem that says what was expected, and where."""
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["detail"]
    if field is not None:
        assert [problem["field"] for problem in answer.errors] == [field]
        assert all(problem["expected"] for problem in answer.errors)
