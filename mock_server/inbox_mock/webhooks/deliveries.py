"""Putting webhooks on the timeline, as they should be or as a fault would have them."""

from datetime import timedelta

from inbox_mock.domain import times
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.faults import active
from inbox_mock.faults.active import WebhookStrike
from inbox_mock.store import faults as fault_store
from inbox_mock.store import timeline, webhooks
from inbox_mock.store.database import Row

SENT = "webhook_sent"


def send(work: UnitOfWork, webhook: Row, event: str, account_id: object, record: str, struck: WebhookStrike | None) -> None:
    """Let a subscriber be told of a record, after the subscription's latency."""
    due = timedelta(seconds=webhook["latency_seconds"])
    if struck is None:
        delivery_id = webhooks.add_delivery(work.db, webhook, event, account_id, record, work.now)
        work.later(due, SENT, delivery_id=delivery_id)
        _let_go(work, webhook, due)
        return
    effect = struck.effect
    due += effect.delay
    for _ in range(effect.copies):
        delivery_id = webhooks.add_delivery(work.db, webhook, event, account_id, struck.record or record, work.now)
        webhooks.change_delivery(work.db, delivery_id, {"forged": effect.forged, "why": struck.why})
        if effect.lost:
            _lose(work, webhook, delivery_id, struck.why)
            continue
        event_id = timeline.schedule(work.db, times.wire(work.instant + due), SENT, {"delivery_id": delivery_id})
        if effect.overtaken:
            fault_store.hold_back(work.db, event_id, webhook["id"])
    if not effect.lost and not effect.overtaken:
        _let_go(work, webhook, due)


def _let_go(work: UnitOfWork, webhook: Row, due: timedelta) -> None:
    """Let what waited for a webhook to the same address leave right after it."""
    if not active.any_set(work):
        return
    for event_id, delivery_id in fault_store.held_back(work.db, webhook["id"]):
        fault_store.forget_event(work.db, event_id)
        work.later(due, SENT, delivery_id=delivery_id)


def _lose(work: UnitOfWork, webhook: Row, delivery_id: int, why: str) -> None:
    webhooks.change_delivery(work.db, delivery_id, {"outcome": f"not sent: {why}"})
    work.write_down(
        {
            "at": work.now,
            "method": "POST",
            "path": webhook["url"],
            "query": "",
            "status": None,
            "application_id": webhook["application_id"],
            "delivery_id": delivery_id,
            "request": {"headers": {}, "body": ""},
            "response": {},
            "caused": [],
            "why": f"{why}: not sent",
        }
    )
