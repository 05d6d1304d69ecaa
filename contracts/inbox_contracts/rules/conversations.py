"""Conversations that a channel opens: wait for them, use them, and leave their guests to the channel."""

from collections.abc import Iterator
from datetime import timedelta

from inbox_mock.conduct.facts import BookingFact, ConversationFact
from inbox_mock.conduct.model import Entry, Evidence, Rule, Violation

PATIENCE = timedelta(days=1)


@Rule(
    code="CNV001",
    title="made a conversation for a channel's booking that was still waiting for its own",
    why="The channel opens its conversation some time after the booking; one that a client makes is not synchronised, "
    "so the guest never reads what is written there.",
    source="developers.bookingsync.com/guides/understanding-inbox-messaging, Fetching an Inbox Conversation",
    fix="Poll the booking with updated_since, or subscribe to inbox_conversation_created, until links.conversations is not empty.",
    exceptions=(
        "the booking was cancelled, or is none of a channel that opens conversations by itself",
        "the channel never opens one, and a day has passed since the booking",
        "the conversation that it made went to a booking that does not wait",
    ),
)
def wait_for_the_channel(evidence: Evidence) -> Iterator[Violation]:
    """Yield each booking that got a conversation of the client's before the channel had opened its own."""
    made = {entry.made("inbox_conversation_created"): entry for entry in evidence.called("POST", "inbox", "conversations")}
    connected: set[int] = set()
    seen: set[tuple[int, int]] = set()
    for entry, conversation, booking in _connections(evidence):
        connected.add(conversation.id)
        if _waits(booking, entry) and (conversation.id, booking.id) not in seen:
            seen.add((conversation.id, booking.id))
            about = f"connected booking {booking.id}, which waited for {booking.channel}, to conversation {conversation.id}"
            shown = [made[conversation.id].id] if conversation.id in made else []
            yield Violation(f"{about}, which {booking.channel} does not see", (*shown, entry.id))
    for entry in evidence.attempts_at("POST", "inbox", "conversations", field="default_channel"):
        wanted = entry.written.get("default_channel")
        waiting = [b for b in evidence.bookings.values() if wanted is not None and b.default_channel == wanted and _waits(b, entry)]
        if waiting and entry.made("inbox_conversation_created") not in connected:
            named = ", ".join(str(booking.id) for booking in waiting[:5])
            about = (
                f"made a conversation with default_channel {wanted} while {waiting[0].channel} was still to open that of booking {named}"
            )
            yield Violation(about, (entry.id,))


def _connections(evidence: Evidence) -> Iterator[tuple[Entry, ConversationFact, BookingFact]]:
    """Yield each attempt to connect a booking to a conversation that no channel opened."""
    for entry in evidence.attempts_at("PUT", "inbox", "conversations", "*", "connect_booking", field="bookings"):
        conversation, booking = evidence.conversations.get(int(entry.parts[2])), evidence.bookings.get(entry.number("id") or 0)
        if conversation is not None and booking is not None and conversation.channel is None:
            yield entry, conversation, booking


def _waits(booking: BookingFact, entry: Entry) -> bool:
    patient = booking.never and entry.at - booking.created_at >= PATIENCE
    return booking.account_id == entry.account_id and booking.waits(entry.at) and not patient


@Rule(
    code="CNV002",
    title="connected a channel's booking, that has the channel's conversation, to one of its own",
    why="The channel sees its own conversation only; with a second one the thread is split, and half of it reaches nobody.",
    source="developers.bookingsync.com/guides/understanding-inbox-messaging, Fetching an Inbox Conversation",
    fix="Use the conversation in the booking's links.conversations that was made by the channel's application.",
    exceptions=(
        "the conversation is one that a channel opened, too",
        "the booking is none of a channel that opens conversations by itself",
    ),
)
def use_the_channels_conversation(evidence: Evidence) -> Iterator[Violation]:
    """Yield each such booking that was connected to a conversation which no channel opened."""
    seen: set[tuple[int, int]] = set()
    for entry, conversation, booking in _connections(evidence):
        if booking.has_conversation(entry.at) and (conversation.id, booking.id) not in seen:
            seen.add((conversation.id, booking.id))
            about = f"connected booking {booking.id} to conversation {conversation.id}, though {booking.channel} has opened"
            yield Violation(f"{about} conversation {booking.channel_conversation} for it", (entry.id,))


@Rule(
    code="PRT001",
    title="created a Client participant in a channel's conversation",
    why="Travellers in a channel's conversation are managed by the channel only; it knows nothing of one that a client adds.",
    source="developers.bookingsync.com/guides/understanding-inbox-messaging, Managing Inbox Participants",
    fix="Read the participants, and add Host participants only.",
    exceptions=("the participant is a Host", "no channel opened the conversation"),
)
def leave_guests_to_the_channel(evidence: Evidence) -> Iterator[Violation]:
    """Yield each Client participant that was created in a channel's conversation."""
    for entry in evidence.attempts_at("POST", "inbox", "participants", field="member_type"):
        conversation = evidence.conversations.get(entry.number("conversation_id") or 0)
        if conversation is not None and conversation.channel is not None and entry.written.get("member_type") == "Client":
            about = f"added client {entry.number('member_id')} to conversation {conversation.id}, which {conversation.channel} opened"
            yield Violation(about, (entry.id,))
