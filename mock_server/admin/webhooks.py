"""Webhook subscriptions, and what was delivered to them."""

from urllib.parse import urlsplit

from mock_server.admin.operation import JSON, AdminOperation, Call
from mock_server.admin.sandboxes import ID
from mock_server.domain.errors import Invalid, NotFound, invalid
from mock_server.services import access
from mock_server.services.delivering import parcel, settle
from mock_server.services.events import EVENTS
from mock_server.services.work import Work
from mock_server.store import journal, webhooks
from mock_server.store.database import Row, one

RECORD: JSON = {"type": "object"}


def subscribe(call: Call) -> JSON:
    """Subscribe an address to events."""
    body = call.body
    with call.in_sandbox.work() as work:
        url = str(body.get("url", ""))
        if not _is_address(url) or not call.courier.may_send_to(url):
            raise Invalid(invalid("url", "an http address on this machine, or on a host that --allow-webhooks-to names"))
        client = access.client_application(work)
        application_id = body.get("application_id", client["id"] if client else None)
        if one(work.db, "SELECT 1 FROM applications WHERE id = ?", (application_id,)) is None:
            raise Invalid(invalid("application_id", "the id of an application of this sandbox"))
        row: Row = {
            "application_id": application_id,
            "url": url,
            "events": body.get("events", list(EVENTS)),
            "retries": body.get("retries", 0),
            "latency_seconds": body.get("latency_seconds", 0),
            "created_at": work.now,
        }
        return _shown(work, row | {"id": webhooks.add(work.db, row)})


def index(call: Call) -> JSON:
    """Answer the subscriptions."""
    with call.in_sandbox.work() as work:
        return {"webhooks": [_shown(work, row) for row in webhooks.all_subscriptions(work.db)]}


def unsubscribe(call: Call) -> None:
    """Remove a subscription."""
    with call.in_sandbox.work() as work:
        if not webhooks.remove(work.db, call.record_id):
            raise NotFound


def deliveries(call: Call) -> JSON:
    """Answer every delivery, with its attempts."""
    with call.in_sandbox.work() as work:
        return {"deliveries": [_delivery(work, row) for row in webhooks.all_deliveries(work.db)]}


def redeliver(call: Call) -> JSON:
    """Deliver once more, now."""
    with call.in_sandbox.work() as work:
        sent = parcel(work, call.record_id)
    if sent is None:
        raise NotFound
    outcome = call.courier(sent)
    with call.in_sandbox.work() as work:
        settle(work, sent, outcome)
        found = webhooks.delivery(work.db, call.record_id)
        return _delivery(work, found or {})


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _shown(work: Work, row: Row) -> JSON:
    secret = access.client_credentials_of(work, work.get("applications", row["application_id"], None))[1]
    names = ("id", "url", "events", "application_id", "retries", "latency_seconds")
    return {name: row[name] for name in names} | {"secret": secret}


def _delivery(work: Work, row: Row) -> JSON:
    attempts = [
        {"at": entry["at"], "status": entry["status"], "request": entry["request"], "response": entry["response"], "why": entry["why"]}
        for entry in journal.of_delivery(work.db, row["id"])
    ]
    names = ("id", "webhook_id", "application_id", "event", "url", "outcome", "created_at")
    return {name: row[name] for name in names} | {"attempts": attempts}


OPERATIONS = (
    AdminOperation(
        method="POST",
        rule="/sandboxes/<id>/webhooks",
        name="subscribe",
        summary="Subscribe an address to events",
        run=subscribe,
        status=201,
        refusals=(404, 422),
        answer=RECORD,
        body={
            "url": {"type": "string", "description": "an http address on this machine, or on a host that --allow-webhooks-to names"},
            "events": {
                "type": "array",
                "items": {"enum": list(EVENTS)},
                "description": f"a list of events, each one of {', '.join(EVENTS)}; all, if left out",
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
    ),
    AdminOperation(
        method="GET",
        rule="/sandboxes/<id>/webhooks",
        name="list_webhooks",
        summary="List the subscriptions",
        run=index,
        refusals=(404,),
        answer=RECORD,
    ),
    AdminOperation(
        method="DELETE",
        rule="/sandboxes/<id>/webhooks/<record_id>",
        name="unsubscribe",
        summary="Remove a subscription",
        run=unsubscribe,
        status=204,
        refusals=(404,),
    ),
    AdminOperation(
        method="GET",
        rule="/sandboxes/<id>/deliveries",
        name="list_deliveries",
        summary="List the deliveries, each with its attempts",
        run=deliveries,
        refusals=(404,),
        answer=RECORD,
    ),
    AdminOperation(
        method="POST",
        rule="/sandboxes/<id>/deliveries/<record_id>/redeliver",
        name="redeliver",
        summary="Deliver once more, now",
        run=redeliver,
        refusals=(404, 422),
        answer=RECORD,
    ),
)
