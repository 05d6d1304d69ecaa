"""Deliveries: one for each subscription that receives an event, from the change that it reports to its last attempt.

Sending is done by `inbox_mock.webhooks.sender`, outside of any transaction.
"""

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

import orjson

from inbox_mock.domain import limits, times
from inbox_mock.domain.access import SECRET_DIGITS, expand_scopes
from inbox_mock.domain.errors import Invalid, NotFound, invalid
from inbox_mock.domain.reasons import FAULT_STRUCK, Reason, from_json
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.faults import active
from inbox_mock.faults.active import WebhookStrike
from inbox_mock.faults.declaration import Signed
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.declaration import Resource
from inbox_mock.resources.serialization import Projection, RenderContext, projection, reader, templates
from inbox_mock.store import access, journal, records, timeline, webhooks
from inbox_mock.store import faults as fault_store
from inbox_mock.store.database import Row
from inbox_mock.store.rows import ApplicationRow, DeliveryRow
from inbox_mock.webhooks.event_types import companions_of, event_types

SENT = "webhook_sent"
RECEIVER = "receiver"
"""The role that an address takes if it names none."""
FIRST_RETRY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class DeliveryRequest:
    """A delivery attempt to make: the address, the body with its URI templates, and the secret by which and how it is signed.

    ``name`` is the same in each attempt, and no other delivery has it. ``before`` is the earlier webhook whose signature it bears,
    where a fault wants that and there was one.
    """

    delivery_id: int
    url: str
    event: str
    account_id: int
    resource: Resource
    templates: tuple[tuple[str, str], ...]
    record: str
    secret: str
    signed: Signed = Signed.GENUINELY
    name: str = ""
    before: "DeliveryRequest | None" = None


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """The result of an attempt: ``status`` is None where there was no response, ``says`` is the result in words."""

    status: int | None
    says: str
    request: Mapping[str, object]
    response: Mapping[str, object]

    @property
    def delivered(self) -> bool:
        """Whether the receiver accepted it."""
        return self.status is not None and 200 <= self.status < 300


def is_address(url: str) -> bool:
    """Return whether a text is an http or https URL with a host, not too long, to which webhooks can be sent.

    One with credentials is none: they would be shown wherever the address is.
    """
    try:
        parts = urlsplit(url)
        if "@" in parts.netloc or len(url) > limits.ADDRESS:
            return False
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def subscribe(work: UnitOfWork, row: Row) -> int:
    """Insert a subscription, or change the one whose id the row has, and return its id.

    Raises:
        Invalid: the sandbox has too many.
    """
    if "id" not in row and work.db.count("webhooks") >= limits.WEBHOOKS:
        raise Invalid(invalid("webhooks", f"fewer than {limits.WEBHOOKS} in a sandbox: remove some first"))
    return webhooks.put(work.db, row)


def publish(
    work: UnitOfWork, event: str, record_id: object, account_id: object, *, application_id: object = None, is_companion: bool = False
) -> None:
    """Record an event as caused by this unit of work, and schedule a delivery for each subscription that receives it.

    The delivered record is the present one, as the application's own token would see it. With ``application_id`` only
    this application receives it. A companion tells of the same change: it is not the next webhook that a reordered one waits for.
    """
    work.caused.append({"event": event, "id": record_id})
    # Most sandboxes have no webhooks, which this query finds out faster than the join of `subscribed`.
    for webhook in webhooks.subscribed(work.db, event, account_id) if work.db.holds_any("webhooks") else ():
        held, needed = expand_scopes(webhook["scopes"]), event_types()[event].scopes
        if application_id not in {None, webhook["application_id"]} or (needed and held.isdisjoint(needed)):
            continue
        record = _record(work, event, record_id, webhook, held)
        earlier = partial(_earlier_version, work, event, record_id, webhook, held, record)
        _schedule(work, webhook, event, account_id, record, active.strike_webhook(work, event, webhook, earlier), is_companion=is_companion)
    for companion in companions_of(event):
        publish(work, companion, record_id, account_id, application_id=application_id, is_companion=True)


def request_of(work: UnitOfWork, delivery_id: object) -> DeliveryRequest | None:
    """Return the next attempt of a delivery, or None if there is no such delivery."""
    found = webhooks.delivery(work.db, delivery_id)
    if found is None:
        return None
    application = work.db.get(ApplicationRow, found["application_id"])
    secret = work.credential(application["client_secret"], application["named_client_secret"])
    signed = Signed(found["forged"])
    if signed is Signed.WITH_A_WRONG_SECRET:
        secret = work.dice.hex("forged signature", found["id"], SECRET_DIGITS)
    before = webhooks.sent_before(work.db, found) if signed is Signed.AS_ONE_BEFORE else None
    request = _request(work, found, application["scopes"], secret, signed)
    if before is None:
        return request
    return replace(request, before=_request(work, before, application["scopes"], secret, Signed(before["forged"])))


def _request(work: UnitOfWork, found: DeliveryRow, scopes: str, secret: str, signed: Signed) -> DeliveryRequest:
    resource = RESOURCES[event_types()[found["event"]].plural]
    shown = templates(resource, _seen(work, resource, expand_scopes(scopes)))
    return DeliveryRequest(found["id"], found["url"], found["event"], found["account_id"], resource, shown, found["record"], secret, signed)


