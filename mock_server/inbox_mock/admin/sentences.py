"""Events of the timeline, bookings and messages as sentences for people, without a full stop."""

import re
from collections.abc import Callable, Mapping

from inbox_mock.channels import policies
from inbox_mock.domain.values import printable
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.services.relay import NOTIFIED, RELAYED
from inbox_mock.simulation.actions import MOST_SHOWN, actions, sentence
from inbox_mock.simulation.bookings import OPENED
from inbox_mock.store.database import Row
from inbox_mock.store.timeline import Event
from inbox_mock.webhooks.deliveries import SENT

FIELD = re.compile(r"(?:^|(?<=; ))[a-z_.]+: ")
"""How each reason of a refusal begins: with the field that it is about, which people need not know."""
GUEST = """
    SELECT (SELECT channel FROM conversations WHERE id = m.conversation_id) AS channel,
      m.on_channel_at IS NULL AND (SELECT relay_fails FROM conversations WHERE id = m.conversation_id) AS fails,
      (SELECT g.fullname FROM participants p JOIN clients g ON g.id = p.member_id
       WHERE p.conversation_id = m.conversation_id AND p.member_type = 'Client' ORDER BY p.id LIMIT 1) AS guest
    FROM messages m WHERE m.id = ?"""
HOST = "SELECT firstname || ' ' || lastname FROM hosts WHERE id = ?"


def event_sentence(work: UnitOfWork, event: Event) -> str:
    """Return what an event does, and why it could not. Records that are not there any more are named by their ids."""
    if event.kind in actions():
        said = sentence(event.kind, event.about)
    else:
        said = SENTENCES[event.kind](work, event.about) if event.kind in SENTENCES else event.kind.replace("_", " ")
    if "refused" in event.about:
        said += f", but could not: {FIELD.sub('', str(event.about['refused']))}"
    if "failed" in event.about:
        said += f", which failed: {event.about['failed']}"
    return printable(said)


def record_sentence(row: Row) -> str:
    """Return what a booking or a message of `store.inbox.WRITTEN` is."""
    who = row["who"] or "Somebody"
    if row["kind"] == "booking":
        return printable(f"{who} books on {_title(row['channel'])} (booking {row['id']})")
    text = row["content"] if len(row["content"]) <= MOST_SHOWN else f"{row['content'][:MOST_SHOWN]}…"
    return printable(f"{who} writes{' a note' if row['internal'] else ''} in conversation {row['conversation_id']}: {text!r}")


def _opened(work: UnitOfWork, about: Mapping[str, object]) -> str:
    channel = work.db.value("SELECT channel FROM bookings WHERE id = ?", (about["booking_id"],))
    return f"{_title(channel)} opens the conversation of booking {about['booking_id']}"


def _relayed(work: UnitOfWork, about: Mapping[str, object]) -> str:
    found = work.db.one(GUEST, (about["message_id"],)) or {"channel": None, "fails": False, "guest": None}
    message, guest = f"message {about['message_id']}", found["guest"] or "the guest"
    if found["fails"] and "refused" not in about:
        return f"{_title(found['channel'])} fails to relay {message} to {guest}"
    return f"{_title(found['channel'])} relays {message} to {guest}"


def _notified(work: UnitOfWork, about: Mapping[str, object]) -> str:
    ids = about["host_ids"]
    names = [str(work.db.value(HOST, (host_id,)) or f"host {host_id}") for host_id in (ids if isinstance(ids, list) else ())]
    return f"Notified of message {about['message_id']}: {', '.join(names)}"


def _sent(work: UnitOfWork, about: Mapping[str, object]) -> str:
    event = work.db.value("SELECT event FROM deliveries WHERE id = ?", (about["delivery_id"],))
    return f"Webhook {about['delivery_id']} is sent{f': {event}' if event else ''}"


SENTENCES: dict[str, Callable[[UnitOfWork, Mapping[str, object]], str]] = {
    OPENED: _opened,
    RELAYED: _relayed,
    NOTIFIED: _notified,
    SENT: _sent,
}
"""What the events that the fake schedules itself say."""


def _title(channel: object) -> str:
    policy = policies().get(str(channel))
    return "The channel" if policy is None else policy.booked_on or policy.title
