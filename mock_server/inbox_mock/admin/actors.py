"""Acting as the guest, the channel, staff, and the host in the channel's own app."""

from datetime import timedelta

import orjson

from inbox_mock.admin.operation import JSON, AdminCall, AdminOperation
from inbox_mock.admin.sandboxes import ID, TEXT
from inbox_mock.channels import policies
from inbox_mock.domain import times
from inbox_mock.domain.enumerations import CHANNELS
from inbox_mock.domain.errors import Invalid, NotFound, invalid
from inbox_mock.engine import durations
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.resources.registry import RESOURCES
from inbox_mock.resources.serialization import RenderContext, reader
from inbox_mock.services import people, relay
from inbox_mock.simulation import actions, channels
from inbox_mock.simulation.channels import application_of, channel_conversation, forget_opening
from inbox_mock.store import records
from inbox_mock.store.database import Row
from inbox_mock.store.records import Selection
from inbox_mock.store.rows import BookingRow, ConversationRow, RentalRow

RECORD: JSON = {"type": "object"}
TIME = "a time as the API takes it, or a date"
WRITERS = {"guest": "guest_writes", "staff": "staff_writes", "host": "host_writes_on_channel"}


def book(call: AdminCall) -> JSON:
    """Let a guest book."""
    body = call.body
    with call.in_sandbox.work() as work:
        channel = str(body.get("channel", "airbnb"))
        if channel not in policies():
            raise Invalid(invalid("channel", f"one of {', '.join(policies())}"))
        rental = _rental(work, body.get("rental_id"))
        account_id = rental["account_id"]
        guest: JSON = body.get("guest", {"fullname": "Clementina Kling"})
        delay, never = _delay(body.get("conversation_delay"))
        if delay is not None and not policies()[channel].owns_conversations:
            raise Invalid(invalid("conversation_delay", f"nothing, for {channel} opens no conversation"))
        row = _stay(work, rental, body)
        row["client_id"] = people.create_client(work, Actor(account_id, application_of(work, channel)), _contacts(guest))
        wishes: Row = {"never": never, "clients": body.get("client_participants", 1)}
        if "host_participant" in body:
            wishes["hosts"] = body["host_participant"]
        booking_id = channels.book(work, account_id, rental, channel, row, delay, **wishes)
        return {"booking": shown(work, "bookings", booking_id, call.origin)}


def cancel(call: AdminCall) -> JSON:
    """Let the guest cancel."""
    with call.in_sandbox.work() as work:
        actions.ACTIONS["guest_cancels"](work, {"booking_id": call.record_id})
        return {"booking": shown(work, "bookings", call.record_id, call.origin)}


def open_conversation(call: AdminCall) -> JSON:
    """Let the channel open a booking's conversation now, or never."""
    with call.in_sandbox.work() as work:
        booking = work.db.get(BookingRow, call.record_id)
        if call.body.get("never"):
            if channel_conversation(work, booking["id"]) is not None:
                raise Invalid(invalid("never", "a booking whose conversation is not open yet"))
            forget_opening(work, booking["id"])
            return {"conversation": None}
        about: Row = {"booking_id": booking["id"]}
        actions.ACTIONS["channel_opens"](work, about)
        forget_opening(work, booking["id"])
        work.happen("channel_opens", **about)
        return {"conversation": shown(work, "conversations", about["conversation_id"], call.origin)}


def write(call: AdminCall) -> JSON:
    """Let somebody write into a conversation."""
    body = call.body
    about: Row = {"conversation_id": call.record_id, "content": body.get("content", "")}
    if not str(about["content"]).strip():
        raise Invalid(invalid("content", "a text that is not blank"))
    about |= {name: body[name] for name in ("host_id", "internal", "channel") if name in body}
    about["attachment_ids"] = body.get("attachments", [])
    with call.in_sandbox.work() as work:
        work.db.get(ConversationRow, call.record_id)
        actions.ACTIONS[WRITERS[str(body.get("from", "guest"))]](work, about)
        return {"message": shown(work, "messages", about["message_id"], call.origin), "why": [reason.text for reason in work.reasons]}


def add_host(call: AdminCall) -> JSON:
    """Let the channel add a host to a conversation."""
    about: Row = {"conversation_id": call.record_id, "host_id": call.body.get("host_id")}
    with call.in_sandbox.work() as work:
        actions.ACTIONS["channel_adds_host"](work, about)
        return {"participant": shown(work, "participants", about["participant_id"], call.origin)}


def change(call: AdminCall) -> JSON:
    """Let staff assign, close, reopen, or mark a conversation as spam; or let its channel fail to relay."""
    about: Row = {"conversation_id": call.record_id, **call.body}
    fails = about.pop("relay_fails", None)
    with call.in_sandbox.work() as work:
        if fails is not None:
            actions.ACTIONS["relay_fails"](work, {"conversation_id": call.record_id, "fails": fails})
        if fails is None or len(call.body) > 1:
            actions.ACTIONS["staff_changes"](work, about)
        return {"conversation": shown(work, "conversations", call.record_id, call.origin)}


def show_thread(call: AdminCall) -> JSON:
    """Answer what the guest sees on the channel."""
    limit, skip = call.number("limit", 10**15), call.number("skip", 0)
    with call.in_sandbox.work() as work:
        if work.db.get(ConversationRow, call.record_id)["channel"] is None:
            raise NotFound
        return {"messages": relay.thread(work, call.record_id, limit, skip)}


