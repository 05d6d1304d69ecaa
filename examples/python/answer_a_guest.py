"""Answer a guest, with requests. Start the fake (inbox-mock serve), then: python examples/python/answer_a_guest.py."""

import os
from datetime import UTC, datetime
from typing import Any

import requests

ROOT = os.environ.get("INBOX_MOCK_URL", "http://127.0.0.1:8089")


def call(method: str, url: str, body: object = None, token: str | None = None) -> Any:  # noqa: ANN401 - JSON is anything
    """Call, and return the answer's JSON."""
    headers = {"Content-Type": "application/vnd.api+json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    answer = requests.request(method, url, json=body, headers=headers, timeout=10)
    answer.raise_for_status()
    return answer.json()


# A world of its own, on a clock that stands. What is done to it is not part of your program.
sandbox = call("POST", f"{ROOT}/__admin/sandboxes", {"scenario": "agency"})
admin = f"{ROOT}/__admin/sandboxes/{sandbox['id']}"

# Your program knows these two, as it knows https://www.bookingsync.com/api/v3 and the token of an account.
api, token = sandbox["api_url"], sandbox["token"]


def conversation_of(booking_id: int) -> int | None:
    """Return the booking's conversation, if there is one already."""
    (booking,) = call("GET", f"{api}/bookings/{booking_id}", token=token)["bookings"]
    return next(iter(booking["links"]["conversations"]), None)


# A guest books on Airbnb. There is no conversation yet, and making one would be a mistake: the channel opens its own.
wish = {"channel": "airbnb", "guest": {"fullname": "Ada Bauer"}, "conversation_delay": "10m", "host_participant": False}
booking_id = call("POST", f"{admin}/bookings", wish)["booking"]["id"]
if conversation_of(booking_id) is None:
    print(f"Booking {booking_id} has no conversation yet.")

# Time passes, and your program looks again. The guest has a question.
call("POST", f"{admin}/clock/advance", {"by": "10m"})
conversation_id = conversation_of(booking_id)
print(f"Its conversation is {conversation_id}.")
call("POST", f"{admin}/conversations/{conversation_id}/messages", {"from": "guest", "content": "Is there a garage?"})

# Who answers is a Host participant. Is there one? Otherwise let a host of the account take part.
address = f"{api}/inbox/conversations/{conversation_id}?include=participants"
(conversation,) = call("GET", address, token=token)["conversations"]
hosts = [found for found in conversation["participants"] if found["links"]["member"]["type"] == "Host"]
if not hosts:
    host, *_ = call("GET", f"{api}/hosts", token=token)["hosts"]
    seat = {"conversation_id": conversation_id, "member_type": "Host", "member_id": host["id"]}
    hosts = call("POST", f"{api}/inbox/participants", {"participants": [seat]}, token)["participants"]

# The conversation's default_channel as the message's channel: without it the message is stored, and no guest sees it.
message = {
    "conversation_id": conversation_id,
    "sender_id": hosts[0]["id"],
    "content": "There is, right under the house.",
    "origin": "bookingsync_inbox",
    "visibility": "external",
    "channel": conversation["default_channel"],
    "sent_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
}
call("POST", f"{api}/inbox/messages", {"messages": [message]}, token)

# What Ada sees on Airbnb.
call("POST", f"{admin}/clock/advance", {"by": "5m"})
for seen in call("GET", f"{admin}/conversations/{conversation_id}/thread")["messages"]:
    print(f"{seen['from']}: {seen['content']}")
