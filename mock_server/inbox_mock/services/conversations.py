"""Use cases around conversations."""

from datetime import timedelta

from inbox_mock.channels import policies
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.services import participants
from inbox_mock.services.sources import refer_to_source
from inbox_mock.store.database import Row, insert, one, update
from inbox_mock.webhooks.event_types import publish

FLAGS = {"closed": "closed_at", "marked_as_spam": "marked_as_spam_at"}


def create_conversation(work: UnitOfWork, actor: Actor, written: Row) -> int:
    """Start a conversation on a client's behalf. No channel will ever see it.

    Raises:
        Invalid: the assignee is no host of the account, the source none of its sources; in a strict sandbox also if
            the default channel is one that opens its conversations by itself.

    """
    _check_references(work, actor.account_id, written)
    if work.strict and written.get("default_channel") in _opened_by_themselves():
        title = "opens its conversations by itself: wait for it, a conversation made here is not synchronised"
        raise Invalid(invalid("default_channel", title))
    row = _blank(work, actor.account_id) | actor.stamp | _columns(work, written)
    conversation_id = insert(work.db, "conversations", row)
    work.why.append("not synchronised: no channel sees a conversation that a client makes")
    publish(work, "inbox_conversation_created", conversation_id, actor.account_id)
    return conversation_id


def edit_conversation(work: UnitOfWork, actor: Actor, conversation_id: int, written: Row) -> None:
    """Assign, close, reopen, mark as spam, or set the default channel.

    Raises:
        NotFound: the account has no such conversation.
        Invalid: the assignee is no host of the account.

    """
    work.get("conversations", conversation_id, actor.account_id)
    _check_references(work, actor.account_id, written)
    update(work.db, "conversations", conversation_id, _columns(work, written) | {"updated_at": work.now})
    publish(work, "inbox_conversation_updated", conversation_id, actor.account_id)


def connect_booking(work: UnitOfWork, actor: Actor, conversation_id: int, booking_id: int) -> None:
    """Tie a booking to a conversation; nothing happens if it is tied already.

    Raises:
        NotFound: the account has no such conversation, or no such booking.
        Invalid: the sandbox is strict, the booking is a channel's, and the conversation is not.

    """
    conversation, booking = _both(work, actor, conversation_id, booking_id)
    if conversation["channel"] is None and policies()[str(booking["channel"])].owns_conversations:
        if work.strict:
            raise Invalid(invalid("bookings", f"{booking['channel']} opens the conversation of this booking: use that one, and no other"))
        work.why.append(f"not synchronised: {booking['channel']} does not see this conversation, though it has the booking")
    work.db.execute("INSERT OR IGNORE INTO conversation_bookings VALUES (?, ?)", (conversation_id, booking_id))
    _moved_by_connecting(work, actor, conversation_id)


def disconnect_booking(work: UnitOfWork, actor: Actor, conversation_id: int, booking_id: int) -> None:
    """Untie a booking from a conversation; nothing happens if it is not tied.

    Raises:
        NotFound: the account has no such conversation, or no such booking.

    """
    _both(work, actor, conversation_id, booking_id)
    work.db.execute("DELETE FROM conversation_bookings WHERE conversation_id = ? AND booking_id = ?", (conversation_id, booking_id))
    _moved_by_connecting(work, actor, conversation_id)


def await_channel(work: UnitOfWork, booking: Row, delay: timedelta | None = None, **wishes: object) -> None:
    """Let a booking's channel open the conversation after its own delay, or the given one.

    Wishes: ``hosts`` (ids that the channel adds, or whether it adds one; by the dice if unsaid), ``clients`` (how many
    travellers, 1 if unsaid), ``companions`` (ids of those who come with the booking's client), ``conversation`` (the id
    that the conversation gets), ``relay_seconds`` (how long the channel takes to relay; by the dice if unsaid).
    """
    policy = policies()[str(booking["channel"])]
    if policy.opens_after is None and delay is None:
        return
    if delay is None:
        low, high = policy.opens_after or (0, 0)
        delay = timedelta(seconds=work.dice.between("conversation delay", booking["id"], low, high))
    work.later(delay, "conversation_opened", booking_id=booking["id"], **{name: wish for name, wish in wishes.items() if wish is not None})


