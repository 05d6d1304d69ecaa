"""The inbox: conversations, their participants, messages, and attachments."""

from inbox_mock.channels import opening
from inbox_mock.domain.enumerations import APPLICATION, CHANNELS, MEMBER_TYPES, ORIGINS, USER, VISIBILITIES
from inbox_mock.domain.fidelity import assumed, documented, recorded
from inbox_mock.resources.declaration import Attribute, Link, Resource, Tolerated, Write, stamps
from inbox_mock.resources.field_types import boolean, choice, integer, record_id, record_ids, text, time, upload, upload_url, url

# What the page of each resource documents.
CONVERSATIONS = documented("/reference/endpoints/inbox_conversations")
PARTICIPANTS = documented("/reference/endpoints/inbox_participants")
MESSAGES = documented("/reference/endpoints/inbox_messages")
ATTACHMENTS = documented("/reference/endpoints/inbox_attachments")

OPENED_BY = " and ".join(policy.title for policy in opening())
CREATOR = assumed("the tables list created_by_id and created_by_type, no sample or recording shows them; switch created_by")

CREATED_BY = (
    Attribute(name="created_by_id", kind=record_id(), null=True, example=65, fidelity=CREATOR, note="Look it up in applications."),
    Attribute(name="created_by_type", kind=choice((APPLICATION, USER)), null=True, fidelity=CREATOR),
)
CREATED_BY_LINK = Link(name="created_by", target="", null=True, served=False, fidelity=CREATOR)

