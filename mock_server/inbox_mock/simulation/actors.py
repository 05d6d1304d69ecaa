"""Writes by everyone but the client: the guest, staff in the Smily app, the host in the channel's own app, the channel."""

from inbox_mock.channels import policy_of
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.services import people
from inbox_mock.services.messages import participant_of, post
from inbox_mock.store.database import Row
from inbox_mock.store.rows import ConversationRow, HostRow, ParticipantRow

NOT_SAID = "not said"


def write_as_guest(work: UnitOfWork, conversation: ConversationRow, content: str, *, client_id: object = None, **more: object) -> int:
    """Insert a guest's message, as the conversation's channel delivers it: from the first guest, or the one with ``client_id``.

    Return the message's id.

    Raises:
        Invalid: the conversation has no guest, or this client is not one of its guests.
    """
    sender = participant_of(work, conversation["id"], "Client", client_id)
    if sender is None:
        raise Invalid(invalid("from", "a conversation with a Client participant, or with this one"))
    return _from_channel(work, conversation, sender, content, more)


def write_on_channel_as_host(work: UnitOfWork, conversation: ConversationRow, host_id: int | None, content: str, **more: object) -> int:
    """Insert a message of a Host participant that was written in the channel's own app, created by the channel's application.

    Return the message's id.

    Raises:
        Invalid: no channel has the conversation, or the account has no host.
    """
    if conversation["channel"] is None:
        raise Invalid(invalid("from", "a conversation that a channel opened"))
    return _from_channel(work, conversation, _seat(work, conversation, host_id, by_channel=True), content, more)


def write_as_host(
    work: UnitOfWork,
    conversation: ConversationRow,
    host_id: int | None,
    content: str,
    *,
    internal: bool = False,
    channel: object = NOT_SAID,
    **more: object,
) -> int:
    """Insert a message that staff wrote as a host in the Smily app, and return its id; a host who takes no part yet joins first.

    The message goes to the conversation's default channel, unless another ``channel`` (or None) is given or it is an
    internal note. Without ``host_id`` the sender is the conversation's first host, or the account's.

    Raises:
        Invalid: the account has no host.
    """
    sender = _seat(work, conversation, host_id, by_channel=False)
    user_id = work.db.get(HostRow, sender["member_id"])["user_id"]
    goes_to = conversation["default_channel"] if channel == NOT_SAID else channel
    written: Row = {
        "origin": "bookingsync_inbox",
        "visibility": "internal" if internal else "external",
        "channel": None if internal else goes_to,
    }
    actor = Actor(conversation["account_id"], user_id=user_id)
    return post(work, actor, conversation, sender, _message(work, sender, content) | written | more)


def join_from_channel(work: UnitOfWork, conversation: ConversationRow, host_id: int | None) -> int:
    """Add a host to a conversation for the channel, and return the participant's id; a host who takes part already stays.

    Raises:
        Invalid: the account has no such host, or none.
    """
    return _seat(work, conversation, host_id, by_channel=True)["id"]


def _from_channel(work: UnitOfWork, conversation: ConversationRow, sender: ParticipantRow, content: str, more: Row) -> int:
    policy = policy_of(conversation["channel"])
    opened_by = None if conversation["channel"] is None else conversation["created_by_id"]
    actor = Actor(conversation["account_id"], opened_by)
    written: Row = {"origin": policy.origin, "visibility": "external", "channel": conversation["default_channel"]}
    message = _message(work, sender, content) | written | more
    return post(work, actor, conversation, sender, message, came_from_channel=True)


def _seat(work: UnitOfWork, conversation: ConversationRow, host_id: int | None, *, by_channel: bool) -> ParticipantRow:
    """Return the Host participant that represents a host, added if there is none."""
    account_id = conversation["account_id"]
    if host_id is None:
        present = participant_of(work, conversation["id"], "Host")
        if present is not None:
            return present
        host_id = people.first_host(work, account_id)
        if host_id is None:
            raise Invalid(invalid("host_id", "an account that has a host"))
    work.db.refer(HostRow, "host_id", host_id, account_id)
    present = participant_of(work, conversation["id"], "Host", host_id)
    if present is not None:
        return present
    added = people.insert_participants(work, conversation, ("Host", host_id), by_channel=by_channel)
    return work.db.get(ParticipantRow, added)


def _message(work: UnitOfWork, sender: ParticipantRow, content: str) -> Row:
    return {"conversation_id": sender["conversation_id"], "sender_id": sender["id"], "content": content, "sent_at": work.now}
