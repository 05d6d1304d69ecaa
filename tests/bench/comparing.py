"""Comparing a recording, in processor time, against answering the same requests in process, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from time import process_time

import orjson

from bench.figures import Figure
from inbox_mock.comparing.report import gather
from inbox_mock.comparing.running import Comparison, Resending
from inbox_mock.comparing.sides import REAL_SERVICE, InProcess
from inbox_mock.comparing.translation import Credentials, Translation
from inbox_mock.recordings import Exchange, Place, RecordedRequest
from inbox_mock.scenarios.loading import find_shipped

START = datetime(2030, 6, 1, 12, tzinfo=UTC)
LATER = timedelta(seconds=7)
ROUNDS_OF_CALLS = 150
READS = (
    "/inbox/conversations/2,3,4,5,6,7,8?include=messages,participants",
    "/inbox/conversations?per_page=10",
    "/inbox/messages?updated_since=2030-06-01T12:00:00Z",
    "/bookings?per_page=5",
    "/inbox/conversations/4",
    "/clients/5",
)
MESSAGE = {"conversation_id": 4, "sender_id": 6, "origin": "bookingsync_inbox", "visibility": "external", "channel": "airbnb"}
JSON_API = {"Content-Type": "application/vnd.api+json"}


def measure(rounds: int) -> Iterator[Figure]:
    """The sides take turns. Of seven calls, one posts a message; the clock goes on, as in a recording."""
    side = InProcess()
    exchanges = _recorded(side)
    ratios, per_second = [], []
    for number in range(-1, rounds):
        bare, compared = _sent(side, exchanges), _compared(side, exchanges)
        if number >= 0:
            ratios.append(bare / compared)
            per_second.append(len(exchanges) / compared)
    yield Figure(
        subject="comparing a recording, exchanges/s against the fake's own requests/s in process",
        target=0.6,
        at_least=True,
        rounds=ratios,
        note=f"{max(per_second):,.0f}/s",
    )


def _begun(side: InProcess) -> dict[str, str]:
    side.begin(find_shipped("agency").data)
    return {"Authorization": f"Bearer {side.token}"}


def _requests() -> Iterator[tuple[datetime, RecordedRequest]]:
    moment = START
    for number in range(ROUNDS_OF_CALLS):
        moment += LATER
        message = {**MESSAGE, "content": f"Number {number}.", "sent_at": "2030-06-01T12:00:00Z"}
        body = orjson.dumps({"messages": [message]})
        yield moment, RecordedRequest("POST", f"{REAL_SERVICE}/api/v3/inbox/messages", tuple(JSON_API.items()), body)
        for path in READS:
            yield moment, RecordedRequest("GET", f"{REAL_SERVICE}/api/v3{path}")


def _recorded(side: InProcess) -> list[Exchange]:
    token, numbers, found = _begun(side), count(1), []
    for moment, request in _requests():
        side.move_to(moment)
        headers = {**dict(request.headers), **token}
        answer = side.send(request.method, request.url.removeprefix(REAL_SERVICE), headers, request.body)
        asked = RecordedRequest(request.method, request.url, tuple(headers.items()), request.body)
        found.append(Exchange(Place("recording", next(numbers)), asked, answer))
    return found


def _sent(side: InProcess, exchanges: list[Exchange]) -> float:
    _begun(side)
    moments = [moment for moment, _ in _requests()]
    began = process_time()
    for moment, exchange in zip(moments, exchanges, strict=True):
        side.move_to(moment)
        request = exchange.request
        side.send(request.method, request.url.removeprefix(REAL_SERVICE), dict(request.headers), request.body)
    return process_time() - began


def _compared(side: InProcess, exchanges: list[Exchange]) -> float:
    _begun(side)
    comparison = Comparison(Resending(side, Credentials(side.token or ""), Translation(start=START), START))
    began = process_time()
    found = gather(comparison.run(exchanges))
    spent = process_time() - began
    if found.groups:
        raise AssertionError(f"a recording differs from itself: {[*found.groups]}")
    return spent
