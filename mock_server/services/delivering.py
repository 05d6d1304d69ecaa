"""Webhooks on their way: what is to be sent, and what becomes of it. Sending is the courier's work, outside of any transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from mock_server.domain.credentials import SECRET_DIGITS
from mock_server.resources.declaration import Resource
from mock_server.resources.registry import RESOURCES
from mock_server.services.access import client_credentials_of
from mock_server.services.events import EVENTS, SENT
from mock_server.services.work import Work
from mock_server.store import webhooks

if TYPE_CHECKING:
    from mock_server.store.database import Row

FIRST_RETRY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One attempt to deliver: where to, what, and the secret to sign it with."""

    delivery_id: int
    url: str
    event: str
    account_id: int
    resource: Resource
    record: str
    secret: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt went: ``status`` is None where there was no answer; ``says`` is one clear word for people."""

    status: int | None
    says: str
    request: Mapping[str, object]
    response: Mapping[str, object]

    @property
    def delivered(self) -> bool:
        """Whether the receiver accepted it."""
        return self.status is not None and 200 <= self.status < 300


class Courier(Protocol):
    """Who carries parcels, outside of any transaction."""

    def __call__(self, parcel: Parcel) -> Outcome:
        """Try once to deliver."""

    def may_send_to(self, url: str) -> bool:
        """Whether webhooks may go to an address."""


def parcel(work: Work, delivery_id: object) -> Parcel | None:
    """Return what is to be sent for a delivery, or None if there is no such delivery."""
    found = webhooks.delivery(work.db, delivery_id)
    if found is None:
        return None
    application = work.get("applications", found["application_id"], None)
    secret = client_credentials_of(work, application)[1]
    if found["forged"]:
        secret = work.dice.hex("forged signature", found["id"], SECRET_DIGITS)
    event = str(found["event"])
    numbers = int(str(found["id"])), int(str(found["account_id"]))
    return Parcel(numbers[0], str(found["url"]), event, numbers[1], RESOURCES[EVENTS[event].plural], str(found["record"]), secret)


def settle(work: Work, sent: Parcel, outcome: Outcome) -> None:
    """Write an attempt down, and try again later where the subscription asks for it: after 1, 2, 4 ... minutes."""
    found = webhooks.delivery(work.db, sent.delivery_id)
    if found is None:
        return
    attempts = int(str(found["attempts"])) + 1
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
    if not outcome.delivered and attempts <= int(str(found["retries"])):
        work.later(FIRST_RETRY * 2 ** (attempts - 1), SENT, delivery_id=sent.delivery_id)
