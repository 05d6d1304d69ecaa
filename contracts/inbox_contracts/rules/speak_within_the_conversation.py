"""MSG004: a sender takes part in the conversation that the message goes into."""

from collections.abc import Iterator

from inbox_mock.conduct.model import Evidence, Rule, Violation


def find(evidence: Evidence) -> Iterator[Violation]:
    """Yield each message whose sender is a participant of another conversation."""
    for entry in evidence.calls:
        if not entry.is_call("POST", "inbox", "messages") or entry.status not in {422, None}:
            continue
        sender, conversation = evidence.participants.get(entry.number("sender_id") or 0), entry.number("conversation_id")
        if sender is not None and conversation in evidence.conversations and sender.conversation_id != conversation:
            about = f"sent a message into conversation {conversation} as participant {sender.id} of conversation {sender.conversation_id}"
            yield Violation(about, (entry.id,))


RULE = Rule(
    code="MSG004",
    title="sent from a participant of another conversation",
    why="A participant stands for a host in one conversation; in any other the message is refused, or comes from a stranger.",
    source="developers.bookingsync.com/guides/understanding-inbox-messaging, Entities: a participant is scoped under a conversation",
    fix="Look the sender up among the participants of the very conversation that you answer in.",
    severity="error",
    exceptions=("there is no such participant, or no such conversation",),
    find=find,
)
