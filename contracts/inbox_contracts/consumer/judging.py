"""The verdict on a play: what the client believes, what reached the guests, and what it did, against what is true and allowed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from json import JSONDecodeError, loads

from inbox_contracts.consumer.driver import JSON
from inbox_contracts.consumer.oracle import Difference, differences
from inbox_contracts.consumer.recording import Heard, Play
from inbox_contracts.rules import RULES

MOST_ENTRIES = 6

TITLES = {
    "BELIEF": "believes what is not true",
    "LOST": "said that it had answered, and the guest never reads it",
    "TWICE": "answered, and the guest reads it more than once",
    "TOO_SOON": "said that it had answered, while there was no conversation of the channel's to answer in",
    "STUCK": "puts off the same thing for ever",
    "GAVE_UP": "said that it cannot do what it can do",
}
FIXES = {
    "BELIEF": "Keep a copy that is brought up to date from every page, by updated_since from the first page's synced-at.",
    "LOST": "Send as a Host participant, with the conversation's default_channel, and answer ok only after the message was taken.",
    "TWICE": "After an answer that was lost, list the messages before you send again.",
    "TOO_SOON": "Put the answer off until the booking has a conversation that was made by the channel's application: see created_by.",
    "STUCK": "Ask again each time: what hindered is over by then.",
    "GAVE_UP": "Answer later for what may go better the next time: ok: false alone means never.",
}
PARTS_FIX = (
    "Ask for participants and messages with updated_since, too: "
    "a change of theirs need not move the conversation's updated_at, so include= alone does not bring it."
)
BOOKINGS_FIX = "Read every page, and pass from: without it the list leaves out the stays that are over."

MISCONDUCT = {"crash": "crashed", "hang": "hangs", "missing": "cannot be started", "no client": "is none"}
KEEP_TO_IT = (
    "Answer each line on stdin with one JSON line on stdout that bears the same id, and write everything else to stderr; "
    "what may go better another time is answered ok: false, later: true."
)

NOUNS = {"booking": "booking", "inbox_conversation": "conversation", "inbox_message": "message"}
"""What the events of webhooks speak of."""

TOLD: dict[tuple[str, str], Callable[[JSON], object]] = {
    ("conversation", "closed"): lambda record: record["closed_at"] is not None,
    ("conversation", "booking_ids"): lambda record: sorted(record["links"]["bookings"]),
    ("booking", "conversation_ids"): lambda record: sorted(record["links"]["conversations"]),
    ("message", "content"): lambda record: record["content"],
}
"""What a record in a webhook tells of each part of a belief."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a client did wrong: a rule's ``code`` or a word of TITLES, what in a sentence, why and how to do better, and evidence."""

    code: str
    title: str
    about: str
    fix: str
    why: str = ""
    entries: tuple[int, ...] = ()


def findings(play: Play) -> list[Finding]:
    """Return everything that a client did wrong in a world, what tells most first."""
    if play.misconduct is not None:
        said = play.misconduct
        return [Finding(said.kind.upper(), MISCONDUCT.get(said.kind, "does not keep to the driver protocol"), said.about, KEEP_TO_IT)]
    reported = [
        Finding(found["code"], found["title"], found["about"], found["fix"], found["why"], tuple(found["entries"])[:MOST_ENTRIES])
        for found in play.report["violations"]
        if found["severity"] == "error"
    ]
    seen = {found.code for found in reported}
    own = [*_webhooks(play), *_beliefs(play), *_replies(play), *_endings(play)]
    return [*reported, *_once_each(found for found in own if found.code not in seen)]


def _once_each(found: Iterable[Finding]) -> Iterator[Finding]:
    """Leave out beliefs that repeat a code: the first of a code is evidence enough, but for beliefs, of which each says something."""
    told: set[tuple[str, str]] = set()
    for one in found:
        if (one.code, one.about) not in told:
            told.add((one.code, one.about))
            yield one


def _by_rule(code: str, about: str, entries: tuple[int, ...] = ()) -> Finding:
    rule = next(rule for rule in RULES if rule.code == code)
    return Finding(code, rule.title, about, rule.fix, rule.why, entries)


def _own(code: str, about: str, fix: str = "") -> Finding:
    return Finding(code, TITLES[code], about, fix or FIXES[code])


