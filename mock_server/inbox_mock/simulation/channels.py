"""What channels do after a guest has booked: open the conversation, with those who take part."""

from datetime import timedelta

from inbox_mock.channels import policies
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.services import people
from inbox_mock.store.database import Row
from inbox_mock.store.rows import BookingRow, ConversationRow
from inbox_mock.webhooks.deliveries import publish

OPENED = "conversation_opened"


def schedule_opening(work: UnitOfWork, booking: BookingRow, delay: timedelta | None = None, **wishes: object) -> None:
    """Schedule the opening of a booking's conversation by its channel, after the channel's own delay or the given one.

    Wishes: ``hosts`` (ids of the hosts that the channel adds, or whether it adds one; drawn if None), ``clients`` (the number
    of travellers, 1 if None), ``companions`` (ids of clients who travel with the booking's client), ``conversation`` (the
    conversation's id), ``relay_seconds`` (how long the channel takes to relay a message; drawn if None).
    """
    policy = policies()[booking["channel"]]
    if policy.opens_after is None and delay is None:
        return
    if delay is None:
        low, high = policy.opens_after or (0, 0)
        delay = timedelta(seconds=work.dice.between("conversation delay", booking["id"], low, high))
    work.later(delay, OPENED, booking_id=booking["id"], **{name: wish for name, wish in wishes.items() if wish is not None})


def open_conversation(work: UnitOfWork, about: Row) -> Row:
    """Open a booking's conversation as its channel does: with Client participants and perhaps a Host.

    Return the ``conversation_id``, or, under ``never``, why there is none: the booking was cancelled, or has its
    conversation already. The booking's ``updated_at`` moves, so that clients which poll find it.
    """
    booking = work.db.get(BookingRow, about["booking_id"])
    if booking["canceled_at"] is not None:
        return {"never": "the booking was cancelled"}
    if channel_conversation(work, booking["id"]) is not None:
        return {"never": "the channel had opened it already"}
    policy = policies()[booking["channel"]]
    actor = Actor(booking["account_id"], application_of(work, policy.name))
    row: Row = {
        "id": _id_if_free(work, about.get("conversation")),
        "account_id": actor.account_id,
        "channel": policy.name,
        "default_channel": policy.default_channel,
        "source_id": booking["source_id"],
        "relay_seconds": about.get("relay_seconds"),
        "created_at": work.now,
        "updated_at": work.now,
        **actor.stamp,
    }
    conversation_id = work.db.insert("conversations", row)
    work.db.execute("INSERT INTO conversation_bookings VALUES (?, ?)", (conversation_id, booking["id"]))
    work.db.update("bookings", booking["id"], {"updated_at": work.now})
    for client_id in _travellers(work, booking, about):
        people.insert_participant(work, actor.account_id, conversation_id, client_id, "Client", by_channel=True)
    for host_id in _hosts_added(work, booking, about.get("hosts"), policy.host_share):
        people.insert_participant(work, actor.account_id, conversation_id, host_id, "Host", by_channel=True)
    publish(work, "inbox_conversation_created", conversation_id, actor.account_id)
    publish(work, "booking_updated", booking["id"], actor.account_id)
    return {"conversation_id": conversation_id}


def forget_opening(work: UnitOfWork, booking_id: int) -> None:
    """Take the scheduled opening of a booking's conversation off the timeline."""
    sql = "DELETE FROM timeline WHERE happened = 0 AND kind = ? AND json_extract(about, '$.booking_id') = ?"
    work.db.execute(sql, (OPENED, booking_id))


HANDLERS = {OPENED: open_conversation}


def channel_conversation(work: UnitOfWork, booking_id: object) -> ConversationRow | None:
    """Return the conversation that a booking's channel opened, or None."""
    sql = """
        SELECT c.* FROM conversations c JOIN conversation_bookings b ON b.conversation_id = c.id
        WHERE b.booking_id = ? AND c.channel IS NOT NULL ORDER BY c.id LIMIT 1"""
    return work.db.one(sql, (booking_id,), ConversationRow)


def application_of(work: UnitOfWork, channel: str) -> int | None:
    """Return the id of a channel's application, or None where the sandbox has none."""
    return work.db.value("SELECT id FROM applications WHERE channel = ?", (channel,), int)


def _id_if_free(work: UnitOfWork, wished: object) -> object:
    """Return the id that a scenario wished for, or None if a client's conversation has got it meanwhile."""
    return None if wished is None or work.db.one("SELECT 1 FROM conversations WHERE id = ?", (wished,)) else wished


def _travellers(work: UnitOfWork, booking: BookingRow, about: Row) -> list[object]:
    """Return the ids of the booking's client, of known companions, and of new clients up to the wished number."""
    found: list[object] = [booking["client_id"]] if booking["client_id"] is not None else []
    found += about.get("companions", [])
    while len(found) < max(1, about.get("clients", 1)):
        name = f"Guest {len(found) + 1} of {booking['reference']}"
        row: Row = {"account_id": booking["account_id"], "fullname": name, "addresses": "[]", "emails": "[]", "phones": "[]"}
        found.append(work.db.insert("clients", row | {"created_at": work.now, "updated_at": work.now}))
        publish(work, "client_created", found[-1], booking["account_id"])
    return found


def _hosts_added(work: UnitOfWork, booking: BookingRow, wished: object, share: float) -> list[object]:
    if isinstance(wished, list):
        return wished
    if wished is False or (wished is None and work.dice.share("host participant", booking["id"]) >= share):
        return []
    first = work.db.one("SELECT id FROM hosts WHERE account_id = ? ORDER BY id LIMIT 1", (booking["account_id"],))
    return [] if first is None else [first["id"]]
