"""Watching a sandbox: its inbox, what there is to choose from, and whether anything has changed. Nothing of it is journaled."""

from inbox_mock.admin.actors import shown
from inbox_mock.admin.operation import JSON, AdminCall, AdminOperation
from inbox_mock.admin.sandboxes import CLOCK
from inbox_mock.channels import policies
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.faults.declaration import WebhookFault
from inbox_mock.faults.kinds import kinds
from inbox_mock.scenarios.loading import shipped
from inbox_mock.services import inbox
from inbox_mock.store import journal
from inbox_mock.store.rows import MessageRow
from inbox_mock.webhooks.event_types import event_types

PATIENCE_SECONDS = 25
MOST = 200
SHOWS = ("all", "open", "closed")
RECORD: JSON = {"type": "object"}
NUMBER: JSON = {"type": "integer"}
MEMBERS = "SELECT id, account_id, firstname || ' ' || lastname AS name FROM hosts ORDER BY id LIMIT ?"


def changes(call: AdminCall) -> JSON:
    """Answer the sandbox's version; with ``wait`` not before it is another one than ``version``, or some time has passed."""
    known, waited = call.number("version", 0), False
    if call.query.get("wait") == "1":
        waited = call.factory.sandboxes.wait_for_change(call.in_sandbox, known, PATIENCE_SECONDS)
    sandbox = call.in_sandbox
    version = sandbox.version  # read first: what changes from here on is seen the next time
    with sandbox.work() as work:
        clock: JSON = {"now": work.now, "mode": work.clock.mode, "rate": work.clock.rate}
        newest = journal.next_id(work.db) - 1
    return {"version": version, "life": sandbox.generation, "journal": newest, "clock": clock, "waited": waited}


def show_inbox(call: AdminCall) -> JSON:
    """Answer conversations and bookings that have none, a page at a time."""
    show = call.query.get("show", "all")
    if show not in SHOWS:
        raise Invalid(invalid("show", f"one of {', '.join(SHOWS)}"))
    limit, skip = call.number("limit", 50, MOST), call.number("skip", 0)
    booking_id = call.number("booking_id", 0) or None
    with call.in_sandbox.work() as work:
        return inbox.overview(work, show, call.query.get("search", "")[:200], limit, skip, booking_id)


def show_conversation(call: AdminCall) -> JSON:
    """Answer a conversation, and what became of its messages."""
    limit, skip = call.number("limit", 50, MOST), call.number("skip", 0)
    with call.in_sandbox.work() as work:
        return inbox.conversation(work, call.record_id, limit, skip)


def show_message(call: AdminCall) -> JSON:
    """Answer one message, whole."""
    with call.in_sandbox.work() as work:
        work.db.get(MessageRow, call.record_id)
        return {"message": shown(work, "messages", call.record_id, call.origin)}


def directory(call: AdminCall) -> JSON:
    """Answer who and what there is to act with: rentals and hosts."""
    with call.in_sandbox.work() as work:
        rentals = work.db.every("SELECT id, account_id, name FROM rentals ORDER BY id LIMIT ?", (MOST,))
        return {"rentals": rentals, "hosts": work.db.every(MEMBERS, (MOST,))}


def catalogue(_: AdminCall) -> JSON:
    """Answer what the server knows of: scenarios, channels, faults and events."""
    return {
        "scenarios": [{"name": scenario.name, "description": scenario.description} for scenario in shipped()],
        "channels": [
            {
                "name": policy.name,
                "title": policy.title,
                "colour": dict(zip(("light", "dark"), policy.colour, strict=True)),
                "opens_conversations": policy.owns_conversations,
                "application": policy.application and {"id": policy.application_id, "name": policy.application["name"]},
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
        "events": list(event_types()),
    }


def _read(rule: str, name: str, summary: str, run: object, **more: object) -> AdminOperation:
    usual: JSON = {"refusals": (404,), "answer": RECORD}
    return AdminOperation(method="GET", rule=rule, name=name, summary=summary, run=run, **(usual | more))  # type: ignore[arg-type]


PAGED = {"limit": f"So many, from 0 to {MOST}; 50, if left out.", "skip": "Leave out so many."}
OPERATIONS = (
    _read(
        "/sandboxes/<id>/changes",
        "get_changes",
        "Learn whether anything has changed",
        changes,
        refusals=(404, 422),
        query={
            "version": "The `version` of the answer before.",
            "wait": "1 waits up to 25 seconds for another version; `waited` is false where too many wait already.",
        },
        answer={"type": "object", "properties": {"version": NUMBER, "life": NUMBER, "journal": NUMBER, "clock": CLOCK}},
    ),
    _read(
        "/sandboxes/<id>/inbox",
        "get_inbox",
        "See the conversations, and the bookings that wait for theirs",
        show_inbox,
        refusals=(404, 422),
        query={
            "show": f"One of {', '.join(SHOWS)}.",
            "search": "Part of a guest's or a rental's name, or the id of a booking.",
            "booking_id": "What concerns this booking only.",
            **PAGED,
        },
    ),
    _read(
        "/sandboxes/<id>/inbox/<record_id>",
        "get_inbox_conversation",
        "See a conversation: who takes part, and which messages reached the guest, or why not",
        show_conversation,
        refusals=(404, 422),
        query={"limit": f"So many of the latest messages, from 0 to {MOST}; 50, if left out.", "skip": "Leave out so many of the latest."},
    ),
    _read("/sandboxes/<id>/messages/<record_id>", "get_message", "See a message, whole", show_message),
    _read("/sandboxes/<id>/directory", "get_directory", "See which rentals and hosts there are", directory),
    _read("/catalogue", "get_catalogue", "See which scenarios, channels, faults and events there are", catalogue, refusals=()),
)