def shown(work: UnitOfWork, plural: str, record_id: object, origin: str) -> JSON:
    """Return a record as the API shows it to a token with every scope."""
    resource = RESOURCES[plural]
    rows = records.read(work.db, resource.view, [int(str(record_id))])
    record = reader(resource, rows.columns)(rows.rows[0], RenderContext(f"{origin}/uploads/{work.sandbox_id}"))
    found: JSON = orjson.loads(orjson.dumps(record))
    return found


def _rental(work: UnitOfWork, rental_id: object) -> RentalRow:
    if rental_id is None:
        rental_id = next(iter(records.ids(work.db, Selection("rentals"), limit=1)), None)
    try:
        return work.db.get(RentalRow, rental_id)
    except NotFound:
        raise Invalid(invalid("rental_id", "the id of a rental of this sandbox")) from None


def _delay(given: object) -> tuple[timedelta | None, bool]:
    if given is None or given == "never":
        return None, given == "never"
    try:
        return durations.parse(str(given)), False
    except ValueError:
        raise Invalid(invalid("conversation_delay", f"{durations.EXPECTED}, or never")) from None


def _stay(work: UnitOfWork, rental: RentalRow, body: JSON) -> Row:
    """Return when the stay begins and ends: a week in a month's time, or from its beginning, unless it is said."""
    stay: Row = {}
    usual = work.instant + timedelta(days=30)
    for key, hour in (("start_at", rental["checkin_time"]), ("end_at", rental["checkout_time"])):
        text = str(body.get(key, times.wire(usual)[:10]))
        try:
            moment = times.parse(text)
            usual = moment + timedelta(days=7)
        except (ValueError, OverflowError):
            raise Invalid(invalid(key, TIME)) from None
        stay[key] = f"{times.wire(moment)[:10]}T{hour:02}:00:00Z" if len(text) == len("2030-06-01") else times.wire(moment)
    return stay


def _contacts(guest: JSON) -> Row:
    given: Row = {"fullname": guest.get("fullname", "Clementina Kling")}
    if "email" in guest:
        given["emails"] = orjson.dumps([{"label": "default", "email": guest["email"]}]).decode()
    if "phone" in guest:
        given["phones"] = orjson.dumps([{"label": "default", "number": guest["phone"]}]).decode()
    return given


def _operation(method: str, rule: str, name: str, summary: str, run: object, **more: object) -> AdminOperation:
    declared: JSON = {"refusals": (404, 422), "answer": RECORD, "run": run, **more}
    return AdminOperation(method=method, rule=f"/sandboxes/<id>{rule}", name=name, summary=summary, **declared)


OPERATIONS = (
    _operation(
        "POST",
        "/bookings",
        "book",
        "Let a guest book",
        book,
        status=201,
        body={
            "channel": {"type": "string", "description": "the name of a channel; airbnb, if left out"},
            "rental_id": {**ID, "description": "the id of a rental of this sandbox"},
            "guest": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"fullname": {"type": "string", "minLength": 1, "maxLength": 150}, "email": TEXT, "phone": TEXT},
                "description": "fullname, email, phone",
            },
            "start_at": {"type": "string", "description": TIME},
            "end_at": {"type": "string", "description": TIME},
            "conversation_delay": {"type": "string", "description": f"{durations.EXPECTED}, or never"},
            "host_participant": {"type": "boolean", "description": "whether the channel adds a host"},
            "client_participants": {
                "type": "integer",
                "minimum": 1,
                "maximum": 20,
                "description": "how many travellers take part, from 1 to 20",
            },
        },
    ),
    _operation("POST", "/bookings/<record_id>/cancel", "cancel", "Let the guest cancel", cancel),
    _operation(
        "POST",
        "/bookings/<record_id>/conversation",
        "open_conversation",
        "Let the channel open the conversation now, or never",
        open_conversation,
        body={"never": {"type": "boolean", "description": "true for never"}},
    ),
    _operation(
        "POST",
        "/conversations/<record_id>/messages",
        "write",
        "Write as the guest, as staff in the Smily app, or as the host in the channel's own app",
        write,
        status=201,
        body={
            "from": {"enum": list(WRITERS), "description": f"one of {', '.join(WRITERS)}; guest, if left out"},
            "content": {"type": "string", "minLength": 1, "description": "a text that is not blank"},
            "attachments": {"type": "array", "items": ID, "description": "ids of attachments"},
            "host_id": {**ID, "description": "the host who speaks; the first one of the conversation, if left out"},
            "internal": {"type": "boolean", "description": "true for a note among hosts (staff only)"},
            "channel": {
                "enum": [*CHANNELS, None],
                "description": f"one of {', '.join(CHANNELS)}, or null (staff only); the default channel, if left out",
            },
        },
    ),
    _operation(
        "POST",
        "/conversations/<record_id>/participants",
        "add_host",
        "Let the channel add a host",
        add_host,
        status=201,
        body={"host_id": {**ID, "description": "the id of a host"}},
    ),
    _operation(
        "PATCH",
        "/conversations/<record_id>",
        "change_conversation",
        "Let staff assign, close, reopen, or mark a conversation as spam; or let its channel fail to relay",
        change,
        body={
            "closed": {"type": "boolean", "description": "true or false"},
            "marked_as_spam": {"type": "boolean", "description": "true or false"},
            "assignee_id": {**ID, "type": ["integer", "null"], "description": "the id of a host"},
            "relay_fails": {"type": "boolean", "description": "true while the channel is to fail to relay what hosts write"},
        },
    ),
    _operation(
        "GET",
        "/conversations/<record_id>/thread",
        "get_thread",
        "See what the guest sees on the channel",
        show_thread,
        query={"limit": "So many of the latest; all, if left out.", "skip": "Leave out so many of the latest."},
    ),
)
