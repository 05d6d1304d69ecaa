"""Actions of staff in the Smily app: write, change a conversation, connect a booking to it or take one out, move a booking."""

from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.services import bookings, conversations
from inbox_mock.simulation import actors
from inbox_mock.simulation.actions import (
    ATTACHMENTS,
    IN_CONVERSATION,
    REFERENCE,
    TEXT,
    WHEN,
    Given,
    action,
    attached,
    booking_of,
    conversation_of,
    where,
)
from inbox_mock.store.database import Row

FLAGS = ("closed", "marked_as_spam")


@action(
    description="Staff write in the Smily app, through a host.",
    required=("content",),
    arguments={
        **IN_CONVERSATION,
        "host": {**REFERENCE, "description": "The conversation's first host, if left out; one who takes no part yet joins first."},
        "content": TEXT,
        "internal": {"type": "boolean", "description": "true for a note among hosts"},
        "channel": {"type": ["string", "null"], "description": "the conversation's default_channel if left out, null to keep it in Smily"},
        "attachments": ATTACHMENTS,
    },
    refers={"host": "hosts", "attachments": "attachments"},
    says="Staff write in {where}: {content!r}",
    operation="write",
)
def staff_writes(work: UnitOfWork, about: Row) -> Row:
    """Insert a message of a host."""
    where_to: Row = {"internal": about.get("internal", False), "channel": about.get("channel", actors.NOT_SAID)}
    conversation, host_id = conversation_of(work, about), about.get("host_id")
    return {"message_id": actors.write_as_host(work, conversation, host_id, about["content"], **where_to, **attached(about))}


def _changes(given: Given) -> str:
    changes = []
    if "closed" in given:
        changes.append("close" if given["closed"] else "reopen")
    if "marked_as_spam" in given:
        changes.append("mark as spam" if given["marked_as_spam"] else "take out of the spam")
    if "assignee" in given:
        changes.append("assign to nobody" if given["assignee"] is None else f"assign to host {given['assignee']}")
    return f"Staff {' and '.join(changes)} {where(given)}"


@action(
    minProperties=2,
    description="a conversation or a booking, and what staff change: assignee, closed, marked_as_spam",
    arguments={
        **IN_CONVERSATION,
        "assignee": {"type": ["integer", "string", "null"], "maximum": 1000000000, "description": "a host, or null for nobody"},
        "closed": {"type": "boolean", "description": "true to close, false to reopen"},
        "marked_as_spam": {"type": "boolean"},
    },
    refers={"assignee": "hosts"},
    says=_changes,
    operation="change_conversation",
)
def staff_changes(work: UnitOfWork, about: Row) -> None:
    """Assign, close, reopen a conversation, or mark it as spam."""
    conversation = conversation_of(work, about)
    written = {name: about[name] for name in (*FLAGS, "assignee_id") if name in about}
    conversations.edit_conversation(work, Actor(conversation["account_id"]), conversation["id"], written)


@action(
    required=("connects",),
    description="Staff connect another booking to a conversation.",
    arguments={**IN_CONVERSATION, "connects": {**REFERENCE, "description": "The booking that is connected to it, too."}},
    refers={"connects": "bookings"},
    says="Staff connect booking {connects} to {where}",
)
def staff_connects(work: UnitOfWork, about: Row) -> None:
    """Connect a booking to a conversation."""
    conversation = conversation_of(work, about)
    conversations.connect_booking(work, Actor(conversation["account_id"]), conversation["id"], about["connects_id"])


@action(
    required=("disconnects",),
    description="Staff take a booking out of a conversation.",
    arguments={**IN_CONVERSATION, "disconnects": {**REFERENCE, "description": "The booking that belongs to it no longer."}},
    refers={"disconnects": "bookings"},
    says="Staff take booking {disconnects} out of {where}",
)
def staff_disconnects(work: UnitOfWork, about: Row) -> None:
    """Disconnect a booking from a conversation."""
    conversation = conversation_of(work, about)
    conversations.disconnect_booking(work, Actor(conversation["account_id"]), conversation["id"], about["disconnects_id"])


@action(
    required=("booking", "start_at", "end_at"),
    description="Staff move a booking to other dates.",
    arguments={"booking": REFERENCE, "start_at": WHEN, "end_at": WHEN},
    says="Staff move booking {booking} to other dates",
)
def staff_moves(work: UnitOfWork, about: Row) -> None:
    """Change the dates of a booking. Locks restrict applications only, not staff."""
    booking = booking_of(work, about)
    actor = Actor(booking["account_id"], booking["application_id"])
    dates: Row = {name: about[name] for name in ("start_at", "end_at")}
    bookings.edit_booking(work, actor, booking["id"], dates, owned_only=False)
