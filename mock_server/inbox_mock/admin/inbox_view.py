"""Reading a sandbox for the dashboard: changes, inbox, messages, directory and catalogue. None of it is journaled."""

from inbox_mock.admin.actors import shown
from inbox_mock.admin.operation import JSON, AdminCall, operation
from inbox_mock.admin.sandbox_shown import CLOCK, OR_NULL
from inbox_mock.channels import policies
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.faults.declaration import WebhookFault
from inbox_mock.faults.kinds import kinds
from inbox_mock.scenarios.loading import shipped
from inbox_mock.services import inbox
from inbox_mock.simulation.actions import actions
from inbox_mock.store import journal
from inbox_mock.store.rows import MessageRow
from inbox_mock.webhooks.event_types import event_types

PATIENCE_SECONDS = 25
MOST = 200
SHOWS = ("all", "open", "closed")
NUMBER: JSON = {"type": "integer"}
PAGED = {"limit": f"So many, from 0 to {MOST}; 50, if left out.", "skip": "Leave out so many."}


@operation(
    "GET",
    "/sandboxes/<id>/changes",
    query={
        "version": "The `version` of the answer before.",
        "wait": "1 waits up to 25 seconds for another version; `waited` is false where too many wait already.",
    },
    answer={"type": "object", "properties": {"version": NUMBER, "life": NUMBER, "journal": NUMBER, "clock": CLOCK, "name": OR_NULL}},
)
def get_changes(call: AdminCall) -> JSON:
    """Get the version of the sandbox, which changes with everything in it."""
    known, waited = call.number("version", 0), False
    if call.query.get("wait") == "1":
        waited = call.factory.sandboxes.wait(call.in_sandbox, PATIENCE_SECONDS, version=known)
    sandbox = call.in_sandbox
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
)
def get_inbox_conversation(call: AdminCall) -> JSON:
    """Get a conversation: participants, and which messages reached the guest, or why not."""
    limit, skip = call.number("limit", 50, MOST), call.number("skip", 0)
    with call.in_sandbox.work() as work:
        return inbox.conversation(work, call.record_id, limit, skip)


@operation("GET", "/sandboxes/<id>/messages/<record_id>", refusals=(404,))
def get_message(call: AdminCall) -> JSON:
    """Get a message in full."""
    with call.in_sandbox.work() as work:
        work.db.get(MessageRow, call.record_id)
        return {"message": shown(work, "messages", call.record_id, call.origin)}


@operation("GET", "/sandboxes/<id>/directory", refusals=(404,))
def get_directory(call: AdminCall) -> JSON:
    """List rentals and hosts."""
    with call.in_sandbox.work() as work:
        return inbox.directory(work, MOST)


@operation("GET", "/catalogue", refusals=())
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