def open_by_channel(work: UnitOfWork, about: Row) -> None:
    """Open the conversation of a booking as its channel does: with Client participants, perhaps with a Host.

    The booking's ``updated_at`` moves, so that those who poll find it. A booking cancelled meanwhile gets none.
    """
    booking = work.get("bookings", about["booking_id"], None)
    if booking["canceled_at"] is not None:
        about["never"] = "the booking was cancelled"
        return
    if channel_conversation(work, booking["id"]) is not None:
        about["never"] = "the channel had opened it already"
        return
    policy = policies()[str(booking["channel"])]
    actor = Actor(int(str(booking["account_id"])), application_of(work, policy.name))
    row = _blank(work, actor.account_id) | actor.stamp
    row |= {
        "id": _free(work, about.get("conversation")),
        "channel": policy.name,
        "default_channel": policy.default_channel,
        "source_id": booking["source_id"],
        "relay_seconds": about.get("relay_seconds"),
    }
    conversation_id = insert(work.db, "conversations", row)
    work.db.execute("INSERT INTO conversation_bookings VALUES (?, ?)", (conversation_id, booking["id"]))
    update(work.db, "bookings", booking["id"], {"updated_at": work.now})
    about["conversation_id"] = conversation_id
    for client_id in _travellers(work, booking, about):
        participants.add(work, actor.account_id, conversation_id, client_id, "Client", by_channel=True)
    for host_id in _hosts_added(work, booking, about.get("hosts"), policy.host_share):
        participants.add(work, actor.account_id, conversation_id, host_id, "Host", by_channel=True)
    publish(work, "inbox_conversation_created", conversation_id, actor.account_id)
    publish(work, "booking_updated", booking["id"], actor.account_id)


def channel_conversation(work: UnitOfWork, booking_id: object) -> Row | None:
    """Return the conversation that a booking's channel opened, or None."""
    sql = """
        SELECT c.* FROM conversations c JOIN conversation_bookings b ON b.conversation_id = c.id
        WHERE b.booking_id = ? AND c.channel IS NOT NULL ORDER BY c.id LIMIT 1"""
    return one(work.db, sql, (booking_id,))


def application_of(work: UnitOfWork, channel: str) -> int | None:
    """Return the id of a channel's application, or None where the sandbox has none."""
    found = one(work.db, "SELECT id FROM applications WHERE channel = ?", (channel,))
    return None if found is None else int(str(found["id"]))


def _free(work: UnitOfWork, wished: object) -> object:
    """Return the id that a scenario wished for, or None if a conversation of a client's has taken it meanwhile."""
    return None if one(work.db, "SELECT 1 FROM conversations WHERE id = ?", (wished,)) else wished


def _travellers(work: UnitOfWork, booking: Row, about: Row) -> list[object]:
    """Return the booking's client, the companions that are known, and made-up ones until there are as many as wished."""
    found = [booking["client_id"]] if booking["client_id"] is not None else []
    found += about.get("companions", [])  # type: ignore[arg-type]
    while len(found) < max(1, int(str(about.get("clients", 1)))):
        name = f"Guest {len(found) + 1} of {booking['reference']}"
        row: Row = {"account_id": booking["account_id"], "fullname": name, "addresses": "[]", "emails": "[]", "phones": "[]"}
        found.append(insert(work.db, "clients", row | {"created_at": work.now, "updated_at": work.now}))
        publish(work, "client_created", found[-1], booking["account_id"])
    return found


def _hosts_added(work: UnitOfWork, booking: Row, wished: object, share: float) -> list[object]:
    if isinstance(wished, list):
        return wished
    if wished is False or (wished is None and work.dice.share("host participant", booking["id"]) >= share):
        return []
    first = one(work.db, "SELECT id FROM hosts WHERE account_id = ? ORDER BY id LIMIT 1", (booking["account_id"],))
    return [] if first is None else [first["id"]]


def _blank(work: UnitOfWork, account_id: int) -> Row:
    return {"account_id": account_id, "created_at": work.now, "updated_at": work.now}


def _columns(work: UnitOfWork, written: Row) -> Row:
    columns = {name: value for name, value in written.items() if name not in FLAGS}
    return columns | {FLAGS[name]: work.now if value else None for name, value in written.items() if name in FLAGS}


def _check_references(work: UnitOfWork, account_id: int, written: Row) -> None:
    if written.get("assignee_id") is not None:
        work.refer("hosts", "assignee", written["assignee_id"], account_id)
    refer_to_source(work, account_id, written)


def _both(work: UnitOfWork, actor: Actor, conversation_id: int, booking_id: int) -> tuple[Row, Row]:
    return work.get("conversations", conversation_id, actor.account_id), work.get("bookings", booking_id, actor.account_id)


def _moved_by_connecting(work: UnitOfWork, actor: Actor, conversation_id: int) -> None:
    if work.assumes("connect_moves_updated_at"):
        update(work.db, "conversations", conversation_id, {"updated_at": work.now})
    publish(work, "inbox_conversation_updated", conversation_id, actor.account_id)


def _opened_by_themselves() -> set[str | None]:
    return {policy.default_channel for policy in policies().values() if policy.owns_conversations}
