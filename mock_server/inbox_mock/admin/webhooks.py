"""Webhook subscriptions and their deliveries."""

from collections.abc import Mapping
from typing import Any

from inbox_mock.admin.journal import RECEIVED, SENT
from inbox_mock.admin.operation import JSON, NUMBER, NUMBER_OR_NULL, OR_NULL, PAGED, TEXT, TIMESTAMP, AdminCall, operation
from inbox_mock.admin.tokens import ID, application_in
from inbox_mock.api.openapi_schemas import list_of, record
from inbox_mock.domain import limits
from inbox_mock.domain.errors import Invalid, NotFound, invalid
from inbox_mock.domain.spelling import instead_of
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.scenarios.receivers import EXPECTED_ADDRESS
from inbox_mock.services import oauth
from inbox_mock.store import journal, webhooks
from inbox_mock.store.database import Row
from inbox_mock.store.rows import ApplicationRow
from inbox_mock.webhooks.advance import deliver
from inbox_mock.webhooks.deliveries import RECEIVER, is_address, request_of
from inbox_mock.webhooks.deliveries import subscribe as add_subscription
from inbox_mock.webhooks.event_types import event_types
from inbox_mock.webhooks.sender import sign

SIGNATURE = record(
    {"given": OR_NULL, "expected": OR_NULL, "valid": {"type": ["boolean", "null"], "description": "null, if that cannot be said"}},
    "Signature",
)
ATTEMPT = record(
    {"at": TIMESTAMP, "status": NUMBER_OR_NULL, "request": SENT, "response": RECEIVED, "why": OR_NULL, "signature": SIGNATURE}, "Attempt"
)
DELIVERY = record(
    {
        **dict.fromkeys(("id", "webhook_id", "application_id"), NUMBER),
        **dict.fromkeys(("event", "url"), TEXT),
        "outcome": {**TEXT, "description": "the result of the last attempt, in words"},
        "created_at": TIMESTAMP,
        "attempts": list_of(ATTEMPT),
    },
    "Delivery",
)
WEBHOOK = record(
    {
        "id": NUMBER,
        "role": OR_NULL,
        "url": OR_NULL,
        "events": list_of(TEXT),
        **dict.fromkeys(("application_id", "retries", "latency_seconds"), NUMBER),
        "secret": {**OR_NULL, "description": "with which webhooks are signed; null for who may only read"},
    },
    "Webhook",
)


@operation(
    "POST",
    "/sandboxes/<id>/webhooks",
    status=201,
    body=lambda: {
        "role": {"type": "string", "description": "a role of the scenario's; receiver, if left out and nobody has taken it"},
        "url": {"type": "string", "description": EXPECTED_ADDRESS},
        "events": {
            "type": "array",
            "items": {"enum": list(event_types())},
            "description": f"a list of events, each one of {', '.join(event_types())}; all, if left out",
        },
        "application_id": {**ID, "description": "the id of an application of this sandbox"},
        "retries": {"type": "integer", "minimum": 0, "maximum": 20, "description": "how often to try again, from 0 to 20"},
        "latency_seconds": {
            "type": "integer",
            "minimum": 0,
            "maximum": 86400,
            "description": "seconds from the cause to the first attempt",
        },
    },
    answer=WEBHOOK,
)
def subscribe(call: AdminCall) -> JSON:
    """Subscribe an address to events; it takes a role of the scenario's, whose settings hold where the body says nothing."""
    body = call.body
    with call.work() as work:
        url = str(body.get("url", ""))
        if not is_address(url) or not call.sender.may_send_to(url):
            raise Invalid(invalid("url", EXPECTED_ADDRESS))
        row = _taken(work, body)
        owner = {"application_id": application_in(work, body)["id"]} if row is None or "application_id" in body else {}
        row = row or {"role": None, "events": list(event_types()), "retries": 0, "latency_seconds": 0, "created_at": work.now}
        row |= body | owner
        return _shown(call, work, row | {"id": add_subscription(work, row)})


