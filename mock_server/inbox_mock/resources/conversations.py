"""Conversations: threads between hosts and guests, scoped under a creator, an account and a booking."""

from inbox_mock.channels import opening
from inbox_mock.domain.enumerations import APPLICATION, CHANNELS, USER
from inbox_mock.domain.fidelity import assumed, documented, recorded
from inbox_mock.resources.declaration import Attribute, Link, Resource, Write, stamps
from inbox_mock.resources.field_types import boolean, choice, record_id, text, time

PAGE = "/reference/endpoints/inbox_conversations"
DOCUMENTED = documented(PAGE)
CREATOR = assumed("the tables list created_by_id and created_by_type, no sample or recording shows them; switch created_by")

CREATED_BY = (
    Attribute(name="created_by_id", kind=record_id(), null=True, example=65, fidelity=CREATOR, note="Look it up in applications."),
    Attribute(name="created_by_type", kind=choice((APPLICATION, USER)), null=True, fidelity=CREATOR),
)
CREATED_BY_LINK = Link(name="created_by", target="", null=True, served=False, fidelity=CREATOR)

RESOURCE = Resource(
    name="conversation",
    plural="conversations",
    path="inbox/conversations",
    page=PAGE,
    view="conversation_records",
    read_scopes=("inbox_read",),
    write_scopes=("inbox_write",),
    note=f"A thread. Those of {' and '.join(policy.title for policy in opening())} are opened by the channel, some time after the booking.",
    attributes=(
        Attribute(
            name="default_channel",
            kind=choice(CHANNELS),
            null=True,
            write=Write.ALWAYS,
            note="Put it on messages as `channel`, so that they are relayed to the guest.",
            fidelity=DOCUMENTED,
        ),
        Attribute(name="subject", kind=text(), null=True, write=Write.CREATE, example="Arrival", fidelity=DOCUMENTED),
        Attribute(name="source_id", kind=record_id(), null=True, read=False, write=Write.CREATE, fidelity=DOCUMENTED),
        Attribute(
            name="assignee_id", kind=record_id(), null=True, read=False, write=Write.ALWAYS, note="The id of a host.", fidelity=DOCUMENTED
        ),
        Attribute(name="closed", kind=boolean(), read=False, write=Write.ALWAYS, note="True sets closed_at.", fidelity=DOCUMENTED),
        Attribute(
            name="marked_as_spam", kind=boolean(), read=False, write=Write.ALWAYS, note="True sets marked_as_spam_at.", fidelity=DOCUMENTED
        ),
        Attribute(name="deadline_response_at", kind=time(), null=True, write=Write.CREATE, fidelity=DOCUMENTED),
        Attribute(name="closed_at", kind=time(), null=True, fidelity=DOCUMENTED),
        Attribute(name="marked_as_spam_at", kind=time(), null=True, fidelity=DOCUMENTED),
        Attribute(name="last_message_at", kind=time(), null=True, fidelity=DOCUMENTED),
        Attribute(
            name="read_at", kind=time(), null=True, fidelity=assumed("what sets it is not said: here the latest read by a Host participant")
        ),
        *CREATED_BY,
        *stamps(PAGE),
    ),
    links=(
        Link(name="account", target="accounts", fidelity=recorded("conversations, 2018")),
        Link(name="assignee", target="hosts", null=True, fidelity=DOCUMENTED),
        Link(name="source", target="sources", null=True, fidelity=recorded("conversations, 2018")),
        Link(name="bookings", target="bookings", many=True, fidelity=recorded("conversations, 2018")),
        Link(name="inquiries", target="inquiries", many=True, fidelity=recorded("conversations, 2018")),
        Link(name="messages", target="messages", many=True, fidelity=DOCUMENTED),
        Link(name="participants", target="participants", many=True, fidelity=DOCUMENTED),
        CREATED_BY_LINK,
    ),
)
