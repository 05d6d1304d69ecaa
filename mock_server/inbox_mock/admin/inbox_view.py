"""Reading a sandbox for the dashboard: changes, inbox, messages, directory and catalogue. None of it is journaled."""

from collections.abc import Mapping

from inbox_mock.admin.actors import ATTACHED, MESSAGE, api_record
from inbox_mock.admin.operation import (
    ANY_OBJECT,
    FLAG,
    JSON,
    NUMBER,
    NUMBER_OR_NULL,
    OR_NULL,
    TEXT,
    TIMESTAMP,
    TIMESTAMP_OR_NULL,
    AdminCall,
    operation,
)
from inbox_mock.admin.sandbox_shown import CLOCK
from inbox_mock.admin.sentences import record_sentence
from inbox_mock.api.openapi_schemas import list_of, or_null, record
from inbox_mock.channels import policies
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.faults.declaration import WebhookFault
from inbox_mock.faults.kinds import kinds
from inbox_mock.scenarios.loading import shipped
from inbox_mock.services import inbox
from inbox_mock.simulation.actions import actions
from inbox_mock.store import journal
from inbox_mock.store.inbox import WRITTEN
from inbox_mock.store.rows import MessageRow
from inbox_mock.webhooks.event_types import event_types

PATIENCE_SECONDS = 25
MOST = 200
SHOWS = ("all", "open", "closed")
PAGED = {"limit": f"So many, from 0 to {MOST}; 50, if left out.", "skip": "Leave out so many."}
OF_A_STAY: Mapping[str, JSON] = dict.fromkeys(("start_at", "end_at", "canceled_at"), TIMESTAMP_OR_NULL)
OF_AN_INBOX: Mapping[str, JSON] = dict.fromkeys(("deadline_response_at", "closed_at", "marked_as_spam_at"), TIMESTAMP_OR_NULL)
INBOX = record(
    {
        **dict.fromkeys(("conversation_id", "booking_id"), NUMBER_OR_NULL),
        "at": {**TIMESTAMP, "description": "the latest activity"},
        **dict.fromkeys(("channel", "subject", "rental", "guest", "said", "said_by", "said_to"), OR_NULL),
        **OF_AN_INBOX,
        **OF_A_STAY,
        "waiting": {"enum": ["opens", "never", "nobody", None], "description": "who opens the conversation that is not there yet"},
        "opens_at": TIMESTAMP_OR_NULL,
    },
    "InboxEntry",
)
OF_A_PARTICIPANT: Mapping[str, JSON] = {"id": NUMBER, "member_type": {"enum": ["Client", "Host"]}, "member_id": NUMBER, "name": OR_NULL}
RELAY = record(
    {
        "state": {"enum": ["seen", "on_its_way", "kept"]},
        **dict.fromkeys(("at", "due_at"), TIMESTAMP),
        "as": {**OR_NULL, "description": "the words that the guest saw, if they differ from the present ones"},
        "why": TEXT,
    },
    "RelayState",
    optional=("at", "due_at", "as", "why"),
)
SHOWN_MESSAGE = record(
    {
        **dict.fromkeys(("id", "sender_id"), NUMBER),
        "content": {**TEXT, "description": "at most its first 4,000 characters"},
        "length": NUMBER,
        **dict.fromkeys(("origin", "visibility"), TEXT),
        **dict.fromkeys(("channel", "created_by"), OR_NULL),
        **dict.fromkeys(("sent_at", "created_at", "updated_at"), TIMESTAMP),
        "attachments": list_of(ATTACHED),
        "sender": record(OF_A_PARTICIPANT, "ShownSender"),
        "relay": RELAY,
        "notified": {**list_of(NUMBER), "description": "ids of the hosts who were notified"},
    },
    "ShownMessage",
)
SHOWN = record(
    {
        "conversation": record(
            {
                **dict.fromkeys(("id", "account_id"), NUMBER),
                **dict.fromkeys(("channel", "default_channel", "subject", "created_by"), OR_NULL),
                "assignee_id": NUMBER_OR_NULL,
                **OF_AN_INBOX,
                "last_message_at": TIMESTAMP_OR_NULL,
                "created_at": TIMESTAMP,
                "relay_fails": {**NUMBER, "description": "1 while its channel fails to relay"},
            },
            "ShownConversation",
        ),
        "bookings": list_of(record({"id": NUMBER, "channel": OR_NULL, "status": TEXT, **OF_A_STAY, "rental": OR_NULL}, "ShownBooking")),
        "participants": list_of(record({**OF_A_PARTICIPANT, "by_channel": NUMBER, "read_at": TIMESTAMP_OR_NULL}, "ShownParticipant")),
        "total": {**NUMBER, "description": "how many messages there are"},
        "messages": list_of(SHOWN_MESSAGE),
    },
    "InboxConversation",
)
OF_A_RECORD: Mapping[str, JSON] = {
    "kind": {"enum": ["booking", "message"]},
    "id": NUMBER,
    "at": {**TIMESTAMP, "description": "when it was made"},
    "by": {"enum": ["guest", "host", "application"], "description": "application: the client's"},
    "booking_id": {**NUMBER_OR_NULL, "description": "of a booking"},
    "conversation_id": {**NUMBER_OR_NULL, "description": "where it is seen; null for a booking that has no conversation"},
}
WRITTEN_RECORD = record({**OF_A_RECORD, "says": {**TEXT, "description": "what it is, in words"}}, "WrittenRecord")
NAMED = record({"id": NUMBER, "account_id": NUMBER, "name": TEXT}, "Named")
CATALOGUE = record(
    {
        "scenarios": list_of(record({"name": TEXT, "description": TEXT}, "ShippedScenario")),
        "channels": list_of(
            record(
                {
                    **dict.fromkeys(("name", "title"), TEXT),
                    "colour": record({"light": TEXT, "dark": TEXT}, "Colour"),
                    "opens_conversations": FLAG,
                    "application": or_null(record({"id": NUMBER, "name": TEXT}, "ChannelApplication")),
                    **dict.fromkeys(("default_channel", "origin"), OR_NULL),
                },
                "Channel",
            )
        ),
        "faults": list_of(
            record(
                {
                    "kind": TEXT,
                    "strikes": {"enum": ["requests", "webhooks"]},
                    "says": TEXT,
                    "lasts": OR_NULL,
                    "options": {**ANY_OBJECT, "description": "JSON Schemas by name"},
                },
                "FaultKind",
            )
        ),
        "exports": list_of(record({"name": TEXT, "says": TEXT, "ending": TEXT}, "ExportFormat")),
        "events": list_of(TEXT),
        "actions": list_of(
            record(
                {
                    "name": TEXT,
                    "subject": TEXT,
                    "operation": {**OR_NULL, "description": "the operation of this API that does the same"},
                    "arguments": {**ANY_OBJECT, "description": "JSON Schemas by name"},
                },
                "TimelineAction",
            )
        ),
        "event_types": list_of(record({"name": TEXT, "says": TEXT, "resource": TEXT, "scopes": list_of(TEXT)}, "EventType")),
    },
    "Catalogue",
)


