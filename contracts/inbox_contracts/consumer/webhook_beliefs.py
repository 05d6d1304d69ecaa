"""What webhooks have to do with a wrong belief: they told of the past, of another account, or of what no list tells."""

from collections.abc import Callable

from inbox_contracts.consumer.beliefs import Mismatch
from inbox_contracts.consumer.driver import JSON
from inbox_contracts.consumer.findings import Misbehaviour, by_rule, own
from inbox_contracts.consumer.oracle import NOUNS
from inbox_contracts.consumer.recording import ReceivedWebhook, Recording

HINTS_FIX = "Ask for each conversation that a webhook names by its id, as in /inbox/conversations/1,2: staff connect bookings to old ones."
ACCOUNTS_FIX = "Look at a webhook's account_id: an application hears of every account on which it is installed."

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
    if found.part == "booking_ids" and _lacking(found) & recording.tied:
        return own("BELIEF", f"{found.about}: a webhook told of it, and no list does, since its updated_at has not moved", HINTS_FIX)
    return None


def _noun(webhook: ReceivedWebhook) -> str | None:
    return NOUNS.get(webhook.event.rpartition("_")[0])


def _lacking(found: Mismatch) -> set[int]:
    believed, expected = found.believed, found.expected
    return set(expected) - set(believed) if isinstance(believed, list) and isinstance(expected, list) else set()


def is_untold(recording: Recording, found: Mismatch) -> bool:
    """Return whether nobody has told the client of a booking that was tied to a conversation which it knew. No list does.

    The webhook tells of the conversation; that the booking's own record has changed, too, nothing tells.
    """
    if found.part == "conversation_ids":
        return found.id in recording.tied
    lacking = _lacking(found) if found.part == "booking_ids" else set()
    return bool(lacking) and lacking <= recording.tied and not _was_told_of(recording, found.id, lacking)


def _was_told_of(recording: Recording, conversation_id: int, bookings: set[int]) -> bool:
    """Return whether the client has accepted a webhook that tells of a conversation with these bookings."""
    told = (webhook.record for webhook in recording.webhooks if webhook.accepted and webhook.event.startswith("inbox_conversation"))
    return any(record["id"] == conversation_id and bookings <= set(record["links"]["bookings"]) for record in told)


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
