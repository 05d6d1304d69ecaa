"""Operations of the inbox: conversations, participants, messages, attachments, hosts."""

from inbox_mock.api.crud import attach_operation, create_operation, get_operation, list_operation, update_operation
from inbox_mock.resources import RESOURCES
from inbox_mock.services import attachments, conversations, messages, people

CONVERSATIONS, PARTICIPANTS, MESSAGES = RESOURCES["conversations"], RESOURCES["participants"], RESOURCES["messages"]
ATTACHMENTS, HOSTS = RESOURCES["attachments"], RESOURCES["hosts"]

list_conversations = list_operation(CONVERSATIONS)
get_conversations = get_operation(CONVERSATIONS)
create_conversation = create_operation(CONVERSATIONS, conversations.create_conversation)
update_conversation = update_operation(CONVERSATIONS, conversations.edit_conversation)
connect_booking = attach_operation(CONVERSATIONS, "connect_booking", "bookings", conversations.connect_booking)
disconnect_booking = attach_operation(CONVERSATIONS, "disconnect_booking", "bookings", conversations.disconnect_booking)

list_participants = list_operation(PARTICIPANTS)
get_participants = get_operation(PARTICIPANTS)
create_participant = create_operation(PARTICIPANTS, people.add_participant)
update_participant = update_operation(PARTICIPANTS, people.edit_participant)

list_messages = list_operation(MESSAGES)
get_messages = get_operation(MESSAGES)
create_message = create_operation(MESSAGES, messages.post_message)
update_message = update_operation(MESSAGES, messages.edit_message)
add_attachment = attach_operation(MESSAGES, "add_attachment", "attachments", messages.add_attachment)

list_attachments = list_operation(ATTACHMENTS)
get_attachments = get_operation(ATTACHMENTS)
create_attachment = create_operation(ATTACHMENTS, attachments.create_attachment)
update_attachment = update_operation(ATTACHMENTS, attachments.edit_attachment)

list_hosts = list_operation(HOSTS)
get_hosts = get_operation(HOSTS)
create_host = create_operation(HOSTS, people.create_host)
update_host = update_operation(HOSTS, people.edit_host)
