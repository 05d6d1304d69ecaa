"""PRT001: Client participants of a channel's conversation are the channel's business."""

from collections.abc import Iterator

from inbox_mock.conduct.model import Evidence, Rule, Violation


def find(evidence: Evidence) -> Iterator[Violation]:
    """Yield each Client participant that was created in a channel's conversation."""
    for entry in evidence.attempts_at("POST", "inbox", "participants", field="member_type"):
        conversation = evidence.conversations.get(entry.number("conversation_id") or 0)
        if conversation is not None and conversation.channel is not None and entry.written.get("member_type") == "Client":
            about = f"added client {entry.number('member_id')} to conversation {conversation.id}, which {conversation.channel} opened"
            yield Violation(about, (entry.id,))


RULE = Rule(
    code="PRT001",
    title="created a Client participant in a channel's conversation",
    why="Travellers in a channel's conversation are managed by the channel only; it knows nothing of one that a client adds.",
    source="developers.bookingsync.com/guides/understanding-inbox-messaging, Managing Inbox Participants",
    fix="Read the participants, and add Host participants only.",
    severity="error",
    exceptions=("the participant is a Host", "no channel opened the conversation"),
    find=find,
)
