"""Actions as the guest, the channel, staff, and the host in the channel's own app."""

from dataclasses import replace
from datetime import timedelta

import orjson

from inbox_mock.admin.operation import JSON, NUMBER, NUMBER_OR_NULL, PAGED, TEXT, TIMESTAMP, AdminCall, of_the_api, operation
from inbox_mock.admin.tokens import ID
from inbox_mock.api.openapi_schemas import list_of, or_null, record
from inbox_mock.channels import policies
from inbox_mock.domain import times
from inbox_mock.domain.enumerations import CHANNELS
from inbox_mock.domain.errors import Invalid, NotFound, invalid
from inbox_mock.engine import durations
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.serialization import RenderContext, reader
from inbox_mock.resources.validation import check
from inbox_mock.services import relay
from inbox_mock.services.attachments import create_attachment
from inbox_mock.simulation.actions import actions
from inbox_mock.simulation.bookings import DELAY, TIME, Arguments, channel_conversation, forget_opening, parse_booking
from inbox_mock.simulation.bookings import book as book_for_guest
from inbox_mock.store import records
from inbox_mock.store.database import Row
from inbox_mock.store.rows import BookingRow, ConversationRow, RentalRow

SOMEBODY = "Clementina Kling"
WRITERS = {"guest": "guest_writes", "staff": "staff_writes", "host": "host_writes_on_channel"}
SAME = ("conversation_delay", "host_participant", "client_participants")
"""What the body of a booking and a scenario's booking have in common."""
BOOKED = record({"booking": of_the_api("bookings")}, "Booked")
CONVERSATION = of_the_api("conversations")
MESSAGE = of_the_api("messages")
ATTACHED = record(
    {
        **dict.fromkeys(("id", "file_size"), NUMBER),
        **dict.fromkeys(("name", "url", "file_content_type"), TEXT),
        **dict.fromkeys(("image_width", "image_height"), NUMBER_OR_NULL),
    },
    "ShownAttachment",
)
SEEN = record(
    {"from": {"enum": ["guest", "host"]}, "content": TEXT, "at": TIMESTAMP, "message_id": NUMBER, "attachments": list_of(ATTACHED)},
    "SeenMessage",
)


class _BodyArguments(Arguments):
    """Resolves the arguments of an action in a request's body."""

    def refer(self, noun: str, reference: object, key: str) -> int:
        """Return the id of a rental; these bodies name no other records."""
        if noun != "rentals":
            raise LookupError(noun)
        try:
            return self.work.db.get(RentalRow, reference)["id"]
        except NotFound:
            raise self.error(f"{key}_id", repr(reference), "the id of a rental of this sandbox") from None

    def error(self, key: str, found: str, expected: str) -> Invalid:
        """Return an error about a property of the body."""
        del found
        return Invalid(invalid(key, expected))


@operation(
    "POST",
    "/sandboxes/<id>/bookings",
    status=201,
    body={
        "channel": {"type": "string", "description": "the name of a channel; airbnb, if left out"},
        "rental_id": {**ID, "description": "the id of a rental of this sandbox"},
        "guest": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"fullname": {"type": "string", "minLength": 1, "maxLength": 150}, "email": TEXT, "phone": TEXT},
            "description": "an object: fullname, email, phone",
        },
        "start_at": {"type": "string", "description": TIME},
        "end_at": {"type": "string", "description": TIME},
        "conversation_delay": {**durations.SCHEMA, "description": DELAY},
        "host_participant": {"type": "boolean", "description": "true or false: whether the channel adds a host"},
        "client_participants": {
            "type": "integer",
            "minimum": 1,
            "maximum": 20,
            "description": "how many travellers take part, from 1 to 20",
        },
    },
    answer=BOOKED,
)
def book(call: AdminCall) -> JSON:
    """Book as a guest."""
    with call.work() as work:
        arguments = _BodyArguments(work, work.instant)
        about = parse_booking(arguments, _booking(work, call.body), encode=lambda found: orjson.dumps(found).decode())
        policy = policies()[about["channel"]]
        if "delay_seconds" in about and not policy.owns_conversations:
            raise Invalid(invalid("conversation_delay", f"nothing, for {policy.name} opens no conversation"))
        return {"booking": api_record(work, "bookings", book_for_guest(work, about), call.origin)}


