"""Answer a guest with tokens of an OAuth library, Authlib, and go on when one expires.

Start the fake (inbox-mock serve), then: python examples/oauth/answer_a_guest.py
"""

import os
from datetime import UTC, datetime

import requests
from authlib.integrations.requests_client import OAuth2Session

ROOT = os.environ.get("INBOX_MOCK_URL", "http://127.0.0.1:8089")
CALLBACK = "http://localhost:3000/callback"

# A world of its own, on a clock that stands. What is done to it is not part of your program.
sandbox = requests.post(f"{ROOT}/__admin/sandboxes", json={"scenario": "agency"}, timeout=10).json()
admin = f"{ROOT}/__admin/sandboxes/{sandbox['id']}"

# Your program: both addresses begin with the fake's root in place of https://www.bookingsync.com.
own = next(application for application in sandbox["applications"] if application["token"] == sandbox["token"])
client = OAuth2Session(
    own["client_id"],
    own["client_secret"],
    scope="inbox_write bookings_read",
    redirect_uri=CALLBACK,
    token_endpoint=f"{ROOT}/oauth/token",
    token_endpoint_auth_method="client_secret_post",  # noqa: S106 - a way, not a password
    default_timeout=10,
)
page, state = client.create_authorization_url(f"{ROOT}/oauth/authorize")

# The person at the browser opens the page, and agrees for account 1. The browser goes to the callback, with a code.
agreed = requests.post(page, data={"account_id": 1, "decision": "approve"}, allow_redirects=False, timeout=10)
came_back_to = agreed.headers["Location"]

# Your program again.
token = client.fetch_token(authorization_response=came_back_to, state=state)
print(f"A token for {token['expires_in']} seconds, with {token['scope']}.")

# A guest books on Airbnb, which opens the conversation at once and adds a host, and asks.
wish = {"channel": "airbnb", "guest": {"fullname": "Ada Bauer"}, "conversation_delay": "0s", "host_participant": True}
booking = requests.post(f"{admin}/bookings", json=wish, timeout=10).json()["booking"]
(conversation_id,) = booking["links"]["conversations"]
question = {"from": "guest", "content": "Is there a garage?"}
requests.post(f"{admin}/conversations/{conversation_id}/messages", json=question, timeout=10).raise_for_status()

# Three hours later the token has expired. It did by the sandbox's clock: the library, which goes by the wall clock, learns it
# from the 401. The refresh token that comes with the answer takes the old one's place.
requests.post(f"{admin}/clock/advance", json={"by": "3h"}, timeout=10).raise_for_status()
address = f"{ROOT}/api/v3/inbox/conversations/{conversation_id}?include=participants"
answer = client.get(address)
if answer.status_code == 401:
    print(answer.headers["WWW-Authenticate"])
    client.refresh_token()
    answer = client.get(address)
(conversation,) = answer.json()["conversations"]
host = next(found for found in conversation["participants"] if found["links"]["member"]["type"] == "Host")

message = {
    "conversation_id": conversation_id,
    "sender_id": host["id"],
    "content": "There is, right under the house.",
    "origin": "bookingsync_inbox",
    "visibility": "external",
    "channel": conversation["default_channel"],
    "sent_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
}
client.post(f"{ROOT}/api/v3/inbox/messages", json={"messages": [message]}).raise_for_status()

# What Ada sees on Airbnb.
requests.post(f"{admin}/clock/advance", json={"by": "5m"}, timeout=10).raise_for_status()
for seen in requests.get(f"{admin}/conversations/{conversation_id}/thread", timeout=10).json()["messages"]:
    print(f"{seen['from']}: {seen['content']}")