@operation(
    "GET",
    "/sandboxes/<id>/changes",
    query={
        "version": "The `version` of the answer before.",
        "wait": "1 waits up to 25 seconds for another version; `waited` is false where too many wait already.",
    },
    answer=record(
        {
            "version": NUMBER,
            "life": {**NUMBER, "description": "how often it was reset, restored or rewound"},
            "journal": {**NUMBER, "description": "the id of the latest journal entry, 0 if there is none"},
            "clock": CLOCK,
            "name": OR_NULL,
            "waited": FLAG,
        },
        "Changes",
    ),
)
def get_changes(call: AdminCall) -> JSON:
    """Get the version of the sandbox, which changes with everything in it."""
    known, waited, sandbox = call.number("version", 0), False, call.in_sandbox
    if call.query.get("wait") == "1":
        waited = call.factory.sandboxes.wait(sandbox, PATIENCE_SECONDS, lambda: sandbox.version != known)
    version = sandbox.version  # read first: later changes are seen by the next request
    with sandbox.work() as work:
        clock: JSON = {"now": work.now, "mode": work.clock.mode, "rate": work.clock.rate}
        newest = journal.next_id(work.db) - 1
    name = sandbox.storage.label.name
    return {"version": version, "life": sandbox.generation, "journal": newest, "clock": clock, "name": name, "waited": waited}


