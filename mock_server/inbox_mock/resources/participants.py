"""Participants: who takes part in a conversation, as a Client (a traveller) or a Host (a user of the account)."""

from inbox_mock.domain.enumerations import MEMBER_TYPES
from inbox_mock.domain.fidelity import assumed, documented, recorded
from inbox_mock.resources.declaration import Attribute, Link, Resource, Write, stamps
from inbox_mock.resources.field_types import boolean, choice, record_id, time

PAGE = "/reference/endpoints/inbox_participants"
DOCUMENTED = documented(PAGE)

RESOURCE = Resource(
    name="participant",
    plural="participants",
    path="inbox/participants",
    page=PAGE,
    view="participant_records",
    read_scopes=("inbox_read",),
    write_scopes=("inbox_write",),
    note="Only Host participants send messages and are notified. Client participants of a channel's conversation are the channel's.",
    attributes=(
        Attribute(name="conversation_id", kind=record_id(), read=False, write=Write.CREATE, required=True, fidelity=DOCUMENTED),
        Attribute(name="member_id", kind=record_id(), read=False, write=Write.CREATE, required=True, fidelity=DOCUMENTED),
        Attribute(
            name="member_type",
            kind=choice(MEMBER_TYPES),
            read=False,
            write=Write.CREATE,
            required=True,
            example="Host",
            fidelity=DOCUMENTED,
        ),
        Attribute(name="read", kind=boolean(), read=False, write=Write.ALWAYS, note="True sets read_at.", fidelity=DOCUMENTED),
        Attribute(name="last_message_sent_at", kind=time(), null=True, fidelity=DOCUMENTED),
        Attribute(name="read_at", kind=time(), null=True, fidelity=DOCUMENTED),
        *stamps(PAGE),
    ),
    links=(
        Link(name="account", target="accounts", fidelity=assumed("in the table of 2022, in no sample")),
        Link(name="conversation", target="conversations", fidelity=DOCUMENTED),
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
)
