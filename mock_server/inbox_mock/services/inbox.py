"""The inbox as the dashboard shows it: bookings that wait for a conversation, and the relay state of each message. Read only."""

import orjson

from inbox_mock.channels import policies
from inbox_mock.domain.errors import NotFound
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.services import relay
from inbox_mock.store import inbox
from inbox_mock.store.database import Row

RELAY_EVENTS = (relay.NOTIFIED, relay.RELAYED)


def overview(work: UnitOfWork, show: str, search: str, limit: int, skip: int, booking_id: int | None) -> Row:
    """Return the conversations, and the bookings that have none, most recent activity first: ``{"total", "conversations"}``.

    ``show`` is ``all``, ``open`` or ``closed``. A booking without its conversation says under ``waiting`` whether its channel
    ``opens`` one (``opens_at`` says when), ``never`` will, or leaves that to others (``nobody``).
    """
    owning = [policy.name for policy in policies().values() if policy.owns_conversations]
    total, rows = inbox.page(work.db, inbox.Wanted(owning, show, search, limit, skip, booking_id))
    opening = inbox.openings(work.db)
    return {"total": total, "conversations": [row | _waiting(row, opening, owning) for row in rows]}


def directory(work: UnitOfWork, limit: int) -> Row:
    """Return at most ``limit`` rentals and as many hosts, each with its id, account and name: ``{"rentals", "hosts"}``."""
    return {"rentals": work.db.every(inbox.RENTALS, (limit,)), "hosts": work.db.every(inbox.HOSTS, (limit,))}


def conversation(work: UnitOfWork, conversation_id: int, limit: int, skip: int, uploads: str) -> Row:
    """Return a conversation with its participants and at most ``limit`` of its latest messages, each with its relay state.

    ``relay`` holds the message's ``state``: ``seen`` by the guest (``at``, and ``as`` if the words differ from the present
    ones), ``on_its_way`` (``due_at``), or ``kept``, and ``why``. ``notified`` names the hosts who were. Files have their addresses
    under ``uploads``.

    Raises:
        NotFound: there is no such conversation.
    """
    found = work.db.one(inbox.CONVERSATION, (conversation_id,))
    if found is None:
        raise NotFound
    participants = work.db.every(inbox.PARTICIPANTS, (conversation_id,))
    named = {row["id"]: row for row in participants}
    rows = work.db.every(inbox.MESSAGES, (conversation_id, limit, skip))[::-1]
    events = _relay_events(work, rows)
    messages = [_message(row, found, named[row["sender_id"]], events.get(row["id"], {}), uploads) for row in rows]
    total = work.db.one("SELECT count(*) AS n FROM messages WHERE conversation_id = ?", (conversation_id,))
    return {
        "conversation": {name: value for name, value in found.items() if name != "relay_seconds"},
        "bookings": work.db.every(inbox.BOOKINGS, (conversation_id,)),
        "participants": participants,
        "total": total and total["n"],
        "messages": messages,
    }


def _waiting(row: Row, opening: dict[object, object], owning: list[str]) -> Row:
    if row["conversation_id"] is not None:
        return {"waiting": None, "opens_at": None}
    if row["channel"] not in owning:
        return {"waiting": "nobody", "opens_at": None}
    opens_at = None if row["canceled_at"] else opening.get(row["booking_id"])
    return {"waiting": "never" if opens_at is None else "opens", "opens_at": opens_at}


def _relay_events(work: UnitOfWork, rows: list[Row]) -> dict[object, Row]:
    """Return the timeline's facts about messages. They are in the order of posting, so reading the end is enough."""
    found: dict[object, Row] = {row["id"]: {} for row in rows}
    if not rows:
        return found
    first = rows[0]["id"]
    for kind, due_at, happened, text in work.db.execute(inbox.TOLD, RELAY_EVENTS):
        about = orjson.loads(text)
        if about["message_id"] < first:
            break
        if about["message_id"] in found:
            found[about["message_id"]][kind] = about | {"due_at": due_at, "happened": happened}
    return found


def _message(row: Row, conversation: Row, sender: Row, told: Row, uploads: str) -> Row:
    notified: Row = told.get(relay.NOTIFIED, {})
    shown = {name: value for name, value in row.items() if not name.startswith("on_channel")}
    shown["attachments"] = relay.attached(row["attachments"], uploads)
    return shown | {
        "sender": {name: sender[name] for name in ("id", "member_type", "member_id", "name")},
        "relay": _relay(row, conversation, sender, told.get(relay.RELAYED)),
        "notified": notified.get("host_ids", []),
    }


def _relay(row: Row, conversation: Row, sender: Row, event: object) -> Row:
    if row["on_channel_at"] is not None:
        return {"state": "seen", "at": row["on_channel_at"], "as": row["on_channel_as"]}
    told: Row = event if isinstance(event, dict) else {}
    if told and not told["happened"]:
        if conversation["relay_fails"]:
            return {"state": "kept", "why": f"{conversation['channel']} fails to relay it"}
        return {"state": "on_its_way", "due_at": told["due_at"]}
    hindrance = relay.hindrance(conversation, sender, row)
    why = None if hindrance is None else hindrance.detail
    if why is None and (told or conversation["relay_fails"]):
        why = f"{conversation['channel']} failed to relay it"
    return {"state": "kept", "why": why or "it was not for the guest when it was posted, and edits are not relayed"}
