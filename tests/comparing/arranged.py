"""Recordings that a test compares: of the scenario `agency`, and spoiled in one place."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson

from fake import Sandbox
from importing.recorded import recorded
from inbox_mock.comparing.report import ComparisonResult, gather
from inbox_mock.comparing.running import Comparison, Resending
from inbox_mock.comparing.sides import InProcess
from inbox_mock.comparing.translation import Credentials, Translation
from inbox_mock.recordings import Exchange, RecordedResponse
from inbox_mock.scenarios.loading import find_shipped

START = datetime(2030, 6, 1, 12, tzinfo=UTC)
MESSAGE = {
    "conversation_id": 4,
    "sender_id": 6,
    "content": "You can arrive from four o'clock.",
    "origin": "bookingsync_inbox",
    "visibility": "external",
    "channel": "airbnb",
    "sent_at": "2030-06-01T12:00:00Z",
}


@cache
def side() -> InProcess:
    return InProcess()


def compare(exchanges: Iterable[Exchange], scenario: Mapping[str, Any] | None = None) -> ComparisonResult:
    """Compare with a sandbox of the scenario agency, or of another one."""
    data = dict(scenario or find_shipped("agency").data)
    credentials = Credentials()
    for exchange in exchanges:
        credentials.observe(exchange)
    side().begin(data | {"tokens": [*data.get("tokens", []), *credentials.scenario()]})
    credentials.token = side().token or ""
    return gather(Comparison(Resending(side(), credentials, Translation(START), START)).run(exchanges))


def kinds(found: ComparisonResult) -> dict[str, int]:
    """How many differences of each kind count."""
    return {kind: group.count for (kind, lost), group in found.groups.items() if lost is None}


def reads(sandbox: Sandbox) -> list[Exchange]:
    """A recording of reads."""
    caller, exchanges = recorded(sandbox)
    caller.get("/inbox/conversations", per_page=3)
    caller.get("/inbox/conversations/4", include="participants,messages")
    caller.get("/bookings", updated_since="2029-01-01T00:00:00Z", per_page=2)
    caller.get("/clients", per_page=2)
    caller.get("/inbox/messages/999999")
    return exchanges


def answer_of(exchange: Exchange) -> RecordedResponse:
    """The answer of an exchange that has one."""
    assert exchange.response is not None
    return exchange.response


def answered(exchange: Exchange, **changes: Any) -> Exchange:
    """An exchange with other parts of its recorded answer."""
    return replace(exchange, response=replace(answer_of(exchange), **changes))


def spoiled(exchange: Exchange, change: Callable[[Any], None]) -> Exchange:
    """An exchange whose recorded answer was changed in place, as JSON."""
    body = orjson.loads(answer_of(exchange).body or b"")
    change(body)
    return answered(exchange, body=orjson.dumps(body))


def with_headers(exchange: Exchange, **changes: str | None) -> Exchange:
    """An exchange whose answer has another value of headers, whose names have _ in place of -; None removes one."""
    assert exchange.response is not None
    named = {name.replace("_", "-").lower(): value for name, value in changes.items()}
    headers = [(name, value) for name, value in exchange.response.headers if name.lower() not in named]
    headers += [(name, value) for name, value in named.items() if value is not None]
    return replace(exchange, response=replace(exchange.response, headers=tuple(headers)))
