"""Messages, each sent by a participant of its conversation."""

from inbox_mock.domain.enumerations import CHANNELS, ORIGINS, VISIBILITIES
from inbox_mock.domain.fidelity import assumed, documented, recorded
from inbox_mock.resources.conversations import CREATED_BY, CREATED_BY_LINK
from inbox_mock.resources.declaration import Attribute, Link, Resource, Tolerated, Write, stamps
from inbox_mock.resources.field_types import choice, record_id, record_ids, text, time

PAGE = "/reference/endpoints/inbox_messages"
DOCUMENTED = documented(PAGE)

RESOURCE = Resource(
    name="message",
    plural="messages",
    path="inbox/messages",
    page=PAGE,
    view="message_records",
    read_scopes=("inbox_read",),
    write_scopes=("inbox_write",),
    note="It reaches the guest when a Host sends it, external, with the conversation's default_channel as channel.",
    attributes=(
        Attribute(name="conversation_id", kind=record_id(), read=False, write=Write.CREATE, required=True, fidelity=DOCUMENTED),
        Attribute(
            name="sender_id",
            kind=record_id(),
            read=False,
            write=Write.CREATE,
            required=True,
            note="The id of a participant of that conversation.",
            fidelity=DOCUMENTED,
        ),
        Attribute(
            name="content",
            kind=text(),
            write=Write.ALWAYS,
            required=True,
            example="You can arrive from four o'clock.",
            fidelity=recorded("messages, edited by PUT, 2018"),
        ),
        Attribute(name="origin", kind=choice(ORIGINS), write=Write.ALWAYS, required=True, example="bookingsync_inbox", fidelity=DOCUMENTED),
        Attribute(
            name="visibility",
            kind=choice(VISIBILITIES),
            write=Write.ALWAYS,
            required=True,
            tolerated=Tolerated("all", validated_as="external", assumption="visibility_all"),
            example="external",
            note="`internal` goes with no channel, and not with a Client as sender.",
            fidelity=DOCUMENTED,
        ),
        Attribute(name="channel", kind=choice(CHANNELS), null=True, write=Write.ALWAYS, fidelity=DOCUMENTED),
        Attribute(
            name="sent_at",
            kind=time(),
            null=True,
            write=Write.ALWAYS,
            required=True,
            optional_if="sent_at_optional",
            fidelity=DOCUMENTED,
        ),
        Attribute(name="attachment_ids", kind=record_ids(), read=False, write=Write.ALWAYS, fidelity=DOCUMENTED),
        *CREATED_BY,
        *stamps(PAGE),
    ),
    links=(
        Link(name="account", target="accounts", fidelity=assumed("in the table of 2022, in no sample")),
        Link(name="attachments", target="attachments", many=True, fidelity=DOCUMENTED),
        Link(name="conversation", target="conversations", fidelity=DOCUMENTED),
        Link(name="sender", target="participants", fidelity=DOCUMENTED),
        CREATED_BY_LINK,
    ),
)
