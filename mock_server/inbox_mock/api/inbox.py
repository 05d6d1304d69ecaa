"""Operations of the inbox: conversations, participants, messages, attachments, hosts."""

from inbox_mock.api.crud import creating, editing, reading, tying
from inbox_mock.api.operation import Operation
from inbox_mock.resources import attachments as attachment_resource
from inbox_mock.resources import conversations as conversation_resource
from inbox_mock.resources import hosts as host_resource
from inbox_mock.resources import messages as message_resource
from inbox_mock.resources import participants as participant_resource
from inbox_mock.services import attachments, conversations, messages, people

CONVERSATIONS, PARTICIPANTS = conversation_resource.RESOURCE, participant_resource.RESOURCE
MESSAGES, ATTACHMENTS, HOSTS = message_resource.RESOURCE, attachment_resource.RESOURCE, host_resource.RESOURCE

OPERATIONS: tuple[Operation, ...] = (
    *reading(CONVERSATIONS, conversation_resource.PAGE),
    creating(CONVERSATIONS, conversation_resource.PAGE, conversations.create_conversation),
    editing(CONVERSATIONS, conversation_resource.PAGE, conversations.edit_conversation),
    tying(CONVERSATIONS, conversation_resource.PAGE, "connect_booking", "bookings", conversations.connect_booking),
    tying(CONVERSATIONS, conversation_resource.PAGE, "disconnect_booking", "bookings", conversations.disconnect_booking),
    *reading(PARTICIPANTS, participant_resource.PAGE),
    creating(PARTICIPANTS, participant_resource.PAGE, people.add_participant),
    editing(PARTICIPANTS, participant_resource.PAGE, people.edit_participant),
    *reading(MESSAGES, message_resource.PAGE),
    creating(MESSAGES, message_resource.PAGE, messages.post_message),
    editing(MESSAGES, message_resource.PAGE, messages.edit_message),
    tying(MESSAGES, message_resource.PAGE, "add_attachment", "attachments", messages.add_attachment),
    *reading(ATTACHMENTS, attachment_resource.PAGE),
    creating(ATTACHMENTS, attachment_resource.PAGE, attachments.create_attachment),
    editing(ATTACHMENTS, attachment_resource.PAGE, attachments.edit_attachment),
    *reading(HOSTS, host_resource.PAGE),
    creating(HOSTS, host_resource.PAGE, people.create_host),
    editing(HOSTS, host_resource.PAGE, people.edit_host),
)
