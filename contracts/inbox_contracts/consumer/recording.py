"""The recording of a run: the events in a world, the commands and answers, and the final state; also in words."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from json import JSONDecodeError, loads
from typing import Any

from inbox_contracts.consumer.beliefs import Mismatch
from inbox_contracts.consumer.driver import JSON, DriverError
from inbox_contracts.consumer.findings import Misbehaviour
from inbox_contracts.consumer.worlds import EDITS, PASSES, World, kind_of
from inbox_mock.bundles.saving import Contents
from inbox_mock.conduct.model import TOKENS
from inbox_mock.simulation.actions import actions, where


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
    """A reply that the client was commanded to send.

    ``state`` is ``owed``, ``kept`` (the client reported it sent) or ``void`` (the booking was cancelled); ``too_soon``:
    the client reported it before there was a conversation. ``read`` is how often the guest reads it in the end, ``sent`` how often it was
    sent at all, both without the same words that were ``there`` before. ``hosted`` are the conversations in which a host took part when
    it was told, which was after the journal's entry ``after``.
    """

    booking_id: int
    content: str
    state: str = "owed"
    too_soon: bool = False
    read: int = 0
    sent: int = 0
    there: tuple[int, int] = (0, 0)
    hosted: frozenset[int] = frozenset()
    after: int = 0


def count_replies(replies: Iterable[RequestedReply], counted: Callable[[RequestedReply], tuple[int, int]]) -> None:
    """Set how often each reply was read and sent, given how often its words were. Of the same words told again, the last has the rest."""
    alike: dict[tuple[int, str], list[RequestedReply]] = {}
    for reply in replies:
        alike.setdefault((reply.booking_id, reply.content), []).append(reply)
    for same in alike.values():
        left = [found - before for found, before in zip(counted(same[0]), same[0].there, strict=True)]
        for reply in same[:-1]:
            reply.read, reply.sent = (min(count, 1) for count in left)
            left = [count - min(count, 1) for count in left]
        same[-1].read, same[-1].sent = left


@dataclass(slots=True)
class ReceivedWebhook:
    """A webhook that the client received.

    ``genuine``: its signature is right; ``accepted``: the client accepted it; ``old``: the stored record was newer by then.
    ``before`` is the client's belief as of its last sync. ``foreign``: it is about another account on which the application is installed.
    ``ties`` are the bookings that the conversation which it is about had when it came, None if it is about none of the account's.
    """

    event: str
    record: JSON
    genuine: bool
    accepted: bool
    old: bool
    before: JSON | None
    foreign: bool = False
    ties: list[int] | None = None


@dataclass(slots=True)
class Recording:
    """A run of a client in a world: the input of the evaluation.

    ``happened`` holds the steps of the world that took effect, each with the number of syncs before it; ``meanwhile`` those of them
    that were taken between two requests of the client; ``awaited`` are the bookings that still lacked a conversation at some sync,
    ``seen`` those that the client has believed in, ``tied`` those that staff have connected to a conversation, or taken
    out of one.
    ``outdated`` are errors in earlier beliefs, each with the time. ``belief`` is the client's final belief, ``expected`` the correct
    one; ``quiet`` is how many syncs before it had no news, ``idle`` whether the client sent no request in the last one. ``said`` are
    the messages of the client's application: conversation, its bookings, and content.
    ``findings`` are what the client did wrong, the most significant first; if there are any, ``held`` is what a bundle of the run
    is made of.
    """

    world: World
    can: frozenset[str] = frozenset()
    events: list[RecordedEvent] = field(default_factory=list)
    replies: list[RequestedReply] = field(default_factory=list)
    webhooks: list[ReceivedWebhook] = field(default_factory=list)
    happened: list[tuple[str, JSON, int]] = field(default_factory=list)
    meanwhile: list[tuple[str, Any]] = field(default_factory=list)
    awaited: set[int] = field(default_factory=set)
    outdated: list[tuple[str, Mismatch]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    tied: set[int] = field(default_factory=set)
    cancelled: set[int] = field(default_factory=set)
    belief: JSON | None = None
    expected: JSON = field(default_factory=dict)
    quiet: int = 0
    idle: bool = False
    said: list[tuple[int, list[int], str]] = field(default_factory=list)
    report: JSON = field(default_factory=dict)
    entries: list[JSON] = field(default_factory=list)
    faults: list[JSON] = field(default_factory=list)
    stuck: str | None = None
    gave_up: str | None = None
    driver_error: DriverError | None = None
    findings: tuple[Misbehaviour, ...] = ()
    held: Contents | None = field(default=None, repr=False)


ORDINALS = {2: "nd", 3: "rd"}
Given = Mapping[str, Any]


def describe_step(step: Mapping[str, Any]) -> str:
    """Return a sentence about a step."""
    kind = kind_of(step)
    if kind in SENTENCES:
        return SENTENCES[kind](step[kind])
    return f"{actions()[kind].sentence(step[kind])}."


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


def describe_request(given: Given) -> str:
    """Return in words which request of the client a ``meanwhile`` names."""
    which = f"its {given.get('method', 'GET')} {given['path']}"
    which += f" of page {given['page']}" if "page" in given else ""
    which += " after one that failed" if given.get("after_failure") else ""
    number = given.get("nth", 1)
    return which + ("" if number == 1 else f", the {number}{ORDINALS.get(number, 'th')} from then on,")


def target_of(entry: JSON) -> tuple[object, ...]:
    """Return what identifies a request's target: the same list since another time is another one, and so are other words."""
    written = "" if entry["path"] == TOKENS else str(entry["request"].get("body", ""))  # each refresh has a token of its own
    return entry["method"], entry["path"], entry["query"], entry["status"], written


def hindered(entries: list[JSON]) -> str:
    """Say what hindered a client the last time, by its requests then."""
    failed = [entry for entry in entries if entry["delivery_id"] is None and not is_a_step(entry)]
    if failed:
        last = failed[-1]
        status = f"status {last['status']}" if last["status"] else "no answer"
        return f"its {last['method']} {last['path']} had {status}"
    return "its requests were answered" if entries else "it sends no request any more"


def is_a_step(entry: JSON) -> bool:
    """Return whether a request brought the client further: it succeeded, or wrote something and had no answer."""
    if entry["delivery_id"] is not None:
        return False
    status: int | None = entry["status"]
    return entry["method"] != "GET" if status is None else status < 300


SENTENCES: dict[str, Callable[[Given], str]] = {
    PASSES: lambda given: f"{given} pass.",
    EDITS: lambda given: f"Staff change the last words of a host in {where(given)} to {given['content']!r}.",
}
"""What is said of the steps that are no actions of the timeline."""
