"""The inbox: conversations, their participants, messages, and attachments."""

from inbox_mock.channels import opening
from inbox_mock.domain.enumerations import APPLICATION, CHANNELS, MEMBER_TYPES, ORIGINS, USER, VISIBILITIES
from inbox_mock.domain.fidelity import assumed, recorded
from inbox_mock.resources.declaration import ON_ITS_PAGE, STAMPS, Attribute, Link, Resource, Tolerated, Write
from inbox_mock.resources.field_types import boolean, choice, integer, record_id, record_ids, text, time, upload, upload_url, url

OPENED_BY = " and ".join(policy.title for policy in opening())
CREATOR = assumed("the tables list created_by_id and created_by_type, no sample or recording shows them; switch created_by")
PICTURE_SIZE = assumed("pixels are documented, rotated pictures are not: as a viewer shows them, in every format; switch picture_size")

CREATED_BY = (
    Attribute("created_by_id", record_id(), null=True, example=65, fidelity=CREATOR, note="Look it up in applications."),
    Attribute("created_by_type", choice((APPLICATION, USER)), null=True, fidelity=CREATOR),
)
CREATED_BY_LINK = Link("created_by", "", null=True, fidelity=CREATOR)

DECLARED = (
    Resource(
        name="conversation",
        plural="conversations",
        page="/reference/endpoints/inbox_conversations",
        read_scopes=("inbox_read",),
        write_scopes=("inbox_write",),
        note=f"A thread. Those of {OPENED_BY} are opened by the channel, some time after the booking.",
        attributes=(
            Attribute(
                "default_channel",
                choice(CHANNELS),
                ON_ITS_PAGE,
                null=True,
                write=Write.ALWAYS,
                note="Put it on messages as `channel`, so that they are relayed to the guest.",
            ),
            Attribute("subject", text(), ON_ITS_PAGE, null=True, write=Write.CREATE, example="Arrival"),
            Attribute("source_id", record_id(), ON_ITS_PAGE, null=True, read=False, write=Write.CREATE),
            Attribute("assignee_id", record_id(), ON_ITS_PAGE, null=True, read=False, write=Write.ALWAYS, note="The id of a host."),
            Attribute("closed", boolean(), ON_ITS_PAGE, read=False, write=Write.ALWAYS, note="True sets closed_at."),
            Attribute("marked_as_spam", boolean(), ON_ITS_PAGE, read=False, write=Write.ALWAYS, note="True sets marked_as_spam_at."),
            Attribute("deadline_response_at", time(), ON_ITS_PAGE, null=True, write=Write.CREATE),
            Attribute("closed_at", time(), ON_ITS_PAGE, null=True),
            Attribute("marked_as_spam_at", time(), ON_ITS_PAGE, null=True),
            Attribute("last_message_at", time(), ON_ITS_PAGE, null=True),
            Attribute(
                "read_at",
                time(),
                null=True,
                fidelity=assumed("what sets it is not said: here the latest read by a Host participant"),
                note="Reading does not move updated_at: it is older in the documentation's sample, too. updated_since tells nothing of it.",
            ),
            *CREATED_BY,
            *STAMPS,
        ),
        links=(
            Link("account", "accounts", fidelity=recorded("conversations, 2018")),
            Link("assignee", "hosts", ON_ITS_PAGE, null=True),
            Link("source", "sources", null=True, fidelity=recorded("conversations, 2018")),
            Link("bookings", "bookings", many=True, fidelity=recorded("conversations, 2018")),
            Link("inquiries", "inquiries", many=True, fidelity=recorded("conversations, 2018")),
            Link("messages", "messages", ON_ITS_PAGE, many=True),
            Link("participants", "participants", ON_ITS_PAGE, many=True),
            CREATED_BY_LINK,
        ),
    ),
    Resource(
        name="participant",
        plural="participants",
        page="/reference/endpoints/inbox_participants",
        read_scopes=("inbox_read",),
        write_scopes=("inbox_write",),
        note="Only Host participants send messages and are notified. Client participants of a channel's conversation are the channel's.",
        attributes=(
            Attribute("conversation_id", record_id(), ON_ITS_PAGE, read=False, write=Write.CREATE, required=True),
            Attribute("member_id", record_id(), ON_ITS_PAGE, read=False, write=Write.CREATE, required=True),
            Attribute("member_type", choice(MEMBER_TYPES), ON_ITS_PAGE, read=False, write=Write.CREATE, required=True, example="Host"),
            Attribute("read", boolean(), ON_ITS_PAGE, read=False, write=Write.ALWAYS, note="True sets read_at."),
            Attribute("last_message_sent_at", time(), ON_ITS_PAGE, null=True),
            Attribute("read_at", time(), ON_ITS_PAGE, null=True),
            *STAMPS,
        ),
        links=(
            Link("account", "accounts", fidelity=assumed("in the table of 2022, in no sample")),
            Link("conversation", "conversations", ON_ITS_PAGE),
            Link(
                "member",
                "",
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
        page="/reference/endpoints/inbox_messages",
        read_scopes=("inbox_read",),
        write_scopes=("inbox_write",),
        note="It reaches the guest when a Host sends it, external, with the conversation's default_channel as channel.",
        attributes=(
            Attribute("conversation_id", record_id(), ON_ITS_PAGE, read=False, write=Write.CREATE, required=True),
            Attribute(
                "sender_id",
                record_id(),
                ON_ITS_PAGE,
                read=False,
                write=Write.CREATE,
                required=True,
                note="The id of a participant of that conversation.",
            ),
            Attribute(
                "content",
                text(),
                write=Write.ALWAYS,
                required=True,
                example="You can arrive from four o'clock.",
                fidelity=recorded("messages, edited by PUT, 2018"),
            ),
            Attribute("origin", choice(ORIGINS), ON_ITS_PAGE, write=Write.ALWAYS, required=True, example="bookingsync_inbox"),
            Attribute(
                "visibility",
                choice(VISIBILITIES),
                ON_ITS_PAGE,
                write=Write.ALWAYS,
                required=True,
                tolerated=Tolerated("all", validated_as="external", assumption="visibility_all"),
                example="external",
                note="`internal` goes with no channel, and not with a Client as sender.",
            ),
            Attribute("channel", choice(CHANNELS), ON_ITS_PAGE, null=True, write=Write.ALWAYS, example="airbnb"),
            Attribute("sent_at", time(), ON_ITS_PAGE, null=True, write=Write.ALWAYS, required=True, optional_if="sent_at_optional"),
            Attribute("attachment_ids", record_ids(), ON_ITS_PAGE, read=False, write=Write.ALWAYS),
            *CREATED_BY,
            *STAMPS,
        ),
        links=(
            Link("account", "accounts", fidelity=assumed("in the table of 2022, in no sample")),
            Link("attachments", "attachments", ON_ITS_PAGE, many=True),
            Link("conversation", "conversations", ON_ITS_PAGE),
            Link("sender", "participants", ON_ITS_PAGE),
            CREATED_BY_LINK,
        ),
    ),
    Resource(
        name="attachment",
        plural="attachments",
        page="/reference/endpoints/inbox_attachments",
        read_scopes=("inbox_read",),
        write_scopes=("inbox_write",),
        needs=(("file",), ("remote_file_url",)),
        note="Give `file` or `remote_file_url`; of both, `file` wins. Nothing is fetched: a remote file becomes a placeholder of its name.",
        attributes=(
            Attribute("name", text(), ON_ITS_PAGE, write=Write.ALWAYS, example="arrival.png"),
            Attribute(
                "file",
                upload(),
                read=False,
                write=Write.ALWAYS,
                example="data:text/plain;base64,SGVsbG8K",
                note="Base64, bare or as a data URI; less than 10 MB once decoded.",
                fidelity=recorded("attachments, bare Base64 with newlines, 2018; data URIs are documented"),
            ),
            Attribute("remote_file_url", url(), ON_ITS_PAGE, read=False, write=Write.ALWAYS),
            Attribute("url", upload_url(), fidelity=assumed("recorded relative to the host; absolute here, switch attachment_urls")),
            Attribute("file_size", integer(), ON_ITS_PAGE, example=5365),
            Attribute("file_content_type", text(), example="image/png", fidelity=recorded("attachments: sniffed from the bytes, 2018")),
            Attribute("image_width", integer(), null=True, fidelity=PICTURE_SIZE),
            Attribute("image_height", integer(), null=True, fidelity=PICTURE_SIZE),
            *STAMPS,
        ),
        links=(
            Link("account", "accounts", fidelity=recorded("attachments, 2018")),
            Link("messages", "messages", many=True, fidelity=recorded("attachments, 2018")),
        ),
    ),
)