def settle(work: UnitOfWork, request: DeliveryRequest, result: DeliveryResult) -> None:
    """Record an attempt, and schedule the next one where the subscription asks for retries: after 1, 2, 4 ... minutes."""
    found = webhooks.delivery(work.db, request.delivery_id)
    if found is None:
        return
    webhooks.end_sending(work.db, request.delivery_id)
    attempts = found["attempts"] + 1
    work.db.update("deliveries", request.delivery_id, {"attempts": attempts, "outcome": result.says})
    reasons = [] if found["reason"] is None else [from_json(orjson.loads(found["reason"]))]
    if not result.delivered:
        reasons.append(Reason("delivery_failed", {"result": result.says}))
    _record_attempt(work, found, result.status, result.request, result.response, reasons)
    if not result.delivered and attempts <= found["retries"]:
        work.later(FIRST_RETRY * 2 ** (attempts - 1), SENT, delivery_id=request.delivery_id)


def resume(work: UnitOfWork) -> None:
    """Schedule deliveries again that an earlier sender began, and record that they may arrive twice. Nobody may be sending."""
    interrupted_ids = webhooks.under_way(work.db)
    if interrupted_ids:
        work.log("resume")
    for delivery_id in interrupted_ids:
        webhooks.end_sending(work.db, delivery_id)
        interrupted = work.db.get(DeliveryRow, delivery_id)
        _record_attempt(work, interrupted, None, {"headers": {}, "body": ""}, {}, [Reason("delivery_interrupted")])
        work.later(timedelta(), SENT, delivery_id=delivery_id)


def _schedule(
    work: UnitOfWork, webhook: Row, event: str, account_id: object, record: str, strike: WebhookStrike | None, *, is_companion: bool
) -> None:
    """Insert a delivery and schedule it after the subscription's latency, with the effect of the fault that strikes it."""
    due = timedelta(seconds=webhook["latency_seconds"])
    if strike is None:
        delivery_id = webhooks.add_delivery(work.db, webhook, event, account_id, record, work.now)
        work.later(due, SENT, delivery_id=delivery_id)
        if not is_companion:
            _release(work, webhook, due)
        return
    effect = strike.effect
    due += effect.delay
    for _ in range(effect.copies):
        delivery_id = webhooks.add_delivery(work.db, webhook, event, account_id, strike.record or record, work.now)
        reason = orjson.dumps(strike.reason.as_json()).decode()
        work.db.update("deliveries", delivery_id, {"forged": effect.signed, "reason": reason})
        if effect.lost:
            _lose(work, delivery_id, strike.reason)
            continue
        event_id = timeline.schedule(work.db, times.wire(work.instant + due), SENT, {"delivery_id": delivery_id})
        if effect.overtaken:
            fault_store.hold_back(work.db, event_id, webhook["id"])
    if not effect.lost and not effect.overtaken and not is_companion:
        _release(work, webhook, due)


def _release(work: UnitOfWork, webhook: Row, due: timedelta) -> None:
    """Schedule the deliveries that wait for the next one to the same address, right after it."""
    if not work.db.holds_any("faults"):
        return
    for event_id, delivery_id in fault_store.held_back(work.db, webhook["id"]):
        fault_store.forget_event(work.db, event_id)
        work.later(due, SENT, delivery_id=delivery_id)


def _lose(work: UnitOfWork, delivery_id: int, reason: Reason) -> None:
    why = Reason(FAULT_STRUCK, reason.data).text
    work.db.update("deliveries", delivery_id, {"outcome": f"not sent: {why}"})
    lost = work.db.get(DeliveryRow, delivery_id)
    _record_attempt(work, lost, None, {"headers": {}, "body": ""}, {}, [reason])


def _record_attempt(
    work: UnitOfWork,
    delivery: DeliveryRow,
    status: int | None,
    request: Mapping[str, object],
    response: Mapping[str, object],
    reasons: Iterable[Reason],
) -> None:
    work.journaled = journal.add(
        work.db,
        {
            "at": work.now,
            "method": "POST",
            "path": delivery["url"],
            "query": "",
            "status": status,
            "application_id": delivery["application_id"],
            "delivery_id": delivery["id"],
            "request": dict(request),
            "response": dict(response),
            "caused": [],
        },
        reasons,
    )


def _earlier_version(
    work: UnitOfWork, event: str, record_id: object, webhook: Row, held: frozenset[str], present: str, fault_id: object
) -> str | None:
    """Return the version of a record that the subscription received last, or else the one that a fault has kept, if it differs."""
    last = fault_store.last_told(work.db, webhook["id"], f"{event.rpartition('_')[0]}_", record_id, present)
    if last is not None:
        return last
    with closing(fault_store.past(work.db, fault_id)) as db:
        try:
            found = _record(work.on(db), event, record_id, webhook, held)
        except NotFound:
            return None
    return None if found == present else found


def _record(work: UnitOfWork, event: str, record_id: object, webhook: Row, held: frozenset[str]) -> str:
    resource = RESOURCES[event_types()[event].plural]
    application_id = webhook["application_id"]
    if resource.has_id:
        rows = records.read(work.db, resource.view, [int(str(record_id))])
    else:
        rows = access.installations(work.db, application_id, int(str(record_id)))
    if not rows.rows:
        raise NotFound
    read = reader(resource, rows.columns, _seen(work, resource, held))
    return orjson.dumps(read(rows.rows[0], RenderContext(application_id=application_id))).decode()


def _seen(work: UnitOfWork, resource: Resource, held: frozenset[str]) -> Projection:
    return projection(resource, held, str(work.settings.assume["created_by"]))