@operation("POST", "/sandboxes/<id>/bookings/<record_id>/cancel", answer=BOOKED)
def cancel(call: AdminCall) -> JSON:
    """Cancel as the guest."""
    with call.work() as work:
        actions()["guest_cancels"](work, {"booking_id": call.record_id})
        return {"booking": api_record(work, "bookings", call.record_id, call.origin)}


@operation(
    "POST",
    "/sandboxes/<id>/bookings/<record_id>/conversation",
    body={"never": {"type": "boolean", "description": "true for never"}},
    answer=record({"conversation": or_null(CONVERSATION)}, "OpenedConversation"),
)
def open_conversation(call: AdminCall) -> JSON:
    """Open the conversation as the channel does, now, or never."""
    with call.work() as work:
        booking = work.db.get(BookingRow, call.record_id)
        if call.body.get("never"):
            if channel_conversation(work, booking["id"]) is not None:
                raise Invalid(invalid("never", "a booking whose conversation is not open yet"))
            forget_opening(work, booking["id"])
            return {"conversation": None}
        opens = actions()["channel_opens"]
        about: Row = {"booking_id": booking["id"]}
        about |= opens(work, about)
        forget_opening(work, booking["id"])
        work.happen(opens.name, **about)
        return {"conversation": api_record(work, "conversations", about["conversation_id"], call.origin)}


@operation(
    "POST",
    "/sandboxes/<id>/conversations/<record_id>/messages",
    status=201,
    body={
        "from": {"enum": list(WRITERS), "description": f"one of {', '.join(WRITERS)}; guest, if left out"},
        "content": {"type": "string", "minLength": 1, "description": "a text that is not blank"},
        "attachments": {"type": "array", "items": ID, "description": "ids of attachments"},
        "files": {
            "type": "array",
            "maxItems": 20,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["file"],
                "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 255}, "file": {"type": "string"}},
            },
            "description": "at most 20 files that are uploaded and attached: each an object with `file`, its bytes in Base64, and `name`",
        },
        "host_id": {**ID, "description": "the host who speaks; the first one of the conversation, if left out"},
        "internal": {"type": "boolean", "description": "true for a note among hosts (staff only)"},
        "channel": {
            "enum": [*CHANNELS, None],
            "description": f"one of {', '.join(CHANNELS)}, or null (staff only); the default channel, if left out",
        },
    },
    answer=record({"message": MESSAGE, "why": {**list_of(TEXT), "description": "why it does not reach the guest"}}, "Written"),
)
def write(call: AdminCall) -> JSON:
    """Write as the guest, as staff in the Smily app, or as the host in the channel's own app."""
    body = call.body
    about: Row = {"conversation_id": call.record_id, "content": body.get("content", "")}
    if not str(about["content"]).strip():
        raise Invalid(invalid("content", "a text that is not blank"))
    about |= {name: body[name] for name in ("host_id", "internal", "channel") if name in body}
    with call.work() as work:
        conversation = work.db.get(ConversationRow, call.record_id)
        about["attachment_ids"] = [*body.get("attachments", []), *_uploaded(work, conversation, body.get("files", []))]
        written = actions()[WRITERS[str(body.get("from", "guest"))]](work, about)
        return {
            "message": api_record(work, "messages", written["message_id"], call.origin),
            "why": [reason.text for reason in work.reasons],
        }


@operation(
    "POST",
    "/sandboxes/<id>/conversations/<record_id>/participants",
    status=201,
    body={"host_id": {**ID, "description": "the id of a host"}},
    answer=record({"participant": of_the_api("participants")}, "AddedHost"),
)
def add_host(call: AdminCall) -> JSON:
    """Add a host as the channel does."""
    about: Row = {"conversation_id": call.record_id, "host_id": call.body.get("host_id")}
    with call.work() as work:
        added = actions()["channel_adds_host"](work, about)
        return {"participant": api_record(work, "participants", added["participant_id"], call.origin)}


