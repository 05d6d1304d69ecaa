"""Use cases around participants."""

from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.store.database import Row
from inbox_mock.store.rows import ClientRow, ConversationRow, HostRow, ParticipantRow

MEMBERS: dict[str, type[ClientRow | HostRow]] = {"Client": ClientRow, "Host": HostRow}


def add_participant(work: UnitOfWork, actor: Actor, written: Row) -> int:
    """Add a participant to a conversation on a client's behalf. The same member may take part twice.

    Raises:
        Invalid: the conversation or the member is unknown to the account; in a strict sandbox also for a Client in a
            channel's conversation.

    """
    conversation = work.db.refer(ConversationRow, "conversation", written["conversation_id"], actor.account_id)
    if written["member_type"] == "Client" and conversation["channel"] is not None:
        if work.settings.strict:
            raise Invalid(
                invalid("member_type", f"Client participants of this conversation are managed by {conversation['channel']} alone")
            )
        work.why.append(f"not synchronised: {conversation['channel']} does not see a Client participant that a client adds")
    work.db.refer(MEMBERS[written["member_type"]], "member", written["member_id"], actor.account_id)
    participant_id = add(
        work, actor.account_id, conversation["id"], written["member_id"], written["member_type"], by_channel=False, named=written
    )
    if written.get("read"):
        work.db.update("participants", participant_id, {"read_at": work.now})
    return participant_id


def edit_participant(work: UnitOfWork, actor: Actor, participant_id: int, written: Row) -> None:
    """Mark what a participant has read, or take the mark back.

    Raises:
        NotFound: the account has no such participant.

    """
    work.db.get(ParticipantRow, participant_id, actor.account_id)
    changes: Row = {"read_at": work.now if written["read"] else None} if "read" in written else {}
    work.db.update("participants", participant_id, changes | {"updated_at": work.now})


def add(
    work: UnitOfWork,
    account_id: int,
    conversation_id: object,
    member_id: object,
    member_type: str,
    *,
    by_channel: bool,
    named: Row | None = None,
) -> int:
    """Add a participant, whoever wishes it; ``named`` may hold the id that it gets."""
    row: Row = {
        "account_id": account_id,
        "conversation_id": conversation_id,
        "member_id": member_id,
        "member_type": member_type,
        "by_channel": by_channel,
        "created_at": work.now,
        "updated_at": work.now,
    }
    return work.db.insert("participants", row | {"id": (named or {}).get("id")})
