"""Faults of requests: of the answer, the connection, the token, and reads."""

import json
from datetime import timedelta

from inbox_mock.domain.errors import RateLimited, Unauthorized
from inbox_mock.faults.declaration import Options, Replacement, RequestEffect, RequestFault, Schema, duration

LONGEST_WAIT = timedelta(seconds=30)
APPLIED: Schema = {"type": "boolean", "default": False, "description": "true or false: whether the request is carried out"}
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
    return RequestEffect(applied=options["applied"], replacement=replacement, headers=_retry_after(options))


def _slow(options: Options) -> RequestEffect:
    takes, waits = options["by"], options["real"]
    return RequestEffect(takes=min(takes, LONGEST_WAIT) if waits else takes, waits=waits)


def _with_more_keys(body: bytes) -> bytes:
    """Return an answer in whose records there is more than is documented; anything else as it is."""
    try:
        found = json.loads(body)
    except ValueError:
        return body
    lists = [part for part in found.values() if isinstance(part, list)] if isinstance(found, dict) else []
    for record in (one for part in lists for one in part if isinstance(one, dict)):
        record |= {"sentiment": None, "labels": [{"id": 1, "name": "New"}]}
        if isinstance(record.get("links"), dict):
            record["links"]["labels"] = [1]
    return json.dumps(found, separators=(",", ":"), ensure_ascii=False).encode()


def _retry_after(options: Options) -> tuple[tuple[str, str], ...]:
    seconds = options["retry_after"]
    return () if seconds is None else (("Retry-After", str(seconds)),)


FAULTS = (
    # The answer: an error in its place, a body that is not JSON, a delay
    RequestFault(
        kind="status",
        says="an error in place of the answer: `status`, with a `body` of your own (a text goes out as HTML) and `retry_after` if wanted; "
        "`applied` says whether the request is carried out (not, if left out)",
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
            "applied": APPLIED,
        },
        effect=_status,
    ),
    RequestFault(
        kind="rate_limit",
        says="the application's hour is used up: 429 until X-RateLimit-Reset; with `answered`, only after the request that it strikes; "
        "`retry_after` adds that header",
        options={
            "answered": {
                "type": "boolean",
                "default": False,
                "description": "true or false: whether the request that it strikes is answered, as the last one of the hour",
            },
            "retry_after": RETRY_AFTER,
        },
        effect=lambda options: RequestEffect(applied=False, refusal=RateLimited(), headers=_retry_after(options)),
        begins=lambda options: RequestEffect(spends_the_hour=True) if options["answered"] else None,
        api_only=True,
        lingers=lambda request: f"hour {request.window} of application {request.application_id}",
    ),
    RequestFault(
        kind="malformed",
        says="the answer is no JSON: its last brace is missing",
        effect=lambda _: RequestEffect(rewrite=lambda body: body[:-1]),
    ),
    RequestFault(
        kind="more_keys",
        says="each record of the answer has two attributes and a link more than any page documents, as after an update of the service",
        effect=lambda _: RequestEffect(rewrite=_with_more_keys),
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
    # The connection: closed without an answer, reset, or closed in the middle of one; no client waits for a timeout
    RequestFault(
        kind="timeout_before",
        says="the connection is closed without an answer, and the request is not carried out",
        effect=lambda _: RequestEffect(applied=False, connection="close"),
    ),
    RequestFault(
        kind="timeout_after",
        says="the connection is closed without an answer, and the request is carried out",
        effect=lambda _: RequestEffect(connection="close"),
    ),
    RequestFault(
        kind="dropped",
        says="the connection is reset; `applied` says whether the request is carried out (not, if left out)",
        options={"applied": APPLIED},
        effect=lambda options: RequestEffect(applied=options["applied"], connection="reset"),
    ),
    RequestFault(
        kind="truncated",
        says="the body ends after so many `bytes` (half of them, if left out), and the connection with it",
        options={
            "bytes": {
                "type": ["integer", "null"],
                "minimum": 0,
                "default": None,
                "description": "how many bytes of the body come, from 0; half of them, if left out",
            }
        },
        effect=lambda options: RequestEffect(connection="cut", kept=options["bytes"]),
    ),
    # The token that a request presents: it is refused from the strike on
    RequestFault(
        kind="expired_token",
        says="the token that came has expired: 401 to this and all later requests with it; a refreshed one is good",
        effect=lambda _: RequestEffect(applied=False, refusal=Unauthorized("The access token expired")),
        api_only=True,
        lingers=lambda request: f"token {request.token_id}",
    ),
    RequestFault(
        kind="revoked_token",
        says="the token that came was revoked: 401 to this and all later requests with it",
        effect=lambda _: RequestEffect(applied=False, refusal=Unauthorized("The access token was revoked")),
        api_only=True,
        lingers=lambda request: f"token {request.token_id}",
    ),
    # Reads: a list that grows at its front while it is paged through, and a replica that lags behind
    RequestFault(
        kind="page_shift",
        says="so many `records` (1, if left out) appear in front of a list after its first page was read, until it is read anew",
        options={"records": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1, "description": "how many, from 1 to 1000"}},
        effect=lambda options: RequestEffect(shift=options["records"]),
        api_only=True,
        concerns=lambda request: request.method in {"GET", "HEAD"} and request.page == 2,
        lingers=lambda request: request.listing,
        ends=lambda request: request.page == 1,
    ),
    RequestFault(
        kind="stale_read",
        says="reads show everything as it was when the fault was set, `for` a minute if nothing is said; synced-at lags too, if `honest`",
        options={
            "honest": {
                "type": "boolean",
                "default": True,
                "description": "true or false: whether the synced-at header is as old as what is shown",
            }
        },
        effect=lambda options: RequestEffect(reads_past=True, honest=options["honest"]),
        api_only=True,
        concerns=lambda request: request.method in {"GET", "HEAD"},
        lasts="1m",
        keeps_past=True,
    ),
)