def _webhooks(play: Play) -> Iterator[Finding]:
    for heard in play.heard:
        if heard.accepted and not heard.genuine:
            yield _by_rule("WHK001", f"accepted a forged {heard.event}")
        if heard.genuine and not heard.accepted:
            yield _by_rule("WHK002", f"refused a genuine {heard.event}")


def _beliefs(play: Play) -> Iterator[Finding]:
    if play.belief is None:
        return
    for found in differences(play.belief, play.truth):
        yield _of_difference(play, found)


def _of_difference(play: Play, found: Difference) -> Finding:
    if any(_said_so(heard, found) for heard in play.heard if heard.genuine and heard.old):
        return _by_rule("WHK003", f"{found.about}: a webhook that told of the past said so")
    if found.noun == "booking" and found.part == "extra" and found.id in play.cancelled:
        return _by_rule("SYN004", f"still believes in booking {found.id}, which was cancelled", _deletions(play, found.id))
    late = _late(play)
    if found.noun == "booking" and found.part == "conversation_ids" and found.id in late and not found.believed:
        return _by_rule("SYN005", found.about)
    if found.noun == "conversation" and found.part == "missing" and _bookings_of(play, found.id) & late:
        return _by_rule("SYN005", f"{found.about}, which came after it had looked for it")
    if found.noun in ("participant", "message"):
        return _own("BELIEF", found.about, PARTS_FIX)
    return _own("BELIEF", found.about, BOOKINGS_FIX if (found.noun, found.part) == ("booking", "missing") else "")


def _deletions(play: Play, booking_id: int) -> tuple[int, ...]:
    """Return the entries in which the API told of a deletion."""
    told = []
    for entry in play.entries:
        if entry["path"] == "/api/v3/bookings" and "deleted_ids" in str(entry["response"].get("body")):
            try:
                body = loads(entry["response"]["body"])
            except JSONDecodeError:
                continue
            if booking_id in body.get("meta", {}).get("deleted_ids", []):
                told.append(int(entry["id"]))
    return tuple(told[:MOST_ENTRIES])


def _said_so(heard: Heard, found: Difference) -> bool:
    """Whether an old webhook told what the client believes, and it had known better before."""
    noun = NOUNS.get(heard.event.rpartition("_")[0])
    if noun != found.noun or heard.record["id"] != found.id or heard.before is None:
        return False
    if found.part == "extra":
        return all(known["id"] != found.id for known in heard.before[f"{noun}s"])
    told = TOLD.get((noun, found.part))
    if told is None or told(heard.record) != found.believed:
        return False
    return not any(_same(known, found) for known in _known(heard.before, noun))


def _known(belief: JSON, noun: str) -> list[JSON]:
    """Return all records of a noun in a belief; messages stand in their conversations."""
    if noun == "message":
        return [message for conversation in belief["conversations"] for message in conversation["messages"]]
    found: list[JSON] = belief[f"{noun}s"]
    return found


def _same(known: JSON, found: Difference) -> bool:
    value = known[found.part]
    return bool(known["id"] == found.id and (sorted(value) if isinstance(value, list) else value) == found.believed)


def _late(play: Play) -> set[int]:
    """Return the bookings that the client was asked about while they still waited, and whose conversation came."""
    return {number for number in play.waited if any(number in found["booking_ids"] for found in play.truth["conversations"])}


def _bookings_of(play: Play, conversation_id: int) -> set[int]:
    return {number for found in play.truth["conversations"] if found["id"] == conversation_id for number in found["booking_ids"]}


def _replies(play: Play) -> Iterator[Finding]:
    ended = play.belief is not None or "sync" not in play.can
    for promise in play.promises:
        read, what = play.threads[promise.booking_id, promise.content], f"{promise.content!r} (booking {promise.booking_id})"
        if promise.nobody:
            sent = play.stored[promise.booking_id, promise.content]
            how = "sent elsewhere" if sent else "sent nowhere at all"
            yield _own("TOO_SOON", f"said that it had sent {what}, which was {how}: the channel had not opened the conversation yet")
        if read > 1:
            yield _own("TWICE", f"the guest reads {what} {read} times")
        if promise.state == "kept" and read == 0 and ended and not promise.nobody:
            yield _own("LOST", f"the guest never reads {what}")


def _endings(play: Play) -> Iterator[Finding]:
    if play.stuck:
        yield _own("STUCK", play.stuck)
    if play.gave_up:
        yield _own("GAVE_UP", play.gave_up)
