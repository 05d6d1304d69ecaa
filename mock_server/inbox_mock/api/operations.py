"""Every operation of the API, those of the inbox first."""

from inbox_mock.api import accounts, bookings
from inbox_mock.api.crud import attach_operation, crud
from inbox_mock.api.operation import Operation, declared_in
from inbox_mock.resources import RESOURCES
from inbox_mock.services import attachments, conversations, messages, people

CONVERSATIONS, MESSAGES = RESOURCES["conversations"], RESOURCES["messages"]
INBOX = (
    *crud(CONVERSATIONS, conversations.create_conversation, conversations.edit_conversation),
    attach_operation(CONVERSATIONS, "connect_booking", "bookings", conversations.connect_booking),
    attach_operation(CONVERSATIONS, "disconnect_booking", "bookings", conversations.disconnect_booking),
    *crud(RESOURCES["participants"], people.add_participant, people.edit_participant),
    *crud(MESSAGES, messages.post_message, messages.edit_message),
    attach_operation(MESSAGES, "add_attachment", "attachments", messages.add_attachment),
    *crud(RESOURCES["attachments"], attachments.create_attachment, attachments.edit_attachment),
    *crud(RESOURCES["hosts"], people.create_host, people.edit_host),
)
OPERATIONS: tuple[Operation, ...] = (*INBOX, *declared_in(vars(bookings)), *accounts.OPERATIONS)
