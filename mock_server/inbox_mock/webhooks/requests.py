"""Webhooks on their way: what is to be sent, and what becomes of it. Sending is the courier's work, outside of any transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from inbox_mock.domain.credentials import SECRET_DIGITS
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.resources.declaration import Resource
from inbox_mock.resources.registry import RESOURCES
from inbox_mock.store import webhooks
from inbox_mock.store.rows import ApplicationRow
from inbox_mock.webhooks.event_types import EVENT_TYPES, SENT

if TYPE_CHECKING:
    from inbox_mock.store.database import Row

FIRST_RETRY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class DeliveryRequest:
    """One attempt to deliver: where to, what, and the secret to sign it with."""

    delivery_id: int
    url: str
    event: str
    account_id: int
    resource: Resource
    record: str
    secret: str


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """How an attempt went: ``status`` is None where there was no answer; ``says`` is one clear word for people."""

    status: int | None
    says: str
    request: Mapping[str, object]
    response: Mapping[str, object]

    @property
    def delivered(self) -> bool:
        """Whether the receiver accepted it."""
        return self.status is not None and 200 <= self.status < 300


class Send(Protocol):
    """Who carries parcels, outside of any transaction."""

    def __call__(self, parcel: DeliveryRequest) -> DeliveryResult:
        """Try once to deliver."""

    def may_send_to(self, url: str) -> bool:
        """Whether webhooks may go to an address."""


def is_address(url: str) -> bool:
    """Whether a text is an http or https URL with a host, to which webhooks can be sent."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def parcel(work: UnitOfWork, delivery_id: object) -> DeliveryRequest | None:
    """Return what is to be sent for a delivery, or None if there is no such delivery."""
    found = webhooks.delivery(work.db, delivery_id)
    if found is None:
        return None
    application = work.db.get(ApplicationRow, found["application_id"])
    secret = work.credential(application["client_secret"], application["named_client_secret"])
    if found["forged"]:
        secret = work.dice.hex("forged signature", found["id"], SECRET_DIGITS)
    resource = RESOURCES[EVENT_TYPES[found["event"]].plural]
    return DeliveryRequest(found["id"], found["url"], found["event"], found["account_id"], resource, found["record"], secret)


def settle(work: UnitOfWork, sent: DeliveryRequest, outcome: DeliveryResult) -> None:
    """Write an attempt down, and try again later where the subscription asks for it: after 1, 2, 4 ... minutes."""
    found = webhooks.delivery(work.db, sent.delivery_id)
    if found is None:
        return
    attempts = found["attempts"] + 1
    webhooks.change_delivery(work.db, sent.delivery_id, {"attempts": attempts, "outcome": outcome.says})
    entry: Row = {
        "at": work.now,
        "method": "POST",
        "path": sent.url,
        "query": "",
        "status": outcome.status,
        "application_id": found["application_id"],
        "delivery_id": sent.delivery_id,
        "request": dict(outcome.request),
        "response": dict(outcome.response),
        "caused": [],
        "why": "; ".join(str(told) for told in (found["why"], None if outcome.delivered else outcome.says) if told) or None,
    }
    work.write_down(entry)
    if not outcome.delivered and attempts <= found["retries"]:
        work.later(FIRST_RETRY * 2 ** (attempts - 1), SENT, delivery_id=sent.delivery_id)
