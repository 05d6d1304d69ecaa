"""Faults of the response: an error in its place, a body that is not JSON, a delay."""

import json
from datetime import timedelta

from inbox_mock.domain.errors import RateLimited
from inbox_mock.faults.declaration import Options, Replacement, RequestEffect, RequestFault, Schema, duration

LONGEST_WAIT = timedelta(seconds=30)
RETRY_AFTER: Schema = {
    "type": ["integer", "null"],
    "minimum": 0,
    "maximum": 86_400,
    "default": None,
    "description": "seconds for a Retry-After header, from 0; without one, if left out",
}


def _status(options: Options) -> RequestEffect:
    status, body = options["status"], options["body"]
    if isinstance(body, str):
        replacement = Replacement(status=status, body=body.encode(), content_type="text/html; charset=utf-8")
    else:
        replacement = Replacement(status=status, body=None if body is None else json.dumps(body, separators=(",", ":")).encode())
    return RequestEffect(applied=False, replacement=replacement, headers=_retry_after(options))


def _slow(options: Options) -> RequestEffect:
    takes, waits = options["by"], options["real"]
    return RequestEffect(takes=min(takes, LONGEST_WAIT) if waits else takes, waits=waits)


def _retry_after(options: Options) -> tuple[tuple[str, str], ...]:
    seconds = options["retry_after"]
    return () if seconds is None else (("Retry-After", str(seconds)),)


FAULTS = (
    RequestFault(
        kind="status",
        says="an error in place of the answer: `status`, with a `body` of your own (a text goes out as HTML) and `retry_after` if wanted",
        options={
            "status": {"type": "integer", "minimum": 400, "maximum": 599, "default": 503, "description": "a status from 400 to 599"},
            "body": {
                "type": ["object", "array", "string", "null"],
                "items": {},
                "additionalProperties": True,
                "default": None,
                "description": "an object or a list, sent as JSON, or a text; the format of the API that was called, if left out",
            },
            "retry_after": RETRY_AFTER,
        },
        effect=_status,
    ),
    RequestFault(
        kind="rate_limit",
        says="the application's hour is used up: 429 until X-RateLimit-Reset; `retry_after` adds that header",
        options={"retry_after": RETRY_AFTER},
        effect=lambda options: RequestEffect(applied=False, refusal=RateLimited(), headers=_retry_after(options)),
        api_only=True,
        lingers=lambda request: f"hour {request.window} of application {request.application_id}",
    ),
    RequestFault(
        kind="malformed",
        says="the answer is no JSON: its last brace is missing",
        effect=lambda _: RequestEffect(rewrite=lambda body: body[:-1]),
    ),
    RequestFault(
        kind="slow",
        says="the answer takes so long (`by`): the sandbox's clock moves, and X-Runtime says so; with `real`, you wait, 30 s at the most",
        options={
            "by": duration("5s", "how long the answer takes"),
            "real": {"type": "boolean", "default": False, "description": "true to wait really, 30 seconds at the most"},
        },
        effect=_slow,
    ),
)
