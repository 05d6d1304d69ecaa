"""A life of a sandbox, and its history: everything that can be told apart afterwards, as bytes."""

import re
from typing import Any

import orjson

from builders import a_body, a_message, a_scenario
from fake import JSON, Mock, Sandbox

LISTS = ("bookings", "clients", "inquiries", "inbox/conversations", "inbox/participants", "inbox/messages", "hosts", "sources")


def begin(mock: Mock, seed: int = 7) -> Sandbox:
    """A fresh sandbox without bookings."""
    return mock.sandbox(a_scenario(), seed=seed)


def live(sandbox: Sandbox, rounds: int = 2, first: int = 0, *, meanwhile: Any = lambda: None) -> None:
    """Book, wait, answer, cancel; ``meanwhile`` is called between the steps."""
    api, admin = sandbox.api, sandbox.admin
    for number in range(first, first + rounds):
        booking = admin.post("/bookings", {"channel": ("airbnb", "booking-com")[number % 2]}).json["booking"]
        meanwhile()
        sandbox.advance("10m")
        meanwhile()
        (conversation_id,) = api.get(f"/bookings/{booking['id']}").record["links"]["conversations"]
        admin.post(f"/conversations/{conversation_id}/messages", {"content": f"Question {number}"})
        sender = api.post("/inbox/participants", a_body("participants", conversation_id=conversation_id, member_id=2, member_type="Host"))
        meanwhile()
        api.post("/inbox/messages", a_message(conversation_id=conversation_id, sender_id=sender.record["id"], sent_at=sandbox.now()))
        api.post("/inbox/messages", a_message(conversation_id=conversation_id, content=""))
        meanwhile()
        sandbox.advance("1h")
        if number % 3 == 2:
            admin.post(f"/bookings/{booking['id']}/cancel")


def journal(sandbox: Sandbox) -> list[JSON]:
    """Every entry of the journal. ETags are left out, for they tell apart what differs in a sandbox's id only."""
    found = sandbox.handle.journal()
    for entry in found:
        entry["response"]["headers"].pop("ETag", None)
    return found


def history(sandbox: Sandbox, *, accounting: bool = True) -> bytes:
    """What can be told apart; without ``accounting`` neither journal nor rate limit."""
    timeline = sandbox.handle.timeline()
    conversations = sandbox.api.get("/inbox/conversations").ids
    told: JSON = {
        "timeline": timeline,
        "clock": sandbox.admin.get("/clock").json,
        "threads": [sandbox.admin.get(f"/conversations/{number}/thread").json for number in conversations],
        "deliveries": _deliveries(sandbox),
        "records": {name: sandbox.api.get(f"/{name}", updated_since="", per_page=100).json for name in LISTS},
    }
    if accounting:
        told["journal"] = [entry for entry in journal(sandbox) if entry["method"] != "GET" or "updated_since" not in entry["query"]]
    return _without_sandbox(orjson.dumps(told, option=orjson.OPT_SORT_KEYS), sandbox)


def _deliveries(sandbox: Sandbox) -> list[JSON]:
    """Every delivery, without what the secret of a sandbox signs and what the receiver adds of its own."""
    found = sandbox.handle.deliveries()
    for delivery in found:
        for attempt in delivery["attempts"]:
            attempt["request"]["headers"].pop("X-Content-Signature")
            attempt["response"].pop("headers", None)
            attempt.pop("signature")
    return found


def _without_sandbox(found: bytes, sandbox: Sandbox) -> bytes:
    """Write every sandbox's id alike, and every port."""
    text = found.replace(sandbox.id.encode(), b"sandbox")
    return re.sub(rb"(127\.0\.0\.1|localhost):\d+", b"here", text)
