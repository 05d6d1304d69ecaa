"""Messages: who sends them, where, on which channel, and whether they are sent twice."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from inbox_mock.conduct.facts import MessageFact, mark
from inbox_mock.conduct.model import Entry, Evidence, Rule, Violation
from inbox_mock.conduct.pagination import has_next, is_listing, since_of


@Rule(
    code="MSG001",
    title="sent a message as a Client participant",
    why="Only Host participants can send messages: what is said in the guest's name is not relayed, and taken for the guest's own words.",
    source="developers.bookingsync.com/guides/understanding-inbox-messaging, Entities",
    fix="Send as a participant whose links.member has the type Host; where there is none, create one first.",
    exceptions=("the sender is a Host participant",),
)
def speak_as_a_host(evidence: Evidence) -> Iterator[Violation]:
    """Yield each message that was sent as a Client participant."""
    for entry in evidence.attempts_at("POST", "inbox", "messages", field="sender"):
        message = evidence.messages.get(entry.made("inbox_message_created") or 0)
        sender_id = entry.number("sender_id") if message is None else message.sender_id
        conversation_id = entry.number("conversation_id") if message is None else message.conversation_id
        sender = evidence.participants.get(sender_id or 0)
        if sender is not None and sender.kind == "Client" and sender.conversation_id == conversation_id:
            about = f"sent a message into conversation {sender.conversation_id} as participant {sender.id}, who is the guest"
            yield Violation(about, (entry.id,))


@Rule(
    code="MSG002",
    title="answered in a channel's conversation without channel = default_channel: the guest never sees it",
    why="A message is relayed to the channel when it is external and its channel is the conversation's default_channel; "
    "any other stays in the inbox.",
    source="developers.bookingsync.com/reference/endpoints/inbox_conversations, default_channel",
    fix="Read default_channel of the conversation, and send it as channel, with visibility external.",
    exceptions=(
        "it was an internal note, and another answer was relayed",
        "it was an internal note, and the guest had not written",
        "the channel failed to relay it",
        "no channel opened the conversation",
    ),
)
def answer_on_the_channel(evidence: Evidence) -> Iterator[Violation]:
    """Yield each answer in a channel's conversation that was not relayed, though a Host sent it."""
    answered, asked = _threads(evidence)
    for entry in evidence.called("POST", "inbox", "messages"):
        message = evidence.messages.get(entry.made("inbox_message_created") or 0)
        if message is None:
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


@Rule(
    code="MSG003",
    title="sent the same message twice after a time-out or 5xx",
    why="An answer that is lost says nothing about the message: it may be there, and the guest reads it twice.",
    source="developers.bookingsync.com/guides/api-best-practices; the API has no key by which it would know a repetition",
    fix="After a time-out or 5xx, list the messages (updated_since helps) and send again only what is not there.",
    exceptions=(
        "it listed messages in between, to the end, and the first was not there",
        "the first was refused (4xx): it is certain that nothing was stored",
        "the same words went to another conversation",
        "it had seen the first, and the guest wrote in between: a new answer in the same words",
    ),
)
def look_before_sending_again(evidence: Evidence) -> Iterator[Violation]:
    """Yield each message that was sent again while it was unknown whether the first one had been stored."""
    for _, calls in evidence.by_application():
        doubtful: dict[tuple[int | None, object], Entry] = {}
        looks = [entry for entry in calls if _is_look(entry)]
        ids = [look.id for look in looks]
        shown: dict[int, tuple[object, ...] | None] = {}
        for entry in calls:
            if not entry.is_call("POST", "inbox", "messages"):
                continue
            lost = entry.status is None or entry.status >= 500 or entry.status == 408 or not entry.readable
            if not lost and not doubtful:
                continue
            conversation, content = _sent(entry)
            first = doubtful.get((conversation, content))
            between = looks[bisect_right(ids, first.id) : bisect_right(ids, entry.id)] if first is not None else ()
            if first is not None and not _is_excepted(evidence, first, entry, between, shown):
                what = f"message {stored}" if (stored := first.made("inbox_message_created")) else "the message"
                told = "without an answer" if first.status is None else f"with {first.status}"
                told += "" if first.readable else ", which could not be read"
                seen = next((look for look in between if stored is not None and _shows(look, stored, first, shown)), None)
                looked = "without looking whether it is there" if seen is None else f"though it had looked, and entry {seen.id} shows it"
                yield Violation(f"sent {what} again, after the first try ended {told}, {looked}", (first.id, entry.id))
            if lost:
                doubtful[conversation, content] = entry
            elif entry.status is not None and entry.status < 300:
                doubtful.pop((conversation, content), None)


