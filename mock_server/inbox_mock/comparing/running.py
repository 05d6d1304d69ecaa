"""Sending recorded requests to a server, in their order and at their times, and comparing its answers with the recorded ones."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson

from inbox_mock.api.operation import OperationIndex
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.comparing import ABSENT, Difference, cause_of
from inbox_mock.comparing.bodies import Bodies
from inbox_mock.comparing.headers import differences_of_headers
from inbox_mock.comparing.sides import InProcess, Side
from inbox_mock.comparing.translation import Credentials, Translation
from inbox_mock.domain.endpoints import API
from inbox_mock.domain.values import whole_number
from inbox_mock.importing.calls import DIGITS, ApiExchange, call_of, time_of, webhook_of
from inbox_mock.recordings import Exchange, Lost, Place, RecordedRequest, RecordedResponse, header
from inbox_mock.resources import RESOURCES
from inbox_mock.webhooks.event_types import event_types

ORIGIN = re.compile(r"(https?://[^/\s\"<>]+(?:/[^\s\"<>]*?)?)/api/v3/")
ORIGIN_IN_BODY = re.compile(ORIGIN.pattern.encode())
BEGINNING = 4096
NAMING_THE_ORIGIN = ("Link", "Location")
SENT = ("Accept", "Content-Type")
"""The headers of a recorded request that are sent again as they are."""
JSON_API = "application/vnd.api+json"
INDEX = OperationIndex(OPERATIONS)
FOREIGN = "it is no exchange with this API"
NOT_SERVED = "the fake does not serve this path of the API"
UNANSWERED = "no answer was recorded"
OUTAGE = "the service failed, which is no behaviour of the API"
FAILED = 500
SKIPPED = {
    "oauth": "calls of /oauth hold credentials, which are never given away",
    "webhook": "it is a webhook, and the fake sends none here",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """A request, such as ``GET /inbox/messages/<ids>``, and where its two answers differ.

    With each difference comes what the recorder lost, if that is its cause. If the request was not sent, ``skipped`` says why.
    """

    place: Place
    request: str
    differences: tuple[tuple[Difference, Lost | None], ...] = ()
    skipped: str = ""


@dataclass(slots=True)
class Resending:
    """Sends recorded requests to a server, one after the other. ``start`` is when the recording begins, by the API's clock."""

    side: Side
    credentials: Credentials
    translation: Translation
    start: datetime
    _ahead: timedelta | None = None
    """How far the API's clock is ahead of the recorder's."""

    def send(self, exchange: Exchange, call: ApiExchange) -> Exchange:
        """Return an exchange with the server: the request as it was sent there, and the answer.

        Raises:
            NoAnswerError: the server does not answer.
        """
        here = self.be_at(exchange, time_of(exchange))
        path = call.path if call.part == "uploads" else f"{API}{call.path}"
        target, body = self._translated(exchange, path)
        headers = self._headers(exchange, target)
        answer = self.side.send(call.method, target, headers, body)
        request = RecordedRequest(call.method, f"{self.side.origin}{target}", tuple(headers.items()), body)
        sent = replace(exchange, request=request, response=answer)
        self.translation.here = here or time_of(sent) or self.translation.there
        return sent

    def be_at(self, exchange: Exchange, told: datetime | None) -> datetime | None:
        """Set the clock to what the API's own clock told, or else to the time of the recorder's, and return what it shows."""
        if exchange.at is not None:
            if told is not None:
                self._ahead = told - exchange.at
            elif self._ahead is None:
                self._ahead = self.start - exchange.at
            told = told or exchange.at + self._ahead
        self.translation.there = told or self.start
        return self.side.move_to(self.translation.there)

    def _translated(self, exchange: Exchange, path: str) -> tuple[str, bytes | None]:
        """Return the target and the body of a request to the server."""
        query, body = urlsplit(exchange.request.url).query, exchange.request.body
        target = self.translation.addresses(self.translation.texts.get(path, path) + (f"?{query}" if query else ""))
        return target, _rewritten(body, self.translation) if body and self.translation.ids else body

    def _headers(self, exchange: Exchange, target: str) -> dict[str, str]:
        """Return the headers with which a request is sent again."""
        asked = exchange.request.headers
        found = {name: value for name in SENT if (value := header(asked, name)) is not None}
        if exchange.request.body and "Content-Type" not in found:
            found["Content-Type"] = JSON_API
        credential = self.credentials.of(exchange)
        if credential is not None:
            found["Authorization"] = credential
        known = header(asked, "If-None-Match")
        etag = self.translation.texts.get(known or "", known)
        if etag == known and exchange.response is not None and exchange.response.status == 304:
            # Whatever it knew was current: the recorder has lost it, or the answer that it came from.
            etag = self.side.send("GET", target, found, None).header("ETag") or known
        if etag is not None:
            found["If-None-Match"] = etag
        return found