@operation(
    "PATCH",
    "/sandboxes/<id>/conversations/<record_id>",
    body={
        "closed": {"type": "boolean", "description": "true or false"},
        "marked_as_spam": {"type": "boolean", "description": "true or false"},
        "assignee_id": {**ID, "type": ["integer", "null"], "description": "the id of a host"},
        "relay_fails": {"type": "boolean", "description": "true while the channel is to fail to relay what hosts write"},
    },
    answer=record({"conversation": CONVERSATION}, "ChangedConversation"),
)
def change_conversation(call: AdminCall) -> JSON:
    """Assign, close, reopen, or mark a conversation as spam, as staff do; or make its channel fail to relay."""
    about: Row = {"conversation_id": call.record_id, **call.body}
    fails = about.pop("relay_fails", None)
    with call.work() as work:
        if fails is not None:
            actions()["relay_fails"](work, {"conversation_id": call.record_id, "fails": fails})
        if fails is None or len(call.body) > 1:
            actions()["staff_changes"](work, about)
        return {"conversation": api_record(work, "conversations", call.record_id, call.origin)}


@operation(
    "GET",
    "/sandboxes/<id>/conversations/<record_id>/thread",
    query=PAGED,
    answer=record({"messages": list_of(SEEN)}, "Thread"),
)
def get_thread(call: AdminCall) -> JSON:
    """See what the guest sees on the channel."""
    with call.in_sandbox.work() as work:
        if work.db.get(ConversationRow, call.record_id)["channel"] is None:
            raise NotFound
        return {"messages": relay.thread(work, call.record_id, *call.page, call.uploads)}


def api_record(work: UnitOfWork, plural: str, record_id: object, origin: str) -> JSON:
    """Return a record as the API shows it to a token with every scope."""
    resource = RESOURCES[plural]
    rows = records.read(work.db, resource.view, [int(str(record_id))])
    record = reader(resource, rows.columns)(rows.rows[0], RenderContext(f"{origin}/uploads/{work.sandbox_id}"))
    found: JSON = orjson.loads(orjson.dumps(record))
    return found


def _uploaded(work: UnitOfWork, conversation: ConversationRow, files: list[JSON]) -> list[int]:
    """Store files as a client uploads them, and return the ids of the attachments.

    Raises:
        Invalid: a file cannot be kept; the field is that of the file at its place in the list, such as ``files.2.file``.
    """
    actor, ids = Actor(conversation["account_id"]), list[int]()
    for number, file in enumerate(files):
        try:
            ids.append(create_attachment(work, actor, check(RESOURCES["attachments"], file, None, work.settings.assume)))
        except Invalid as refusal:
            raise Invalid(*(replace(problem, field=f"files.{number}.{problem.field}") for problem in refusal.problems)) from None
    return ids


def _booking(work: UnitOfWork, body: JSON) -> Row:
    """Return a body as a scenario's booking, with defaults: a stay in 30 days, for a week, in the first rental."""
    guest: JSON = body.get("guest", {})
    given: Row = {"channel": body.get("channel", "airbnb"), "guest": {"fullname": SOMEBODY, **guest}}
    given["rental"] = body["rental_id"] if "rental_id" in body else work.db.value("SELECT min(id) FROM rentals")
    timezone = work.db.value("SELECT timezone FROM rentals WHERE id = ?", (given["rental"],), str) or "UTC"
    given["start_at"] = body.get("start_at", times.wire(work.instant + timedelta(days=30))[:10])
    given["end_at"] = body.get("end_at")
    if given["end_at"] is None:
        try:
            start_at = times.on_rentals_clock(given["start_at"], timezone)
            given["end_at"] = times.wire(times.parse(start_at) + timedelta(days=7))[:10]
        except (ValueError, OverflowError):
            raise Invalid(invalid("start_at", TIME)) from None
    return given | {name: body[name] for name in SAME if name in body}
