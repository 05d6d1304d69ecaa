"""MSG003: after an answer that never came, look whether the message is there before sending it again."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from inbox_mock.conduct.model import Entry, Evidence, Rule, Violation
from inbox_mock.conduct.pagination import is_listing, since_of


def find(evidence: Evidence) -> Iterator[Violation]:
    """Yield each message that was sent again while it was unknown whether the first one had been stored."""
    for _, calls in evidence.by_application():
        doubtful: dict[tuple[int | None, object], Entry] = {}
        looks = [entry for entry in calls if _is_look(entry)]
        ids = [look.id for look in looks]
        for entry in calls:
            if not entry.is_call("POST", "inbox", "messages"):
                continue
            conversation, content = _sent(entry)
            first = doubtful.get((conversation, content))
            if first is not None and not _is_excepted(
                evidence, first, entry, looks[bisect_right(ids, first.id) : bisect_right(ids, entry.id)]
            ):
                what = f"message {stored}" if (stored := first.made("inbox_message_created")) else "the message"
                told = "without an answer" if first.status is None else f"with {first.status}"
                about = f"sent {what} again, after the first try ended {told}"
                yield Violation(f"{about}, without looking whether it is there", (first.id, entry.id))
            if entry.status is None or entry.status >= 500 or entry.status == 408 or not entry.readable:
                doubtful[conversation, content] = entry
            elif entry.status < 300:
                doubtful.pop((conversation, content), None)


def _sent(entry: Entry) -> tuple[int | None, object]:
    """Return a message's conversation and content; of a long request the journal keeps the beginning only, which stands for both."""
    return (entry.number("conversation_id"), entry.written.get("content")) if entry.written else (None, entry.asked_body)


def _is_excepted(evidence: Evidence, first: Entry, again: Entry, looks: Sequence[Entry]) -> bool:
    between = [look for look in looks if _would_show(look, first, _sent(first)[0])]
    stored = first.made("inbox_message_created")
    if stored is None or not between:
        return bool(between)
    if not any(_shows(look, stored, first) for look in between):
        return True
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


def _shows(look: Entry, message_id: int, first: Entry) -> bool:
    """Return whether a response shows a message. The journal cuts long responses; the newest message is on the last page."""
    records = look.answered.get(look.parts[1])
    if isinstance(records, list):
        shown = [record for record in records if isinstance(record, dict)]
        if look.parts[1] == "messages":
            return any(record.get("id") == message_id for record in shown)
        links = (record.get("links") for record in shown)
        return any(isinstance(found, dict) and message_id in (found.get("messages") or ()) for found in links)
    stale = look.synced_at is not None and look.synced_at < first.at
    return not stale and look.headers.get("X-Current-Page") == look.headers.get("X-Total-Pages")


RULE = Rule(
    code="MSG003",
    title="sent the same message twice after a time-out or 5xx",
    why="An answer that is lost says nothing about the message: it may be there, and the guest reads it twice.",
    source="developers.bookingsync.com/guides/api-best-practices; the API has no key by which it would know a repetition",
    fix="After a time-out or 5xx, list the messages (updated_since helps) and send again only what is not there.",
    severity="error",
    exceptions=(
        "it listed messages in between, and the first was not there",
        "the first was refused (4xx): it is certain that nothing was stored",
        "the same words went to another conversation",
        "it had seen the first, and the guest wrote in between: a new answer in the same words",
    ),
    find=find,
)
