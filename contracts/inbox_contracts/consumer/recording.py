"""The recording of a run: what happened in a world, what the client was told and answered, and the final state; in words, too."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from json import JSONDecodeError, loads
from typing import Any

from inbox_contracts.consumer.driver import JSON, DriverError
from inbox_contracts.consumer.worlds import EDITS, PASSES, REPLIES, SYNCS, World, kind_of
from inbox_mock.channels import policies


@dataclass(slots=True)
class RecordedEvent:
    """An event of the run: its time in the world, who caused it (``world`` or ``client``), and a sentence.

    ``entries`` are the ids of the journal's newest entry before it and after it.
    """

    at: str
    who: str
    text: str
    entries: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class RequestedReply:
    """A reply that the client was told to send.

    ``state`` is ``owed``, ``kept`` (the client said that it had sent it) or ``void`` (the booking was cancelled); ``too_soon``:
    it said so before there was a conversation. ``read`` is how often the guest reads it in the end, ``sent`` how often it was
    sent at all.
    """

    booking_id: int
    content: str
    state: str = "owed"
    too_soon: bool = False
    read: int = 0
    sent: int = 0


@dataclass(slots=True)
class ReceivedWebhook:
    """A webhook that the client received.

    ``genuine``: its signature is right; ``accepted``: the client accepted it; ``old``: the stored record was newer by then.
    ``before`` is the client's belief as of its last sync.
    """

    event: str
    record: JSON
    genuine: bool
    accepted: bool
    old: bool
    before: JSON | None


@dataclass(slots=True)
class Recording:
    """A run of a client in a world: everything that the evaluation looks at.

    ``happened`` holds the steps of the world that took effect, each with the number of syncs before it; ``awaited`` are the
    bookings that still lacked a conversation at some sync. ``belief`` is what the client believes in the end, ``expected`` what
    it should believe. ``no_client``: the command that was to be put on trial is no client.
    """

    world: World
    can: frozenset[str] = frozenset()
    events: list[RecordedEvent] = field(default_factory=list)
    replies: list[RequestedReply] = field(default_factory=list)
    webhooks: list[ReceivedWebhook] = field(default_factory=list)
    happened: list[tuple[str, JSON, int]] = field(default_factory=list)
    awaited: set[int] = field(default_factory=set)
    cancelled: set[int] = field(default_factory=set)
    belief: JSON | None = None
    expected: JSON = field(default_factory=dict)
    report: JSON = field(default_factory=dict)
    entries: list[JSON] = field(default_factory=list)
    faults: list[JSON] = field(default_factory=list)
    stuck: str | None = None
    gave_up: str | None = None
    driver_error: DriverError | None = None
    no_client: bool = False


Given = Mapping[str, Any]


def describe_step(step: Mapping[str, Any]) -> str:
    """Return a sentence about a step."""
    kind = kind_of(step)
    return SENTENCES[kind](step[kind])


def describe_command(command: str, arguments: Mapping[str, object]) -> str:
    """Return a sentence about a command to the client."""
    match command:
        case "start":
            return "The client is told to start anew."
        case "sync":
            return "The client is told to bring its copy up to date."
        case "reply":
            return f"The client is told to answer the guest of booking {arguments['booking_id']}: {arguments['content']!r}."
    with suppress(JSONDecodeError):
        told = loads(str(arguments["body"]))
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
