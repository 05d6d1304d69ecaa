"""Actions of channels, and of hosts in a channel's own app: write there, open a conversation, add a host, fail to relay."""

import orjson

from inbox_mock.channels import policies
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.simulation import actors
from inbox_mock.simulation.actions import (
    ATTACHMENTS,
    IN_CONVERSATION,
    REFERENCE,
    TEXT,
    Given,
    action,
    attached,
    booking_of,
    conversation_of,
    where,
)
from inbox_mock.simulation.bookings import OPENED, channel_conversation, open_conversation
from inbox_mock.store.database import Row


@action(
    required=("content",),
    description="A host writes in the channel's own app.",
    arguments={
        **IN_CONVERSATION,
        "host": {**REFERENCE, "description": "The conversation's first host, if left out."},
        "content": TEXT,
        "attachments": ATTACHMENTS,
    },
    refers={"host": "hosts", "attachments": "attachments"},
    says="The host writes in the channel's own app, in {where}: {content!r}",
    operation="write",
)
def host_writes_on_channel(work: UnitOfWork, about: Row) -> Row:
    """Insert a message that a host wrote in the channel's own app, as received from there."""
    conversation = conversation_of(work, about)
    return {"message_id": actors.write_on_channel_as_host(work, conversation, about.get("host_id"), about["content"], **attached(about))}


@action(
    required=("booking",),
    description="The channel opens a booking's conversation, sooner than it would, or after all.",
    arguments={"booking": REFERENCE},
    says="The channel opens the conversation of booking {booking}",
    operation="open_conversation",
)
def channel_opens(work: UnitOfWork, about: Row) -> Row:
    """Open a booking's conversation at once, as it would be opened later if that is scheduled.

    Raises:
        Invalid: the channel opens none, has opened it already, or the booking is cancelled.
    """
    booking = booking_of(work, about)
    if not policies()[booking["channel"]].owns_conversations:
        raise Invalid(invalid("booking_id", "a booking of a channel that opens conversations"))
    if channel_conversation(work, booking["id"]) is not None:
        raise Invalid(invalid("booking_id", "a booking that still waits for its conversation"))
    if booking["canceled_at"] is not None:
        raise Invalid(invalid("booking_id", "a booking that is not cancelled"))
    sql = "SELECT about FROM timeline WHERE happened = 0 AND kind = ? AND json_extract(about, '$.booking_id') = ?"
    scheduled = work.db.value(sql, (OPENED, booking["id"]), str)
    known: Row = about if scheduled is None else orjson.loads(scheduled) | about
    return known | open_conversation(work, known)


@action(
    arguments={**IN_CONVERSATION, "host": {**REFERENCE, "description": "The account's first host, if left out."}},
    refers={"host": "hosts"},
    says="The channel adds a host to {where}",
    operation="add_host",
)
def channel_adds_host(work: UnitOfWork, about: Row) -> Row:
    """Add a host to a conversation."""
    return {"participant_id": actors.join_from_channel(work, conversation_of(work, about), about.get("host_id"))}


def _fails(given: Given) -> str:
    return f"The channel {'fails to relay' if given.get('fails', True) else 'relays again'} what hosts write in {where(given)}"


@action(
    description="From now on the channel fails to relay what hosts write.",
    arguments={**IN_CONVERSATION, "fails": {"type": "boolean", "description": "false to let it relay again"}},
    says=_fails,
    operation="change_conversation",
    in_trials=False,
)
def relay_fails(work: UnitOfWork, about: Row) -> None:
    """Make the channel fail to relay the hosts' messages of a conversation; with ``fails`` false, make it relay again.

    Raises:
        Invalid: no channel has opened the conversation.
    """
    conversation = conversation_of(work, about)
    if conversation["channel"] is None:
        raise Invalid(invalid("conversation_id", "a conversation that a channel opened"))
    work.db.update("conversations", conversation["id"], {"relay_fails": about.get("fails", True)})
