"""CNV002: a channel's booking that has the channel's conversation needs no other."""

from collections.abc import Iterator

from inbox_mock.conduct.model import Evidence, Rule, Violation


def find(evidence: Evidence) -> Iterator[Violation]:
    """Yield each such booking that was connected to a conversation which no channel opened."""
    seen: set[tuple[int, int]] = set()
    for entry in evidence.attempts_at("PUT", "inbox", "conversations", "*", "connect_booking", field="bookings"):
        conversation, booking = evidence.conversations.get(int(entry.parts[2])), evidence.bookings.get(entry.number("id") or 0)
        if conversation is None or booking is None or conversation.channel is not None or not booking.has_conversation(entry.at):
            continue
        if (conversation.id, booking.id) not in seen:
            seen.add((conversation.id, booking.id))
            about = f"connected booking {booking.id} to conversation {conversation.id}, though {booking.channel} has opened"
            yield Violation(f"{about} conversation {booking.channel_conversation} for it", (entry.id,))


RULE = Rule(
    code="CNV002",
    title="connected a channel's booking, that has the channel's conversation, to one of its own",
    why="The channel sees its own conversation only; with a second one the thread is split, and half of it reaches nobody.",
    source="developers.bookingsync.com/guides/understanding-inbox-messaging, Fetching an Inbox Conversation",
    fix="Use the conversation in the booking's links.conversations that was made by the channel's application.",
    severity="error",
    exceptions=(
        "the conversation is one that a channel opened, too",
        "the booking is none of a channel that opens conversations by itself",
    ),
    find=find,
)