@dataclass(slots=True)
class Comparison:
    """Compares the recorded answers to requests with those of a server."""

    resending: Resending
    _wrote: bool = False
    _webhooks: list[tuple[Place, dict[str, Any]]] = field(default_factory=list)

    def run(self, exchanges: Iterable[Exchange]) -> Iterator[Compared]:
        """Yield each exchange, compared, and at last the webhooks.

        Raises:
            NoAnswerError: the server does not answer.
        """
        side = self.resending.side
        for exchange in exchanges:
            event = webhook_of(exchange) if isinstance(side, InProcess) else None
            if event is None:
                yield self.compare(exchange)
            else:
                self.resending.be_at(exchange, None)
                self._webhooks.append((exchange.place, dict(event)))
        if self._webhooks and isinstance(side, InProcess):
            side.settle()
            yield from compare_webhooks(self._webhooks, side.webhooks, self.resending.translation)

    def compare(self, exchange: Exchange) -> Compared:
        """Send a request again, and compare the two answers.

        Raises:
            NoAnswerError: the server does not answer.
        """
        call = call_of(exchange)
        skipped = _why_not(exchange, call)
        if skipped or call is None or exchange.response is None:
            return Compared(exchange.place, method_and_pattern(call), skipped=skipped)
        self._wrote = self._wrote or call.writes
        differences = self._differences(exchange, call, exchange.response)
        return Compared(
            exchange.place, method_and_pattern(call), tuple((one, cause_of(one, exchange.lost, wrote=self._wrote)) for one in differences)
        )

    def _differences(self, exchange: Exchange, call: ApiExchange, recorded: RecordedResponse) -> Iterator[Difference]:
        if call.writes and exchange.request.body is None and call.method != "DELETE" and Lost.REQUEST_BODY in exchange.lost:
            yield Difference(f"request-lost:{method_and_pattern(call)}", "the body of the request", "not recorded", "not sent")
            return
        origin = _origin(recorded) or call.base
        answer = self.resending.send(exchange, call).response or RecordedResponse(0)
        yield from differences(recorded, _at(origin, answer, self.resending.side.origin), call, self.resending.translation)


def differences(recorded: RecordedResponse, ours: RecordedResponse, call: ApiExchange, translation: Translation) -> Iterator[Difference]:
    """Yield where two answers to a call differ; the translation learns from them."""
    etags = recorded.header("ETag"), ours.header("ETag")
    if etags[0] and etags[1]:
        translation.texts[etags[0]] = etags[1]
    if recorded.status != ours.status:
        yield Difference(f"status:{recorded.status}->{ours.status}:{method_and_pattern(call)}", "status", recorded.status, ours.status)
        if recorded.status // 100 != ours.status // 100:
            return  # all the rest follows from it
    if call.method == "POST" and call.resource is not None:
        translation.learn(call.resource.plural, _made(recorded, call.resource.plural), _made(ours, call.resource.plural))
    if recorded.body is None:
        if ours.body:
            yield Difference(f"body-lost:{method_and_pattern(call)}", "body", ABSENT, f"{len(ours.body):,} bytes")
    elif recorded.body != ours.body or translation.ids:
        found = INDEX.match("GET" if call.method == "HEAD" else call.method, f"{API}{call.path}") if call.part == "api" else None
        bodies = Bodies(found[0].resource.plural if found else "", translation)
        yield from bodies.differences(recorded.body, ours.body or b"", recorded.header("Content-Type") or "")
    # Last: of a record that the call has made, the body tells both ids.
    yield from differences_of_headers(recorded.headers, ours.headers, translation)


