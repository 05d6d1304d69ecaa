"""Every operation of the API, those of the inbox first."""

from functools import cache

from inbox_mock.api import accounts, bookings
from inbox_mock.api.crud import attach_operation, crud
from inbox_mock.api.operation import PREFIX, Operation, OperationIndex, declared_in
from inbox_mock.domain.spelling import closest
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
OPERATIONS: tuple[Operation, ...] = (*INBOX, *declared_in(vars(bookings)), *declared_in(vars(accounts)))


def meant_by(path: str) -> str | None:
    """Return the address that was probably meant by one that does not exist, or None: ``/api/v3`` is left out, twice there, or a typo."""
    parts = path.strip("/").split("/")
    while parts[:2] == PREFIX.strip("/").split("/"):
        del parts[:2]
    address = PREFIX + "/".join(parts)
    if address != path and any(_index().of(method, address) for method in ("GET", "POST", "PUT", "DELETE")):
        return address
    known = closest("/" + "/".join(parts), [operation.rule for operation in OPERATIONS if "<" not in operation.rule])
    return None if known is None else PREFIX + known.strip("/")


@cache
def _index() -> OperationIndex:
    return OperationIndex(OPERATIONS)
