"""Answer a guest with what openapi-generator makes of /openapi.json; print the message's id."""

import sys

from openapi_client import ApiClient, Configuration, ConversationsApi, MessageCreateBody, MessagesApi

root, token = sys.argv[1:]
with ApiClient(Configuration(host=root, access_token=token)) as client:
    (conversation,) = ConversationsApi(client).list_conversations(ids="4", include="participants").conversations
    host = next(one for one in conversation.participants if one.links.member.type == "Host")
    message = {
        "conversation_id": conversation.id,
        "sender_id": host.id,
        "content": "Any time after four.",
        "origin": "bookingsync_inbox",
        "visibility": "external",
        "channel": conversation.default_channel,
        "sent_at": "2030-06-01T12:00:00Z",
    }
    print(MessagesApi(client).create_message(MessageCreateBody.from_dict({"messages": [message]})).messages[0].id)