def compare_webhooks(
    recorded: Iterable[tuple[Place, dict[str, Any]]], sent: Iterable[tuple[datetime, dict[str, Any]]], translation: Translation
) -> Iterator[Compared]:
    """Yield each recorded webhook, compared with the first one of the sandbox about the same event and record that is left."""
    left = list(sent)
    for place, webhook in recorded:
        event = event_types()[webhook["event"]]
        singular = RESOURCES[event.plural].name
        same = [one for one in left if one[1]["event"] == event.name]
        ids = [one[1]["resource"][singular].get("id") for one in same]
        shown = webhook["resource"].get(singular)
        shown = shown if isinstance(shown, dict) else {}
        found = next(
            (one for one, number in zip(same, ids, strict=True) if number == translation.id_of(event.plural, shown.get("id"))), None
        )
        if found is None:
            missing = Difference(f"webhook-missing:{event.name}", "webhook", event.name, ABSENT)
            yield Compared(place, f"webhook {event.name}", ((missing, None),))
            continue
        left.remove(found)
        differences = Bodies(event.plural, translation).webhook(webhook, found[1], singular)
        yield Compared(place, f"webhook {event.name}", tuple((one, None) for one in differences))


def _why_not(exchange: Exchange, call: ApiExchange | None) -> str:
    """Return why a request is not sent again; a blank text if it is."""
    if call is None:
        return FOREIGN
    if call.part == "api" and call.endpoint is None:
        return NOT_SERVED
    if call.part in SKIPPED or exchange.response is None:
        return SKIPPED.get(call.part, UNANSWERED)
    return OUTAGE if exchange.response.status >= FAILED else ""


def method_and_pattern(call: ApiExchange | None) -> str:
    """Return the method and the pattern of a call."""
    return "" if call is None else f"{call.method} {call.endpoint or call.part}"


def _at(origin: str, answer: RecordedResponse, ours: str) -> RecordedResponse:
    """Return our answer with the addresses that it would have where the recorded one comes from."""
    if not origin or origin == ours:
        return answer
    headers = tuple((name, value.replace(ours, origin) if name in NAMING_THE_ORIGIN else value) for name, value in answer.headers)
    return replace(answer, headers=headers, body=(answer.body or b"").replace(ours.encode(), origin.encode()))


def _made(answer: RecordedResponse, plural: str) -> int | None:
    """Return the id of the record that a POST has made: the body tells it, or else Location; None if it has made none."""
    try:
        return int(orjson.loads(answer.body or b"")[plural][0]["id"])
    except (ValueError, TypeError, LookupError):
        return whole_number((answer.header("Location") or "").rpartition("/")[2], DIGITS)


def _origin(answer: RecordedResponse) -> str:
    """Return the root of the server that an answer's addresses begin with; blank if it holds none."""
    in_body = ORIGIN_IN_BODY.search(answer.body or b"", 0, BEGINNING)
    if in_body is not None:
        return in_body[1].decode(errors="replace")
    found = (ORIGIN.search(answer.header(name) or "") for name in NAMING_THE_ORIGIN)
    return next((one[1] for one in found if one is not None), "")


def _rewritten(body: bytes, translation: Translation) -> bytes:
    """Return the body of a request with the ids of the server; what is no JSON stays as it is."""
    try:
        return orjson.dumps(translation.body(orjson.loads(body)))
    except orjson.JSONDecodeError:
        return body
