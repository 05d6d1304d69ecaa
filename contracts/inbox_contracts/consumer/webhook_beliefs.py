"""What webhooks have to do with a wrong belief: they told of the past, of another account, or of what no list tells."""

from collections.abc import Callable

from inbox_contracts.consumer.beliefs import Mismatch
from inbox_contracts.consumer.driver import JSON
from inbox_contracts.consumer.findings import Misbehaviour, by_rule, own
from inbox_contracts.consumer.oracle import NOUNS
from inbox_contracts.consumer.recording import ReceivedWebhook, Recording
from inbox_contracts.consumer.writes import records_in

HINTS_FIX = "Ask for each conversation that a webhook names by its id, as in /inbox/conversations/1,2: staff connect bookings to old ones."
TIES_FIX = "Take the bookings and conversations that a record links to as they are: what is no longer among them is gone."
ACCOUNTS_FIX = "Look at a webhook's account_id: an application hears of every account on which it is installed."

OK = 200

VALUES: dict[tuple[str, str], Callable[[JSON], object]] = {
    ("conversation", "closed"): lambda record: record["closed_at"] is not None,
    ("conversation", "booking_ids"): lambda record: sorted(record["links"]["bookings"]),
    ("booking", "conversation_ids"): lambda record: sorted(record["links"]["conversations"]),
    ("message", "content"): lambda record: record["content"],
}
"""The value that a webhook's record gives for each part of a belief."""


def of_webhooks(recording: Recording, found: Mismatch) -> Misbehaviour | None:
    """Return what is to be said of a wrong belief that a webhook explains; None for any other."""
    about = [one for one in recording.webhooks if one.genuine and _noun(one) == found.noun and one.record["id"] == found.id]
    if any(one.old and _is_believed(one, found) for one in about):
        return by_rule("WHK003", f"{found.about}: a webhook that told of the past said so")
    if found.part == "extra" and any(one.foreign for one in about):
        return own("BELIEF", f"{found.about}, which is another account's: a webhook told of it", ACCOUNTS_FIX)
    if (found.id in recording.tied and found.part == "conversation_ids") or _changed(found) & recording.tied:
        shown = _last_shown(recording, found)
        if shown:
            return own("BELIEF", f"{found.about}, as entry {shown} showed", TIES_FIX, (shown,))
        return own("BELIEF", f"{found.about}: a webhook told of it, and no list does, since its updated_at has not moved", HINTS_FIX)
    return None


def _noun(webhook: ReceivedWebhook) -> str | None:
    return NOUNS.get(webhook.event.rpartition("_")[0])


def _changed(found: Mismatch) -> set[int]:
    """Return the bookings of a conversation that the client does not know of, and those that it believes in and that are gone."""
    believed, expected = found.believed, found.expected
    if found.part != "booking_ids" or not isinstance(believed, list) or not isinstance(expected, list):
        return set()
    return set(expected) ^ set(believed)


def is_untold(recording: Recording, found: Mismatch) -> bool:
    """Return whether nobody has told the client of a booking that was tied to a conversation which it knew, or taken out. No list does.

    The webhook tells of the conversation; that the booking's own record has changed, too, nothing tells, unless a list brings it for
    another reason.
    """
    if found.part == "conversation_ids":
        return found.id in recording.tied and not _last_shown(recording, found)
    changed = _changed(found)
    return bool(changed) and changed <= recording.tied and not _was_told_of(recording, found) and not _last_shown(recording, found)


def _was_told_of(recording: Recording, found: Mismatch) -> bool:
    """Return whether a conversation had the bookings that it has when the client accepted the last webhook about it, whatever that told."""
    told = (webhook for webhook in recording.webhooks if webhook.accepted and webhook.event.startswith("inbox_conversation"))
    return [webhook.ties for webhook in told if webhook.record["id"] == found.id][-1:] == [found.expected]


def _last_shown(recording: Recording, found: Mismatch) -> int:
    """Return the entry of the last answer that showed a record, if it showed the ties that it has; else 0."""
    link = "bookings" if found.part == "booking_ids" else "conversations"
    shown = [
        (int(entry["id"]), sorted(record["links"][link]))
        for entry in recording.entries
        if entry["delivery_id"] is None and entry["status"] == OK
        for record in records_in(entry)
        if record["id"] == found.id and link in record["links"]
    ]
    return shown[-1][0] if shown and shown[-1][1] == found.expected else 0


def _is_believed(webhook: ReceivedWebhook, found: Mismatch) -> bool:
    """Return whether the client took its belief from an outdated webhook, after it had believed the newer state."""
    if webhook.before is None:
        return False
    if found.part == "extra":
        return all(known["id"] != found.id for known in webhook.before[f"{found.noun}s"])
    value_of = VALUES.get((found.noun, found.part))
    if value_of is None or value_of(webhook.record) != found.believed:
        return False
    return not any(_same(known, found) for known in _known(webhook.before, found.noun))


def _known(belief: JSON, noun: str) -> list[JSON]:
    """Return all records of a noun in a belief; messages are in their conversations."""
    if noun == "message":
        return [message for conversation in belief["conversations"] for message in conversation["messages"]]
    found: list[JSON] = belief[f"{noun}s"]
    return found


def _same(known: JSON, found: Mismatch) -> bool:
    value = known[found.part]
    return bool(known["id"] == found.id and (sorted(value) if isinstance(value, list) else value) == found.believed)
