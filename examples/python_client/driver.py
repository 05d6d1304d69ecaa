"""What lets the judge command the client: a request in JSON per line comes in, an answer in JSON per line goes out."""

import json
import sys
from collections.abc import Mapping
from typing import Any

from urllib3 import PoolManager

from inbox_client import Api, Inbox, Later, Refused

JSON = dict[str, Any]


class Driver:
    """Does what the judge asks for, one world after the other, over the same connections."""

    def __init__(self) -> None:
        self.http = PoolManager()
        self.inbox: Inbox

    def start(self, *, api_url: str, webhook_secret: str, **credentials: str) -> JSON:
        """Begin anew."""
        self.inbox = Inbox(Api(api_url, http=self.http, **credentials), webhook_secret)
        return {"can": ["sync", "reply", "webhook"]}

    def sync(self) -> JSON:
        """Bring the client's copy up to date, and say what it believes."""
        self.inbox.sync()
        return belief(self.inbox)

    def reply(self, *, booking_id: int, content: str) -> JSON:
        """Answer a guest with the client."""
        self.inbox.reply(booking_id, content)
        return {}

    def webhook(self, *, headers: Mapping[str, str], body: str) -> JSON:
        """Hand the client a webhook."""
        return {"accepted": self.inbox.receive(headers, body.encode())}


def belief(inbox: Inbox) -> JSON:
    """Return what the client believes, as the judge wants to hear it."""
    told = {
        number: {
            "id": number,
            "booking_ids": found["links"]["bookings"],
            "closed": found["closed_at"] is not None,
            "participants": [],
            "messages": [],
        }
        for number, found in inbox.copy["conversations"].items()
    }
    for number, found in inbox.copy["participants"].items():
        member, conversation = found["links"]["member"], told.get(found["links"]["conversation"])
        if conversation is not None:
            conversation["participants"].append({"id": number, "member_type": member["type"], "member_id": member["id"]})
    for number, found in inbox.copy["messages"].items():
        conversation = told.get(found["links"]["conversation"])
        if conversation is not None:
            conversation["messages"].append({"id": number, "sender_id": found["links"]["sender"], "content": found["content"]})
    bookings = [{"id": number, "conversation_ids": found["links"]["conversations"]} for number, found in inbox.copy["bookings"].items()]
    return {"conversations": list(told.values()), "bookings": bookings}


def answer(driver: Driver, request: JSON) -> JSON:
    """Do what a request asks for. What the client puts off is answered ``later``; what the service refuses is not done."""
    wanted = {name: value for name, value in request.items() if name not in {"id", "do"}}
    try:
        return {"id": request["id"], "ok": True, **getattr(driver, request["do"])(**wanted)}
    except Later as later:
        print(later, file=sys.stderr)
        return {"id": request["id"], "ok": False, "later": True}
    except Refused as refused:
        print(refused, file=sys.stderr)
        return {"id": request["id"], "ok": False}


def main() -> None:
    """Answer until there is nothing more to read."""
    driver = Driver()
    for line in sys.stdin.buffer:
        print(json.dumps(answer(driver, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
