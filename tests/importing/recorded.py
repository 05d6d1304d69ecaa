"""A recorder between a test and the fake: what passes is kept as exchanges, as a reader of recordings yields them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from fake import Answer, Caller, Sandbox, Transport
from inbox_mock.recordings import Exchange, Place, RecordedRequest, RecordedResponse

API = "https://www.bookingsync.com"


@dataclass
class Recorder:
    """Passes requests on, and keeps them with their answers; hosts are the real service's."""

    transport: Transport
    root: str = API
    exchanges: list[Exchange] = field(default_factory=list)

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        answer = self.transport.send(method, target, headers, body)
        request = RecordedRequest(method, f"{self.root}{target}", tuple(headers.items()), body)
        response = RecordedResponse(answer.status, tuple(answer.headers.items()), answer.body)
        self.exchanges.append(Exchange(Place("recording", len(self.exchanges) + 1), request, response))
        return answer


def recorded(sandbox: Sandbox) -> tuple[Caller, list[Exchange]]:
    """Return a caller whose calls are recorded, and the list that they come into."""
    recorder = Recorder(sandbox.transport)
    return replace(sandbox.api, transport=recorder), recorder.exchanges


def an_exchange(path: str, answer: object = None, **changes: Any) -> Exchange:
    """Return an exchange that is made up: a GET of a path, answered with JSON, at noon of the first of June 2030."""
    headers = {"Content-Type": "application/vnd.api+json; charset=utf-8", "Date": "Sat, 01 Jun 2030 12:00:00 GMT"}
    headers |= changes.get("headers", {})
    sent = changes.get("sent")
    request = RecordedRequest(
        changes.get("method", "GET"),
        changes.get("root", API) + path,
        tuple(changes.get("request_headers", {"Authorization": "Bearer secret-token"}).items()),
        None if sent is None else orjson.dumps(sent),
    )
    response = RecordedResponse(changes.get("status", 200), tuple(headers.items()), b"" if answer is None else orjson.dumps(answer))
    return Exchange(Place("recording", 1), request, response, changes.get("at"))
