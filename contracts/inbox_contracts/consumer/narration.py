"""Steps of a world, and what the client is told, in a person's words."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from json import JSONDecodeError, loads
from typing import Any

from inbox_contracts.consumer.worlds import EDITS, PASSES, REPLIES, SYNCS, kind_of
from inbox_mock.channels import policies

Given = Mapping[str, Any]


def told_step(step: Mapping[str, Any]) -> str:
    """Return what a step says, as a sentence."""
    kind = kind_of(step)
    return SENTENCES[kind](step[kind])


def told_command(deed: str, wanted: Mapping[str, object]) -> str:
    """Return what the client is told, as a sentence."""
    match deed:
        case "start":
            return "The client is told to start anew."
        case "sync":
            return "The client is told to bring its copy up to date."
        case "reply":
            return f"The client is told to answer the guest of booking {wanted['booking_id']}: {wanted['content']!r}."
    with suppress(JSONDecodeError):
        told = loads(str(wanted["body"]))
        record = next(found for name, found in told["resource"].items() if name != "links")
        return f"The client is brought a webhook: {told['event']} {record['id']}."
    return "The client is brought a webhook."


def _books(given: Given) -> str:
    guest = given.get("guest", {}).get("fullname", "Somebody")
    delay = given.get("conversation_delay")
    ends = {None: "", "never": "; no conversation ever comes", "0s": "; the conversation is there at once"}
    comes = ends.get(delay, f"; the conversation comes {delay} later")
    booking = f" (booking {given['id']})" if "id" in given else ""
    policy = policies()[str(given.get("channel", "direct"))]
    return f"{guest} books on {policy.booked_on or policy.title}{booking}{comes}."


def _changes(given: Given) -> str:
    changes = []
    if "closed" in given:
        changes.append("close" if given["closed"] else "reopen")
    if "marked_as_spam" in given:
        changes.append("mark as spam" if given["marked_as_spam"] else "take out of the spam")
    if "assignee" in given:
        changes.append("assign to nobody" if given["assignee"] is None else f"assign to host {given['assignee']}")
    return f"Staff {' and '.join(changes)} {_where(given)}."


def _fault(given: Given) -> str:
    match = given.get("match", {})
    what = " ".join(str(match[name]) for name in ("method", "path", "event") if name in match)
    status = f" {given['status']}" if "status" in given else ""
    number = f", the {match['nth']}. of them" if match.get("nth", 1) > 1 else ""
    often = f", {given['times']} times" if given.get("times", 1) > 1 else ""
    lasts = f", for {given['for']}" if "for" in given else ""
    return f"A fault is set: {given['kind']}{status}{f' on {what}' if what else ''}{number}{often}{lasts}."


def _where(given: Given) -> str:
    if "conversation" in given:
        return f"conversation {given['conversation']}"
    return f"the conversation of booking {given['booking']}"


SENTENCES: dict[str, Callable[[Any], str]] = {
    SYNCS: lambda _: "The client is told to bring its copy up to date.",
    REPLIES: lambda given: f"The client is told to answer the guest of booking {given['booking']}: {given['content']!r}.",
    PASSES: lambda given: f"{given} pass.",
    EDITS: lambda given: f"Staff change the last words of a host in {_where(given)} to {given['content']!r}.",
    "guest_books": _books,
    "guest_writes": lambda given: f"The guest writes in {_where(given)}: {given['content']!r}.",
    "guest_cancels": lambda given: f"The guest cancels booking {given['booking']}.",
    "staff_writes": lambda given: f"Staff write in {_where(given)}: {given['content']!r}.",
    "staff_changes": _changes,
    "staff_moves": lambda given: f"Staff move booking {given['booking']} to other dates.",
    "host_writes_on_channel": lambda given: f"The host writes in the channel's own app, in {_where(given)}: {given['content']!r}.",
    "channel_opens": lambda given: f"The channel opens the conversation of booking {given['booking']}.",
    "channel_adds_host": lambda given: f"The channel adds a host to {_where(given)}.",
    "fault": _fault,
}