def _sent(entry: Entry) -> tuple[int | None, object]:
    """Return a message's conversation and content; for a long request, the beginning that the journal keeps."""
    return (entry.number("conversation_id"), mark(entry.written.get("content"))) if entry.written else (None, mark(entry.asked_body))


def _is_excepted(
    evidence: Evidence, first: Entry, again: Entry, looks: Sequence[Entry], shown: dict[int, tuple[object, ...] | None]
) -> bool:
    between = [look for look in looks if _would_show(look, first, _sent(first)[0])]
    stored = first.made("inbox_message_created")
    if stored is None or not any(_shows(look, stored, first, shown) for look in between):
        return any(not has_next(look) for look in between)  # what is new is on the last page
    thread = evidence.messages[stored].conversation_id
    answers = (m for m in evidence.messages.values() if m.conversation_id == thread and m.id > stored)
    return any(m.created_at <= again.at and evidence.participants[m.sender_id].kind == "Client" for m in answers)


def _is_look(entry: Entry) -> bool:
    """Return whether an entry shows messages: a list of them, or conversations with the ids of their messages."""
    if entry.method != "GET" or entry.failed:
        return False
    return (is_listing(entry) and entry.parts[-1] in {"messages", "conversations"}) or entry.is_call("GET", "inbox", "conversations", "*")


def _would_show(look: Entry, first: Entry, conversation: int | None) -> bool:
    """Return whether a response would show the message if it had been stored."""
    since = since_of(look)
    named = len(look.parts) < 3 or conversation is None or str(conversation) in look.parts[2].split(",")
    return look.account_id == first.account_id and named and (since is None or since <= first.at)


def _shows(look: Entry, message_id: int, first: Entry, shown: dict[int, tuple[object, ...] | None]) -> bool:
    """Return whether a response shows a message; ``shown`` keeps which ones each response shows, since bodies are read each time.

    The journal cuts long responses; the newest message is on the last page.
    """
    if look.id not in shown:
        shown[look.id] = _messages_in(look)
    known = shown[look.id]
    if known is not None:
        return message_id in known
    stale = look.synced_at is not None and look.synced_at < first.at
    return not stale and look.headers.get("X-Current-Page") == look.headers.get("X-Total-Pages")


def _messages_in(look: Entry) -> tuple[object, ...] | None:
    """Return the ids of the messages that a response shows; None where the journal does not hold all of it."""
    records = look.answered.get(look.parts[1])
    if not isinstance(records, list):
        return None
    found = [record for record in records if isinstance(record, dict)]
    if look.parts[1] == "messages":
        return tuple(record.get("id") for record in found)
    links = [record["links"] for record in found if isinstance(record.get("links"), dict)]
    return tuple(message_id for linked in links for message_id in linked.get("messages") or ())


@Rule(
    code="MSG004",
    title="sent from a participant of another conversation",
    why="A participant stands for a host in one conversation; in any other the message is refused, or comes from a stranger.",
    source="developers.bookingsync.com/guides/understanding-inbox-messaging, Entities: a participant is scoped under a conversation",
    fix="Look the sender up among the participants of the very conversation that you answer in.",
    exceptions=("there is no such participant, or no such conversation",),
)
def speak_within_the_conversation(evidence: Evidence) -> Iterator[Violation]:
    """Yield each message whose sender is a participant of another conversation."""
    for entry in evidence.called("POST", "inbox", "messages"):
        if entry.status not in {422, None}:
            continue
        sender, conversation = evidence.participants.get(entry.number("sender_id") or 0), entry.number("conversation_id")
        if sender is not None and conversation in evidence.conversations and sender.conversation_id != conversation:
            about = f"sent a message into conversation {conversation} as participant {sender.id} of conversation {sender.conversation_id}"
            yield Violation(about, (entry.id,))
