"""SYN005: no conversation yet does not mean none. Only a trial can ask a client what it believes."""

from inbox_mock.conduct.model import Rule

RULE = Rule(
    code="SYN005",
    title="decided too early that a booking has no conversation",
    why="The channel opens the conversation some time after the booking; whoever does not look again never finds it.",
    source="developers.bookingsync.com/guides/understanding-inbox-messaging, Fetching an Inbox Conversation",
    fix="Look again: the booking's updated_at moves when the conversation is there, and inbox_conversation_created is sent.",
    severity="error",
)