@operation(
    "GET",
    "/sandboxes/<id>/inbox",
    query={
        "show": f"One of {', '.join(SHOWS)}.",
        "search": "Part of a guest's or a rental's name, or the id of a booking.",
        "booking_id": "What concerns this booking only.",
        **PAGED,
    },
    answer=record({"total": NUMBER, "conversations": list_of(INBOX)}, "Inbox"),
)
def get_inbox(call: AdminCall) -> JSON:
    """List the conversations, and the bookings without one."""
    show = call.query.get("show", "all")
    if show not in SHOWS:
        raise Invalid(invalid("show", f"one of {', '.join(SHOWS)}"))
    limit, skip = call.number("limit", 50, MOST), call.number("skip", 0)
    booking_id = call.number("booking_id", 0) or None
    with call.in_sandbox.work() as work:
        return inbox.overview(work, show, call.query.get("search", "")[:200], limit, skip, booking_id)


@operation(
    "GET",
    "/sandboxes/<id>/inbox/<record_id>",
    query={"limit": f"So many of the latest messages, from 0 to {MOST}; 50, if left out.", "skip": "Leave out so many of the latest."},
    answer=SHOWN,
)
def get_inbox_conversation(call: AdminCall) -> JSON:
    """Get a conversation: participants, and which messages reached the guest, or why not."""
    limit, skip = call.number("limit", 50, MOST), call.number("skip", 0)
    with call.in_sandbox.work() as work:
        return inbox.conversation(work, call.record_id, limit, skip, call.uploads)


@operation("GET", "/sandboxes/<id>/messages/<record_id>", refusals=(404,), answer=record({"message": MESSAGE}, "OneMessage"))
def get_message(call: AdminCall) -> JSON:
    """Get a message in full."""
    with call.in_sandbox.work() as work:
        work.db.get(MessageRow, call.record_id)
        return {"message": api_record(work, "messages", call.record_id, call.origin)}


@operation(
    "GET",
    "/sandboxes/<id>/written",
    query={"limit": f"So many of the latest bookings and of the latest messages, from 0 to {MOST}; 50, if left out."},
    answer=record({"written": list_of(WRITTEN_RECORD)}, "WrittenRecords"),
)
def list_written(call: AdminCall) -> JSON:
    """List the latest bookings and the latest messages, whoever made them, oldest first."""
    limit = call.number("limit", 50, MOST)
    with call.in_sandbox.work() as work:
        rows = work.db.every(WRITTEN, {"limit": limit})
    return {"written": [{name: row[name] for name in OF_A_RECORD} | {"says": record_sentence(row)} for row in rows]}


@operation(
    "GET", "/sandboxes/<id>/directory", refusals=(404,), answer=record({"rentals": list_of(NAMED), "hosts": list_of(NAMED)}, "Directory")
)
def get_directory(call: AdminCall) -> JSON:
    """List rentals and hosts."""
    with call.in_sandbox.work() as work:
        return inbox.directory(work, MOST)


@operation("GET", "/catalogue", refusals=(), answer=CATALOGUE)
def get_catalogue(_: AdminCall) -> JSON:
    """List which scenarios, channels, faults, formats of exports, events and actions there are."""
    from inbox_mock.admin.exporting import formats

    return {
        "scenarios": [{"name": scenario.name, "description": scenario.description} for scenario in shipped()],
        "channels": [
            {
                "name": policy.name,
                "title": policy.title,
                "colour": dict(zip(("light", "dark"), policy.colour, strict=True)),
                "opens_conversations": policy.owns_conversations,
                "application": policy.application and {"id": policy.own_id, "name": policy.application["name"]},
                "default_channel": policy.default_channel,
                "origin": policy.origin,
            }
            for policy in policies().values()
        ],
        "faults": [
            {
                "kind": kind,
                "strikes": "webhooks" if isinstance(fault, WebhookFault) else "requests",
                "says": fault.says,
                "lasts": fault.lasts,
                "options": dict(fault.options),
            }
            for kind, fault in kinds().items()
        ],
        "exports": [{"name": name, "says": says, "ending": ending} for name, (says, ending) in formats().items()],
        "events": list(event_types()),
        "actions": [
            {"name": action.name, "subject": action.subject, "operation": action.operation, "arguments": dict(action.arguments)}
            for action in actions().values()
        ],
        "event_types": [
            {"name": event_type.name, "says": event_type.says, "resource": event_type.plural, "scopes": list(event_type.scopes)}
            for event_type in event_types().values()
        ],
    }
