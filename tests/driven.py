"""A client behind its driver: a JSON request per line, a JSON answer per line."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from typing import Any, Self

from api.oauth import an_application
from builders import a_booking
from fake import JSON, Sandbox

PATIENCE_SECONDS = 30
SCOPES = "inbox_write bookings_read clients_read applications_read"


@dataclass
class Driven:
    """A driver's process."""

    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    asked: int = 0
    process: "subprocess.Popen[str]" = field(init=False)

    def __enter__(self) -> Self:
        environment = os.environ | self.environment
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(self.command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8", env=environment)
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(PATIENCE_SECONDS) == 0
        assert self.process.stdout is not None
        self.process.stdout.close()

    def ask(self, deed: str, **wanted: Any) -> JSON:
        """Ask for something, as the raw UTF-8 that a judge may write, and return the answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.asked += 1
        self.process.stdin.write(json.dumps({"id": self.asked, "do": deed, **wanted}, ensure_ascii=False) + "\n")
        self.process.stdin.flush()
        answer: JSON = json.loads(self.process.stdout.readline())
        assert answer.pop("id") == self.asked
        return answer


@dataclass
class Told:
    """A client that was told of a sandbox."""

    driver: Driven
    sandbox: Sandbox
    webhook_secret: str

    def sync(self) -> JSON:
        """Synchronise, and return what it believes."""
        answer = self.driver.ask("sync")
        assert answer.pop("ok"), answer
        return answer

    def reply(self, content: str, booking_id: int = 80) -> str:
        """Answer; ``done`` or ``later``."""
        answer = self.driver.ask("reply", booking_id=booking_id, content=content)
        assert answer in ({"ok": True}, {"ok": False, "later": True})
        return "done" if answer["ok"] else "later"

    def hears(self, body: str, signature: str) -> bool:
        """Bring it a webhook; whether it accepts it."""
        answer = self.driver.ask("webhook", headers={"Content-Type": "application/json", "X-Content-Signature": signature}, body=body)
        assert answer.pop("ok")
        assert set(answer) == {"accepted"}
        return bool(answer["accepted"])

    def book(self, **changes: Any) -> int:
        """A guest books on Airbnb; the booking's id."""
        return int(self.sandbox.admin.post("/bookings", {"channel": "airbnb"} | changes).json["booking"]["id"])

    def guest_reads(self, conversation_id: int = 11) -> list[str]:
        """What hosts have written, as the guest sees it on the channel once all is relayed."""
        self.sandbox.admin.post("/clock/advance", {"until": "idle"})
        thread = self.sandbox.handle.thread(conversation_id)
        return [message["content"] for message in thread if message["from"] == "host"]

    def requests(self, method: str, path: str) -> list[JSON]:
        """The journal's entries of what the client asked for."""
        entries = self.sandbox.handle.journal()
        return [found for found in entries if (found["method"], found["path"]) == (method, f"/api/v3/{path}")]


def begin(driver: Driven, sandbox: Sandbox) -> Told:
    """Start a client in a sandbox, with tokens that its owner has just granted."""
    application = an_application(sandbox)
    tokens, credentials = application.tokens(scope=SCOPES), application.credentials
    started = driver.ask(
        "start",
        api_url=sandbox.made["api_url"],
        token=tokens["access_token"],
        refresh_token=tokens["refresh_token"],
        webhook_secret=credentials["client_secret"],
        **credentials,
    )
    assert started == {"ok": True, "can": ["sync", "reply", "webhook"]}
    return Told(driver, sandbox, credentials["client_secret"])


def an_opened_booking(**changes: Any) -> JSON:
    """Booking 80, whose conversation (11) is there, and jan takes part in it."""
    return {"bookings": [a_booking(host_participant=True)]} | changes


def believed(belief: JSON) -> JSON:
    """A belief, or the truth, in an order that can be compared."""
    conversations = [
        {
            **found,
            "booking_ids": sorted(found["booking_ids"]),
            "participants": sorted(found["participants"], key=number),
            "messages": sorted(found["messages"], key=number),
        }
        for found in belief["conversations"]
    ]
    bookings = [{**found, "conversation_ids": sorted(found["conversation_ids"])} for found in belief["bookings"]]
    return {"conversations": sorted(conversations, key=number), "bookings": sorted(bookings, key=number)}


def number(record: JSON) -> int:
    return int(record["id"])


def truth(sandbox: Sandbox) -> JSON:
    """What is true, as the API tells somebody who asks for everything in one page after the other."""
    participants, messages = everything(sandbox, "inbox/participants"), everything(sandbox, "inbox/messages")
    return {
        "bookings": [
            {"id": found["id"], "conversation_ids": found["links"]["conversations"]}
            for found in everything(sandbox, "bookings", **{"from": "1970-01-01"})
        ],
        "conversations": [
            {
                "id": found["id"],
                "booking_ids": found["links"]["bookings"],
                "closed": found["closed_at"] is not None,
                "participants": [
                    {"id": one["id"], "member_type": one["links"]["member"]["type"], "member_id": one["links"]["member"]["id"]}
                    for one in participants
                    if one["links"]["conversation"] == found["id"]
                ],
                "messages": [
                    {"id": one["id"], "sender_id": one["links"]["sender"], "content": one["content"]}
                    for one in messages
                    if one["links"]["conversation"] == found["id"]
                ],
            }
            for found in everything(sandbox, "inbox/conversations")
        ],
    }


def everything(sandbox: Sandbox, path: str, **query: Any) -> list[JSON]:
    """All records of a list."""
    first = sandbox.api.get(f"/{path}", **query)
    pages = range(2, int(first.meta["X-Total-Pages"]) + 1)
    return first.records + [record for page in pages for record in sandbox.api.get(f"/{path}", page=page, **query).records]