DECLARED = (
    Resource(
        name="conversation",
        plural="conversations",
        path="inbox/conversations",
        page=CONVERSATIONS.source,
        view="conversation_records",
        read_scopes=("inbox_read",),
        write_scopes=("inbox_write",),
        note=f"A thread. Those of {OPENED_BY} are opened by the channel, some time after the booking.",
        attributes=(
            Attribute(
                name="default_channel",
                kind=choice(CHANNELS),
                null=True,
                write=Write.ALWAYS,
                note="Put it on messages as `channel`, so that they are relayed to the guest.",
                fidelity=CONVERSATIONS,
            ),
            Attribute(name="subject", kind=text(), null=True, write=Write.CREATE, example="Arrival", fidelity=CONVERSATIONS),
            Attribute(name="source_id", kind=record_id(), null=True, read=False, write=Write.CREATE, fidelity=CONVERSATIONS),
            Attribute(
                name="assignee_id",
                kind=record_id(),
                null=True,
                read=False,
                write=Write.ALWAYS,
                note="The id of a host.",
                fidelity=CONVERSATIONS,
            ),
            Attribute(name="closed", kind=boolean(), read=False, write=Write.ALWAYS, note="True sets closed_at.", fidelity=CONVERSATIONS),
            Attribute(
                name="marked_as_spam",
                kind=boolean(),
                read=False,
                write=Write.ALWAYS,
                note="True sets marked_as_spam_at.",
                fidelity=CONVERSATIONS,
            ),
            Attribute(name="deadline_response_at", kind=time(), null=True, write=Write.CREATE, fidelity=CONVERSATIONS),
            Attribute(name="closed_at", kind=time(), null=True, fidelity=CONVERSATIONS),
            Attribute(name="marked_as_spam_at", kind=time(), null=True, fidelity=CONVERSATIONS),
            Attribute(name="last_message_at", kind=time(), null=True, fidelity=CONVERSATIONS),
            Attribute(
                name="read_at",
                kind=time(),
                null=True,
                fidelity=assumed("what sets it is not said: here the latest read by a Host participant"),
            ),
            *CREATED_BY,
            *stamps(CONVERSATIONS),
        ),
        links=(
            Link(name="account", target="accounts", fidelity=recorded("conversations, 2018")),
            Link(name="assignee", target="hosts", null=True, fidelity=CONVERSATIONS),
            Link(name="source", target="sources", null=True, fidelity=recorded("conversations, 2018")),
            Link(name="bookings", target="bookings", many=True, fidelity=recorded("conversations, 2018")),
            Link(name="inquiries", target="inquiries", many=True, fidelity=recorded("conversations, 2018")),
            Link(name="messages", target="messages", many=True, fidelity=CONVERSATIONS),
            Link(name="participants", target="participants", many=True, fidelity=CONVERSATIONS),
            CREATED_BY_LINK,
        ),
    ),
    Resource(
        name="participant",
        plural="participants",
        path="inbox/participants",
        page=PARTICIPANTS.source,
        view="participant_records",
        read_scopes=("inbox_read",),
        write_scopes=("inbox_write",),
        note="Only Host participants send messages and are notified. Client participants of a channel's conversation are the channel's.",
        attributes=(
            Attribute(name="conversation_id", kind=record_id(), read=False, write=Write.CREATE, required=True, fidelity=PARTICIPANTS),
            Attribute(name="member_id", kind=record_id(), read=False, write=Write.CREATE, required=True, fidelity=PARTICIPANTS),
            Attribute(
                name="member_type",
                kind=choice(MEMBER_TYPES),
                read=False,
                write=Write.CREATE,
                required=True,
                example="Host",
                fidelity=PARTICIPANTS,
            ),
            Attribute(name="read", kind=boolean(), read=False, write=Write.ALWAYS, note="True sets read_at.", fidelity=PARTICIPANTS),
            Attribute(name="last_message_sent_at", kind=time(), null=True, fidelity=PARTICIPANTS),
            Attribute(name="read_at", kind=time(), null=True, fidelity=PARTICIPANTS),
            *stamps(PARTICIPANTS),
        ),
        links=(
            Link(name="account", target="accounts", fidelity=assumed("in the table of 2022, in no sample")),
            Link(name="conversation", target="conversations", fidelity=PARTICIPANTS),
            Link(
                name="member",
                target="",
                templates=(
                    ("participants.client", "clients/{participants.member.id}"),
                    ("participants.host", "hosts/{participants.member.id}"),
                ),
                fidelity=recorded("participants, 2018"),
            ),
        ),
    ),
    Resource(
        name="message",
        plural="messages",
        path="inbox/messages",
        page=MESSAGES.source,
        view="message_records",
        read_scopes=("inbox_read",),
        write_scopes=("inbox_write",),
        note="It reaches the guest when a Host sends it, external, with the conversation's default_channel as channel.",
        attributes=(
            Attribute(name="conversation_id", kind=record_id(), read=False, write=Write.CREATE, required=True, fidelity=MESSAGES),
            Attribute(
                name="sender_id",
                kind=record_id(),
                read=False,
                write=Write.CREATE,
                required=True,
                note="The id of a participant of that conversation.",
                fidelity=MESSAGES,
            ),
            Attribute(
                name="content",
                kind=text(),
                write=Write.ALWAYS,
                required=True,
                example="You can arrive from four o'clock.",
                fidelity=recorded("messages, edited by PUT, 2018"),
            ),
            Attribute(
                name="origin", kind=choice(ORIGINS), write=Write.ALWAYS, required=True, example="bookingsync_inbox", fidelity=MESSAGES
            ),
            Attribute(
                name="visibility",
                kind=choice(VISIBILITIES),
                write=Write.ALWAYS,
                required=True,
                tolerated=Tolerated("all", validated_as="external", assumption="visibility_all"),
                example="external",
                note="`internal` goes with no channel, and not with a Client as sender.",
                fidelity=MESSAGES,
            ),
            Attribute(name="channel", kind=choice(CHANNELS), null=True, write=Write.ALWAYS, fidelity=MESSAGES),
            Attribute(
                name="sent_at", kind=time(), null=True, write=Write.ALWAYS, required=True, optional_if="sent_at_optional", fidelity=MESSAGES
            ),
            Attribute(name="attachment_ids", kind=record_ids(), read=False, write=Write.ALWAYS, fidelity=MESSAGES),
            *CREATED_BY,
            *stamps(MESSAGES),
        ),
        links=(
            Link(name="account", target="accounts", fidelity=assumed("in the table of 2022, in no sample")),
            Link(name="attachments", target="attachments", many=True, fidelity=MESSAGES),
            Link(name="conversation", target="conversations", fidelity=MESSAGES),
            Link(name="sender", target="participants", fidelity=MESSAGES),
            CREATED_BY_LINK,
        ),
    ),
    Resource(
        name="attachment",
        plural="attachments",
        path="inbox/attachments",
        page=ATTACHMENTS.source,
        view="attachment_records",
        read_scopes=("inbox_read",),
        write_scopes=("inbox_write",),
        needs=(("file",), ("remote_file_url",)),
        note="Give `file` or `remote_file_url`; of both, `file` wins. Nothing is fetched: a remote file becomes a placeholder of its name.",
        attributes=(
            Attribute(name="name", kind=text(), write=Write.ALWAYS, example="arrival.png", fidelity=ATTACHMENTS),
            Attribute(
                name="file",
                kind=upload(),
                read=False,
                write=Write.ALWAYS,
                example="data:text/plain;base64,SGVsbG8K",
                note="Base64, bare or as a data URI; less than 10 MB once decoded.",
                fidelity=recorded("attachments, bare Base64 with newlines, 2018; data URIs are documented"),
            ),
            Attribute(name="remote_file_url", kind=url(), read=False, write=Write.ALWAYS, fidelity=ATTACHMENTS),
            Attribute(
                name="url", kind=upload_url(), fidelity=assumed("recorded relative to the host; absolute here, switch attachment_urls")
            ),
            Attribute(name="file_size", kind=integer(), example=5365, fidelity=ATTACHMENTS),
            Attribute(
                name="file_content_type", kind=text(), example="image/png", fidelity=recorded("attachments: sniffed from the bytes, 2018")
            ),
            Attribute(name="image_width", kind=integer(), null=True, fidelity=ATTACHMENTS),
            Attribute(name="image_height", kind=integer(), null=True, fidelity=ATTACHMENTS),
            *stamps(ATTACHMENTS),
        ),
        links=(
            Link(name="account", target="accounts", fidelity=recorded("attachments, 2018")),
            Link(name="messages", target="messages", many=True, fidelity=recorded("attachments, 2018")),
        ),
    ),
)
