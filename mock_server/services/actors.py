"""What people do besides the client: the guest writes, a host writes in the Smily app."""

from mock_server.channels import ChannelPolicy, policies
from mock_server.domain.errors import Invalid, invalid
from mock_server.services import participants
from mock_server.services.conversations import application_of
from mock_server.services.messages import participant_of, post_message
from mock_server.services.work import Actor, Work
from mock_server.store.database import Row, one

NOT_SAID = "not said"


def write_as_guest(work: Work, conversation_id: object, content: str, **more: object) -> int:
    """Let the guest write, where guests of the conversation's channel write.

    Raises:
        Invalid: nobody in the conversation is a guest.

    """
    conversation = work.get("conversations", conversation_id, None)
    sender = participant_of(work, conversation_id, "Client")
    if sender is None:
        raise Invalid(invalid("from", "the conversation has no Client participant"))
    policy = policies().get(str(conversation["channel"]), ChannelPolicy(name="none", title="none"))
    actor = Actor(int(str(conversation["account_id"])), application_of(work, policy.name))
    written: Row = {"origin": policy.origin, "visibility": "external", "channel": conversation["default_channel"]}
    return post_message(work, actor, _message(work, conversation_id, sender, content) | written | more)


def write_as_host(
    work: Work, conversation_id: object, host_id: int, content: str, *, internal: bool = False, channel: object = NOT_SAID, **more: object
) -> int:
    """Let a host write in the Smily app; one who takes no part yet joins first.

    The message goes to the conversation's default channel, unless another ``channel`` (or None) is said or it is an
    internal note.
    """
    conversation = work.get("conversations", conversation_id, None)
    host = work.get("hosts", host_id, conversation["account_id"])  # type: ignore[arg-type]
    account_id = int(str(conversation["account_id"]))
    sender = _participation(work, conversation_id, host_id)
    if sender is None:
        participants.add(work, account_id, conversation["id"], host_id, "Host", by_channel=False)
        sender = _participation(work, conversation_id, host_id)
    user_id = None if host["user_id"] is None else int(str(host["user_id"]))
    goes_to = conversation["default_channel"] if channel == NOT_SAID else channel
    written: Row = {
        "origin": "bookingsync_inbox",
        "visibility": "internal" if internal else "external",
        "channel": None if internal else goes_to,
    }
    return post_message(work, Actor(account_id, user_id=user_id), _message(work, conversation_id, sender or {}, content) | written | more)


def _participation(work: Work, conversation_id: object, host_id: int) -> Row | None:
    # The + keeps SQLite from looking through everything that the host takes part in, and leads it to the conversation's few.
    sql = "SELECT * FROM participants WHERE conversation_id = ? AND member_type = 'Host' AND +member_id = ? ORDER BY id LIMIT 1"
    return one(work.db, sql, (conversation_id, host_id))


def _message(work: Work, conversation_id: object, sender: Row, content: str) -> Row:
    return {"conversation_id": conversation_id, "sender_id": sender["id"], "content": content, "sent_at": work.now}
