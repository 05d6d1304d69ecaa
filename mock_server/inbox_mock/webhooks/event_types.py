"""The events that webhooks tell of: which record, and which scopes an application must hold to hear of it."""

from contextlib import closing
from dataclasses import dataclass

import orjson

from inbox_mock.domain import scopes
from inbox_mock.domain.errors import NotFound
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.faults import active
from inbox_mock.resources.registry import RESOURCES
from inbox_mock.resources.serialization import Projection, RenderContext, reader
from inbox_mock.store import faults as fault_store
from inbox_mock.store import records, webhooks
from inbox_mock.store.database import Row
from inbox_mock.webhooks import deliveries

SENT = deliveries.SENT


@dataclass(frozen=True, slots=True)
class EventType:
    """``plural`` names the resource; ``scopes``: any one of them will do, and none means everybody."""

    plural: str
    scopes: tuple[str, ...] = ()


def _family(prefix: str, plural: str, ends: tuple[str, ...], *needed: str) -> dict[str, EventType]:
    return {f"{prefix}_{end}": EventType(plural, needed) for end in ends}


ALL_ENDS = ("created", "updated", "destroyed")
EVENT_TYPES: dict[str, EventType] = {
    **_family("booking", "bookings", ALL_ENDS),
    **_family("client", "clients", ALL_ENDS, "clients_read", "clients_write"),
    **_family("inquiry", "inquiries", ALL_ENDS, "inquiries_read", "inquiries_write", "inquiries_write_owned"),
    **_family("inbox_conversation", "conversations", ALL_ENDS[:2], "inbox_read", "inbox_write"),
    **_family("inbox_message", "messages", ALL_ENDS[:2], "inbox_read", "inbox_write"),
    **_family("accounts_application", "accounts_applications", ALL_ENDS, "applications_read"),
}


def publish(work: UnitOfWork, event: str, record_id: object, account_id: object, *, application_id: object = None) -> None:
    """Tell of a change: the journal says which request caused it, and each subscriber that may hear of it gets a delivery.

    What is delivered is the record as it is now, as the application's own token would see it. With ``application_id`` it
    concerns that application alone.
    """
    work.caused.append({"event": event, "id": record_id})
    for webhook in webhooks.subscribed(work.db, event, account_id):
        held = scopes.expand(tuple(webhook["scopes"].split()))
        if application_id not in {None, webhook["application_id"]}:
            continue
        if EVENT_TYPES[event].scopes and held.isdisjoint(EVENT_TYPES[event].scopes):
            continue
        shown = _record(work, event, record_id, webhook, held)
        older = _Older(work, event, record_id, webhook, held, shown)
        struck = active.strike_webhook(work, event, webhook, older)
        deliveries.send(work, webhook, event, account_id, shown, struck)


@dataclass(frozen=True, slots=True)
class _Older:
    """Finds what a record was before: as the subscriber was told last, or as a fault kept it."""

    work: UnitOfWork
    event: str
    record_id: object
    webhook: Row
    held: frozenset[str]
    shown: str

    def __call__(self, fault_id: object) -> str | None:
        work, family = self.work, self.event.rpartition("_")[0]
        told = fault_store.last_told(work.db, self.webhook["id"], f"{family}_", self.record_id, self.shown)
        if told is not None:
            return told
        with closing(fault_store.past(work.db, fault_id)) as db:
            past = work.on(db)
            try:
                found = _record(past, self.event, self.record_id, self.webhook, self.held)
            except NotFound:
                return None
        return None if found == self.shown else found


def _record(work: UnitOfWork, event: str, record_id: object, webhook: Row, held: frozenset[str]) -> str:
    resource = RESOURCES[EVENT_TYPES[event].plural]
    application_id = webhook["application_id"]
    if not resource.has_id:
        sql = f"SELECT * FROM {resource.view} WHERE id = ? AND account_id = ?"  # noqa: S608
        cursor = work.db.execute(sql, (application_id, record_id))
        rows = records.Rows(records.columns_of(cursor), cursor.fetchall())
    else:
        rows = records.read(work.db, resource.view, [int(str(record_id))])
    if not rows.rows:
        raise NotFound
    public = resource.plural == "bookings" and "bookings_read" not in held
    view = Projection(public=public, created_by=str(work.settings.assume["created_by"]))
    shown = reader(resource, rows.columns, view)(rows.rows[0], RenderContext(application_id=application_id))
    return orjson.dumps(shown).decode()
