"""MSG002: what is to reach the guest carries the conversation's default_channel."""

from collections.abc import Iterator

from inbox_mock.conduct.model import Entry, Evidence, MessageFact, Rule, Violation


def find(evidence: Evidence) -> Iterator[Violation]:
    """Yield each answer in a channel's conversation that was not relayed, though a Host sent it."""
    answered, asked = _threads(evidence)
    for entry in evidence.calls:
        message = evidence.messages.get(entry.made("inbox_message_created") or 0)
        if message is None or not entry.is_call("POST", "inbox", "messages"):
            continue
        conversation, sender = evidence.conversations[message.conversation_id], evidence.participants[message.sender_id]
        if conversation.channel is None or sender.kind != "Host" or message.relayed:
            continue
        note = entry.written.get("visibility", message.visibility) == "internal"
        if note and (conversation.id in answered or not _waits(asked.get(conversation.id), entry)):
            continue
        way = "as an internal note" if note else f"with channel {entry.written.get('channel', message.channel) or 'null'}"
        about = f"answered in conversation {conversation.id} of {conversation.channel} {way}"
        yield Violation(f"{about}: the guest never sees message {message.id}", (entry.id,))


def _threads(evidence: Evidence) -> tuple[set[int], dict[int, MessageFact]]:
    """Return the conversations in which a Host's message was relayed, and the first message of a guest in each."""
    answered: set[int] = set()
    asked: dict[int, MessageFact] = {}
    for message in evidence.messages.values():
        if evidence.participants[message.sender_id].kind == "Client":
            asked.setdefault(message.conversation_id, message)
        elif message.relayed:
            answered.add(message.conversation_id)
    return answered, asked


def _waits(question: MessageFact | None, entry: Entry) -> bool:
    return question is not None and question.created_at <= entry.at


RULE = Rule(
    code="MSG002",
    title="answered in a channel's conversation without channel = default_channel: the guest never sees it",
    why="A message is relayed to the channel when it is external and its channel is the conversation's default_channel; "
    "any other stays in the inbox.",
    source="developers.bookingsync.com/reference/endpoints/inbox_conversations, default_channel",
    fix="Read default_channel of the conversation, and send it as channel, with visibility external.",
    severity="error",
    exceptions=(
        "it was an internal note, and another answer was relayed",
        "it was an internal note, and the guest had not written",
        "the channel failed to relay it",
        "no channel opened the conversation",
    ),
    find=find,
)
