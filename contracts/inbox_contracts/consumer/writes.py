"""What the client wrote: the answers that it was told to give, and what nobody had asked it for."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress

from orjson import JSONDecodeError, loads

from inbox_contracts.consumer.beliefs import short, where_they_differ
from inbox_contracts.consumer.driver import JSON
from inbox_contracts.consumer.findings import Misbehaviour, own
from inbox_contracts.consumer.hazards import struck
from inbox_contracts.consumer.recording import Recording, RequestedReply

READ_MARKS = frozenset({"read", "read_at"})
"""What a client may change in a conversation, though nobody told it to: that it was read."""

NEEDLESS = {"hosts": "made a host, though the account has some", "inbox/attachments": "made an attachment, which no answer bears"}
"""Records that no answer needs to be made, by their path."""

CHANGES = frozenset({"PUT", "PATCH"})
CREATED, SERVER_ERROR = 201, 500
TAKEN_FIX = "A message that was answered 201 is stored: never send it again, whatever else the answer or what comes after it says."


def replies(recording: Recording) -> Iterator[Misbehaviour]:
    """Yield each answer that reached its guest not once, or too soon."""
    ended = recording.belief is not None or "sync" not in recording.can
    for reply in recording.replies:
        what = f"{short(reply.content)} (booking {reply.booking_id})"
        if reply.too_soon:
            how = "sent elsewhere" if reply.sent else "sent nowhere at all"
            yield own("TOO_SOON", f"said that it had sent {what}, which was {how}: the channel had not opened the conversation yet")
        if reply.read > 1:
            taken = _first_try(recording, reply)
            yield own("TWICE", f"the guest reads {what} {reply.read} times{taken}", TAKEN_FIX if taken else "")
        if reply.state == "kept" and reply.read == 0 and ended and not reply.too_soon:
            yield _lost(recording, reply, f"the guest never reads {what}")


def _first_try(recording: Recording, reply: RequestedReply) -> str:
    """Say how the first request to send an answer was answered, where the client cannot have been in doubt of it."""
    tried = [entry for entry in _posts(recording) if entry["id"] > reply.after and _written(entry).get("content") == reply.content]
    if not tried or tried[0]["status"] != CREATED or not records_in(tried[0]):
        return ""
    left = " and X-RateLimit-Remaining: 0" if tried[0]["response"]["headers"].get("X-RateLimit-Remaining") == "0" else ""
    return f": its first POST was answered {CREATED}{left}"


def _lost(recording: Recording, reply: RequestedReply, about: str) -> Misbehaviour:
    """Say of an answer that no guest reads whether it was sent, and where, or what was sent instead."""
    content = reply.content
    if reply.sent:
        elsewhere = [number for number, bookings, text in recording.said if text == content and reply.booking_id not in bookings]
        where = (
            f"which was sent in conversation {elsewhere[-1]}, to other guests" if elsewhere else "though a message of these words is there"
        )
        return own("LOST", f"{about}, {where}")
    asked = {reply.content for reply in recording.replies}
    others = [text for _, _, text in recording.said if text not in asked]
    if others:
        instead = min(others, key=lambda text: abs(len(text) - len(content)))
        return own(
            "LOST",
            f"{about}; sent was {short(instead)}{where_they_differ(instead, content)}",
            "Send the words as they are: nothing cut, folded, escaped or composed.",
        )
    theirs = {found["id"] for found in recording.expected["conversations"] if reply.booking_id in found["booking_ids"]}
    written = ((entry, _written(entry)) for entry in _posts(recording) if entry["status"] != CREATED)
    tried = [entry for entry, told in written if told.get("content") == content and told.get("conversation_id") in theirs]
    if tried:
        status = tried[-1]["status"]
        how = "had no answer" if status is None else f"was answered {status}"
        why = f"its POST {how}, nothing was stored, and it was not sent again"
        return own("LOST", f"{about}: {why}", "Answer ok only after the message was taken.", (int(tried[-1]["id"]),))
    before = ", though the same words were there before" if any(reply.there) else ""
    return own("LOST", f"{about}: no message of these words was sent{before}", "Answer ok only after the message was taken.")


def _posts(recording: Recording) -> list[JSON]:
    """Return the requests to send a message, whatever became of them."""
    return [entry for entry in recording.entries if (entry["method"], entry["path"]) == ("POST", "/api/v3/inbox/messages")]


def clutter(recording: Recording) -> Iterator[Misbehaviour]:
    """Yield each host who was added in vain, and each record that was made in vain.

    A host was added in vain where one took part already, as the client was shown or could have looked up.
    """
    taking_part, unsure = set[int](), set[object]()
    hosts = Counter(
        found["id"] for found in recording.expected["conversations"] for one in found["participants"] if one["member_type"] == "Host"
    )
    for entry in _entries_of(recording):
        path, number = entry["path"].removeprefix("/api/v3/").rstrip("/"), (int(entry["id"]),)
        shown = {one["links"]["conversation"] for one in records_in(entry) if one["links"].get("member", {}).get("type") == "Host"}
        if entry["method"] == "POST" and path == "inbox/participants":
            asked = _written(entry).get("conversation_id")
            if shown & taking_part:
                yield own("CLUTTER", f"added a host to conversation {min(shown)}, in which one took part already", entries=number)
            elif asked in unsure and hosts[asked] > 1:
                about = (
                    f"added a host to conversation {asked} once more, and had not looked whether the one was there whose answer was lost"
                )
                yield own("CLUTTER", about, entries=number)
            elif shown & _hosted_before(recording, entry):
                about = f"added a host to conversation {min(shown)} without looking: one had joined before it was told to answer"
                yield own("CLUTTER", about, entries=number)
            if _has_no_answer(entry) or not records_in(entry):
                unsure.add(asked)
        elif entry["method"] == "POST" and path in NEEDLESS:
            yield own("CLUTTER", NEEDLESS[path], entries=number)
        elif not _has_no_answer(entry) and path.startswith(("inbox/participants", "inbox/conversations")):
            unsure.clear()
        taking_part |= shown


def _hosted_before(recording: Recording, entry: JSON) -> set[int]:
    """Return the conversations in which a host took part when the client was last told to answer; none if reads showed the past."""
    told = [reply for reply in recording.replies if reply.after < entry["id"]]
    return set() if struck(recording, "stale_read") or not told else set(told[-1].hosted)


def unasked(recording: Recording) -> Iterator[Misbehaviour]:
    """Yield what the client wrote beside the answers that it was told to give: messages, and changes in the inbox."""
    asked = Counter((reply.booking_id, reply.content) for reply in recording.replies)
    for conversation, bookings, content in recording.said:
        if not any((booking, content) in asked for booking in bookings):
            yield own("UNASKED", f"said {short(content)} in conversation {conversation}, which it was not told to")
    yield from _beside(recording, asked)
    yield from _unasked_changes(recording)


def _unasked_changes(recording: Recording) -> Iterator[Misbehaviour]:
    """Yield what the client changed or made in the inbox, which no answer needs."""
    told = {reply.booking_id for reply in recording.replies}
    foreign = {found["id"] for found in recording.expected["conversations"] if told.isdisjoint(found["booking_ids"])}
    waited = any(reply.state != "kept" for reply in recording.replies)
    for entry in _entries_of(recording):
        about = _needed_by_no_answer(entry, told, foreign, waited=waited)
        if about is not None:
            yield own("UNASKED", about, entries=(int(entry["id"]),))


def _needed_by_no_answer(entry: JSON, told: Collection[int], foreign: Collection[int], *, waited: bool) -> str | None:
    """Return what a request did that no answer needs, or None.

    ``told`` are the bookings that the client was told to answer, ``foreign`` the conversations in which it was not.
    """
    kind, _, rest = entry["path"].removeprefix("/api/v3/inbox/").partition("/")
    written, method = _written(entry), entry["method"]
    if kind == "conversations":
        return _done_to_a_conversation(method, rest, written, told, waited=waited)
    if method in CHANGES and not written.keys() <= READ_MARKS:
        return f"changed {', '.join(sorted(written))} at {entry['path']}, which it was not told to"
    if (method, kind) == ("POST", "messages") and written.get("attachment_ids"):
        return "attached files to what it said, which it was not told to"
    if (method, kind) == ("POST", "participants") and written.get("conversation_id") in foreign:
        return f"added a participant to conversation {written['conversation_id']}, in which it was not told to answer"
    return None


def _done_to_a_conversation(method: str, rest: str, written: JSON, told: Collection[int], *, waited: bool) -> str | None:
    """Return what a request did to a conversation, unless an answer may need it.

    Of a channel that opens none, a client that ``waited`` for one may open it itself: CNV001 knows when.
    """
    number, _, what = rest.partition("/")
    if method == "GET" or written.keys() <= READ_MARKS:
        return None
    if what == "connect_booking":
        return None if waited or written.get("id") in told else f"tied a booking to conversation {number}, which it was not told to"
    if what == "disconnect_booking":
        return None if waited else f"took a booking out of conversation {number}, which it was not told to"
    if method == "POST":
        return None if waited else "made a conversation, which it was not told to"
    return f"changed {', '.join(sorted(written))} of conversation {rest}, which it was not told to"


def _beside(recording: Recording, asked: Mapping[tuple[int, str], int]) -> Iterator[Misbehaviour]:
    """Yield each answer that was said more often than it was told, though its guest reads it once: in a note, or where no guest reads."""
    for content in dict.fromkeys(content for _, content in asked):
        said = [number for number, _, text in recording.said if text == content]
        told = sum(times for (_, words), times in asked.items() if words == content)
        if len(said) > told and all(reply.read <= 1 for reply in recording.replies if reply.content == content):
            where = ", ".join(map(str, sorted({*said})))
            most = "once" if told == 1 else f"{told} times"
            yield own("UNASKED", f"said {short(content)} {len(said)} times, in conversation {where}, and was told to {most}")


def _entries_of(recording: Recording) -> Iterator[JSON]:
    """Yield the client's requests that were carried out, or may have been."""
    for entry in recording.entries:
        if entry["delivery_id"] is None and (_has_no_answer(entry) or entry["status"] in (200, 201, 204)):
            yield entry


def _has_no_answer(entry: JSON) -> bool:
    return entry["status"] is None or entry["status"] >= SERVER_ERROR


def _written(entry: JSON) -> JSON:
    """Return the attributes that a request wrote; those of the first record."""
    with suppress(ValueError, LookupError, TypeError, AttributeError):
        found = next(iter(loads(entry["request"]["body"]).values()))
        return dict(found[0] if isinstance(found, list) else found)
    return {}


def records_in(entry: JSON) -> list[JSON]:
    """Return the records of an answer that the journal holds whole, and those embedded in them."""
    text = entry["response"].get("body")
    try:
        body = loads(text) if isinstance(text, str) and text else {}
    except JSONDecodeError:
        return []
    found = [one for name, part in body.items() if name not in {"links", "meta"} and isinstance(part, list) for one in part]
    inner = [one for record in found for part in record.values() if isinstance(part, list) for one in part]
    return [one for one in (*found, *inner) if isinstance(one, dict) and isinstance(one.get("links"), dict)]
