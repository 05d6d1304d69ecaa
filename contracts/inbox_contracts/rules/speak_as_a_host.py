"""MSG001: only Host participants send messages."""

from collections.abc import Iterator

from inbox_mock.conduct.model import Evidence, Rule, Violation


def find(evidence: Evidence) -> Iterator[Violation]:
    """Yield each message that was sent as a Client participant."""
    for entry in evidence.attempts_at("POST", "inbox", "messages", field="sender"):
        sender = evidence.participants.get(entry.number("sender_id") or 0)
        if sender is not None and sender.kind == "Client" and sender.conversation_id == entry.number("conversation_id"):
            about = f"sent a message into conversation {sender.conversation_id} as participant {sender.id}, who is the guest"
            yield Violation(about, (entry.id,))


RULE = Rule(
    code="MSG001",
    title="sent a message as a Client participant",
    why="Only Host participants can send messages: what is said in the guest's name is not relayed, and taken for the guest's own words.",
    source="developers.bookingsync.com/guides/understanding-inbox-messaging, Entities",
    fix="Send as a participant whose links.member has the type Host; where there is none, create one first.",
    severity="error",
    exceptions=("the sender is a Host participant",),
    find=find,
)