@operation("GET", "/sandboxes/<id>/webhooks", refusals=(404,), answer=record({"webhooks": list_of(WEBHOOK)}, "Webhooks"))
def list_webhooks(call: AdminCall) -> JSON:
    """List the subscriptions."""
    with call.in_sandbox.work() as work:
        return {"webhooks": [_shown(call, work, row) for row in webhooks.all_subscriptions(work.db)]}


@operation("DELETE", "/sandboxes/<id>/webhooks/<record_id>", status=204, refusals=(404,))
def unsubscribe(call: AdminCall) -> None:
    """Remove a subscription."""
    with call.work() as work:
        if not webhooks.remove(work.db, call.record_id):
            raise NotFound


@operation("GET", "/sandboxes/<id>/deliveries", query=PAGED, answer=record({"deliveries": list_of(DELIVERY)}, "Deliveries"))
def list_deliveries(call: AdminCall) -> JSON:
    """List the latest deliveries, oldest first, each with its attempts."""
    with call.in_sandbox.work() as work:
        return {"deliveries": [_delivery(work, row) for row in webhooks.deliveries(work.db, *call.page)]}


@operation("POST", "/sandboxes/<id>/deliveries/<record_id>/redeliver", answer=DELIVERY)
def redeliver(call: AdminCall) -> JSON:
    """Deliver again, now."""
    with call.in_sandbox.work() as work:
        sent, generation = request_of(work, call.record_id), call.in_sandbox.generation
    if sent is None:
        raise NotFound
    deliver(call.in_sandbox, call.sender, generation, sent)
    with call.in_sandbox.work() as work:
        found = webhooks.delivery(work.db, call.record_id)
        if found is None:  # the sandbox was reset or restored meanwhile
            raise NotFound
        return _delivery(work, found)


def _taken(work: UnitOfWork, body: JSON) -> Row | None:
    """Return the subscription that a new address takes: by its role, or that of ``receiver`` if it is free and fits the events."""
    roles = {str(row["role"]): row for row in webhooks.all_subscriptions(work.db) if row["role"] is not None}
    if "role" in body:
        if body["role"] not in roles:
            raise Invalid(invalid("role", instead_of(body["role"], roles)))
        return roles[body["role"]]
    found = roles.get(RECEIVER)
    if (
        found is None
        or found["url"] is not None
        or set(body["events"] if "events" in body else found["events"]).isdisjoint(found["events"])
    ):
        return None
    return found


def _shown(call: AdminCall, work: UnitOfWork, row: Row) -> JSON:
    secret = oauth.client_credentials_of(work, work.db.get(ApplicationRow, row["application_id"]))[1]
    names = ("id", "role", "url", "events", "application_id", "retries", "latency_seconds")
    return {name: row[name] for name in names} | {"secret": secret if call.shows_credentials else None}


def _delivery(work: UnitOfWork, row: Mapping[str, Any]) -> JSON:
    secret = oauth.client_credentials_of(work, work.db.get(ApplicationRow, row["application_id"]))[1]
    attempts = [
        {name: entry[name] for name in ("at", "status", "request", "response", "why")} | {"signature": _signature(entry["request"], secret)}
        for entry in journal.of_delivery(work.db, row["id"])
    ]
    names = ("id", "webhook_id", "application_id", "event", "url", "outcome", "created_at")
    return {name: row[name] for name in names} | {"attempts": attempts}


def _signature(request: Mapping[str, Any], secret: str) -> JSON:
    """Return the signature of an attempt, the expected one, and whether they match.

    ``valid`` is None where nothing was sent, or where the journal does not hold the whole body.
    """
    headers: JSON = request["headers"]
    given, body = headers.get("X-Content-Signature"), str(request["body"])
    if not headers or len(body) >= limits.JOURNALED:
        return {"given": given, "expected": None, "valid": None}
    expected = sign(secret, body.encode())
    return {"given": given, "expected": expected, "valid": given == expected}
