"""What a timeline can hold besides what channels do: people's actions, each with the records that it is about."""

from collections.abc import Callable

from mock_server.domain.errors import Invalid, invalid
from mock_server.services import actors, bookings, conversations
from mock_server.services.events import emit
from mock_server.services.work import Actor, Work
from mock_server.store.database import Row, update

FLAGS = ("closed", "marked_as_spam")


def conversation_of(work: Work, about: Row) -> Row:
    """Return the conversation that is meant: by ``conversation_id``, or the channel's one of ``booking_id``.

    Raises:
        Invalid: the booking has none, or none yet.

    """
    if about.get("conversation_id") is not None:
        return work.get("conversations", about["conversation_id"], None)
    found = conversations.channel_conversation(work, about["booking_id"])
    if found is None:
        raise Invalid(invalid("booking_id", "a booking whose channel has opened the conversation by then"))
    return found


def _guest_writes(work: Work, about: Row) -> None:
    about["message_id"] = actors.write_as_guest(work, conversation_of(work, about)["id"], str(about["content"]), **_attached(about))


def _staff_writes(work: Work, about: Row) -> None:
    channel = about.get("channel", actors.NOT_SAID)
    internal = bool(about.get("internal", False))
    conversation_id = conversation_of(work, about)["id"]
    about["message_id"] = actors.write_as_host(
        work, conversation_id, _host(about), str(about["content"]), internal=internal, channel=channel, **_attached(about)
    )


def _host_writes_on_channel(work: Work, about: Row) -> None:
    conversation_id = conversation_of(work, about)["id"]
    about["message_id"] = actors.write_on_channel_as_host(work, conversation_id, _host(about), str(about["content"]), **_attached(about))


def _guest_cancels(work: Work, about: Row) -> None:
    booking = work.get("bookings", about["booking_id"], None)
    actor = Actor(int(str(booking["account_id"])), conversations.application_of(work, str(booking["channel"])))
    bookings.cancel_booking(work, actor, int(str(booking["id"])), {"cancelation_reason": "canceled_by_traveller"}, owned_only=False)


def _channel_opens(work: Work, about: Row) -> None:
    if conversations.channel_conversation(work, about["booking_id"]) is not None:
        raise Invalid(invalid("booking_id", "a booking that still waits for its conversation"))
    if work.get("bookings", about["booking_id"], None)["canceled_at"] is not None:
        raise Invalid(invalid("booking_id", "a booking that is not cancelled"))
    conversations.open_by_channel(work, about)


def _channel_adds_host(work: Work, about: Row) -> None:
    about["participant_id"] = actors.join_from_channel(work, conversation_of(work, about)["id"], _host(about))


def _staff_changes(work: Work, about: Row) -> None:
    conversation = conversation_of(work, about)
    written = {name: about[name] for name in FLAGS if name in about}
    if "assignee_id" in about:
        written["assignee_id"] = about["assignee_id"]
    conversations.edit_conversation(work, Actor(int(str(conversation["account_id"]))), int(str(conversation["id"])), written)


def _guest_forgotten(work: Work, about: Row) -> None:
    """Anonymise a client who asked to be forgotten."""
    client = work.get("clients", about["client_id"], None)
    nobody: Row = {"fullname": "Anonymized", "emails": "[]", "phones": "[]", "addresses": "[]", "notes": None, "passport": None}
    nobody |= {"firstname": None, "lastname": None, "company": "", "vat_number": "", "forget_me_at": work.now, "updated_at": work.now}
    update(work.db, "clients", client["id"], nobody)
    emit(work, "client_updated", client["id"], client["account_id"])


def _application_uninstalled(work: Work, about: Row) -> None:
    """Uninstall an application from an account: its tokens there are revoked."""
    pair = (about["application_id"], about["account_id"])
    emit(work, "accounts_application_destroyed", about["account_id"], about["account_id"])
    work.db.execute("UPDATE installations SET uninstalled_at = ? WHERE application_id = ? AND account_id = ?", (work.now, *pair))
    revoke = "UPDATE tokens SET revoked_at = ? WHERE application_id = ? AND account_id = ? AND revoked_at IS NULL"
    work.db.execute(revoke, (work.now, *pair))


def _host(about: Row) -> int | None:
    return None if about.get("host_id") is None else int(str(about["host_id"]))


def _attached(about: Row) -> Row:
    return {"attachment_ids": about["attachment_ids"]} if about.get("attachment_ids") else {}


ACTIONS: dict[str, Callable[[Work, Row], None]] = {
    "guest_writes": _guest_writes,
    "guest_cancels": _guest_cancels,
    "guest_forgotten": _guest_forgotten,
    "staff_writes": _staff_writes,
    "staff_changes": _staff_changes,
    "host_writes_on_channel": _host_writes_on_channel,
    "channel_opens": _channel_opens,
    "channel_adds_host": _channel_adds_host,
    "application_uninstalled": _application_uninstalled,
}
