"""Bodies of calls that write, in JSON: of the API, and of the admin API."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from builders import a_body, a_message
from fuzz.served import TOKEN, asked
from fuzz.target import target
from inbox_mock.domain import limits
from inbox_mock.domain.errors import BadRequest
from inbox_mock.domain.values import check_number_of_values
from lowered import lower
from serving.raw import bytes_of
from whole import ATTACHMENTS, CONVERSATIONS, MESSAGES, PARTICIPANTS, PICTURE

API, SANDBOX = "/api/v3", "/__admin/sandboxes/default"
CALLS = (
    *(f"POST {API}{path}" for path in (MESSAGES, PARTICIPANTS, ATTACHMENTS, "/bookings", "/clients", "/inquiries", CONVERSATIONS)),
    *(f"PUT {API}{path}" for path in (f"{MESSAGES}/21", f"{CONVERSATIONS}/11", "/bookings/80", "/clients/1", f"{PARTICIPANTS}/1")),
    *(f"POST {SANDBOX}/{path}" for path in ("bookings", "messages", "faults", "webhooks", "tokens", "clock/advance")),
    *(f"POST {API}{path}" for path in ("/hosts", "/sources")),
    *(f"PUT {API}{path}" for path in ("/hosts/2", "/sources/5", "/inquiries/31", f"{ATTACHMENTS}/1")),
)
"""The first byte of an input says which; new ones are added at the end, or inputs that are kept are of other calls."""

SAMPLES = orjson.loads((Path(__file__).parents[2] / "api" / "documentation_samples.json").read_bytes())
METHODS = {"create": "POST ", "update": "PUT "}
STATUSES = {200, 201, 204, 400, 403, 404, 405, 409, 422}
LOWERED = 40
RESET = bytes_of(f"POST {SANDBOX}/reset HTTP/1.1", "Host: localhost", "Content-Length: 0")
BODIES: dict[str, Any] = {
    f"POST {API}{MESSAGES}": a_message(),
    f"POST {API}{ATTACHMENTS}": a_body("attachments", name="map.png", file=PICTURE),
    f"POST {API}/clients": a_body("clients", fullname="Ada Bauer", emails=[{"email": "ada@example.com"}], phones=[]),
    f"POST {API}/bookings": a_body("bookings", rental_id=16, start_at="2030-07-01", end_at="2030-07-08T10:00:00+02:00", adults=2),
    f"PUT {API}{MESSAGES}/21": a_body("messages", content="Any time.", visibility="internal", sent_at=None),
    f"PUT {API}{CONVERSATIONS}/11": a_body("conversations", assignee_id=2, checked=True),
    f"POST {SANDBOX}/bookings": {"channel": "airbnb", "rental_id": 16, "guest": {"fullname": "Ada"}},
    f"POST {SANDBOX}/faults": {"kind": "status", "status": 503, "times": 2, "match": {"method": "GET"}},
    f"POST {SANDBOX}/webhooks": {"url": "http://127.0.0.1:9/", "events": ["inbox_message_created"]},
    f"POST {SANDBOX}/tokens": {"scopes": ["inbox_read"], "expires_in": 60},
    f"POST {SANDBOX}/clock/advance": {"by": "10m"},
}


def bodies() -> Iterator[bytes]:
    """A body for most calls that is understood, and the documentation's samples."""
    for call, body in BODIES.items():
        yield bytes([CALLS.index(call)]) + orjson.dumps(body)
    for name, body in SAMPLES.items():
        plural, _, action = name.partition("/")
        for number, call in enumerate(CALLS):
            if action in METHODS and call.startswith(METHODS[action]) and f"/{plural}" in call:
                yield bytes([number]) + orjson.dumps(body)


@target(
    holds="it is carried out or refused, never a bug of the fake, and the limit of values counts as a parser of JSON does",
    seeds=bodies,
    words=(
        *(
            b"null",
            b"true",
            b"[]",
            b"{}",
            b'""',
            b"-1",
            b"0.5",
            b"1e400",
            b"9223372036854775808",
            b'"\\ud800"',
            b'"\\u0000"',
            b'"2030-02-30"',
        ),
        *(b"[" * 200, b'{"a":' * 200, b'"+1y"', b'"10m"', b'"links"', b'"id"', b",", b":", b"\\", b"\xff", b"data:;base64,"),
        *(
            b'"%s":' % name.encode()
            for name in ("rental_id", "start_at", "end_at", "content", "status", "until", "match", "client_id", "scopes")
        ),
    ),
    longest=1024,
)
def json_bodies(sent: bytes) -> None:
    call, body = CALLS[sent[0] % len(CALLS)] if sent else CALLS[0], sent[1:]
    judge_number_of_values(body)
    kind = "application/vnd.api+json" if API in call else "application/json"
    usual = ("Host: localhost", f"Authorization: Bearer {TOKEN}", f"Content-Type: {kind}", f"Content-Length: {len(body)}")
    reply = asked(bytes_of(f"{call} HTTP/1.1", *usual, body=body))
    assert asked(RESET).status == 200
    assert reply.status in STATUSES, (reply.status, reply.body[:300])
    told = orjson.loads(reply.body) if reply.body else {}
    assert reply.status < 400 or told.get("errors") or told["detail"], told


def judge_number_of_values(body: bytes) -> None:
    """Compare the number of values that are counted without parsing with that of a parser."""
    try:
        number = values_in(json.loads(body))
    except (ValueError, RecursionError):
        return
    with pytest.MonkeyPatch.context() as lowered:
        lower(lowered, "JSON_VALUES", LOWERED)
        try:
            check_number_of_values(body)
        except BadRequest:
            assert number > limits.JSON_VALUES // 2, f"{number} values are too many"
        else:
            assert number <= 2 * limits.JSON_VALUES + 1, f"{number} values are not too many"


def values_in(content: object) -> int:
    """Return the number of values, keys left out."""
    parts = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    return 1 + sum(map(values_in, parts))
