"""Answer a guest with what openapi-python-client makes of /openapi.json; print the message's id."""

import sys

from by_openapi_python_client.api.conversations import list_conversations
from by_openapi_python_client.api.messages import create_message
from by_openapi_python_client.client import AuthenticatedClient
from by_openapi_python_client.models import MessageCreateBody

root, token = sys.argv[1:]
client = AuthenticatedClient(base_url=root, token=token, raise_on_unexpected_status=True)
(conversation,) = list_conversations.sync(client=client, ids="4", include="participants").conversations
host = next(one for one in conversation.participants if one.links.member.type_ == "Host")
message = {
    "conversation_id": conversation.id,
    "sender_id": host.id,
    "content": "Any time after four.",
    "origin": "bookingsync_inbox",
    "visibility": "external",
    "channel": conversation.default_channel,
    "sent_at": "2030-06-01T12:00:00Z",
}
answer = create_message.sync(client=client, body=MessageCreateBody.from_dict({"messages": [message]}))
print(answer.messages[0].id)
