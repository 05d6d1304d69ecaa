"""The expected state: what a client should believe of a world, and how what it believes differs from that, as sentences."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from inbox_mock.domain.spelling import as_written

JSON = dict[str, Any]

Form = Any
"""A type, an object of forms by name, or a list of the one form of its elements."""

SHAPE: dict[str, JSON] = {
    "bookings": {"id": int, "conversation_ids": [int]},
    "conversations": {
        "id": int,
        "booking_ids": [int],
        "closed": bool,
        "participants": {"id": int, "member_type": str, "member_id": int},
        "messages": {"id": int, "sender_id": int, "content": str},
    },
}
"""The form of a belief, which is the answer to ``sync``."""

NOUNS = {"booking": "booking", "inbox_conversation": "conversation", "inbox_message": "message"}
"""The noun of a webhook's record, by what its event's name begins with."""

TIES = frozenset({"conversation_ids", "booking_ids"})
"""Parts of a belief that change without moving ``updated_at``: only a webhook tells of a booking that was tied to a conversation."""

TELLING = ("closed_at", "content")
"""Attributes by which two states of a record of one second are told apart."""

NAMES: Mapping[object, str] = {int: "a whole number", bool: "true or false", str: "a text"}
SHOWN, SHOWN_WHOLE, SHOWN_THERE = 60, 40, 8


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference between a belief and the expected one: the record (``noun`` and ``id``), the ``part`` of it, and a sentence."""

    noun: str
    id: int
    part: str
    about: str
    believed: object = None
    expected: object = None

    @property
    def identity(self) -> tuple[object, ...]:
        """What is believed of which part of what record, whatever is expected of it."""
        return self.noun, self.id, self.part, repr(self.believed)


class WorldState:
    """The records of the client's account, as the service holds them: rows of the views ``*_records``, in the order of their ids.

    Those of a noun are read when they are first asked for; ``owning`` are the channels that open conversations by themselves.
    """

    def __init__(self, read: Callable[[str], list[JSON]], owning: frozenset[str]) -> None:
        self._of = cache(lambda noun: [_with_ids(row) for row in read(noun)])
        self.owning = owning

    @property
    def bookings(self) -> list[JSON]:
        """The bookings."""
        return self._of("booking")

    @property
    def conversations(self) -> list[JSON]:
        """The conversations."""
        return self._of("conversation")

    @property
    def participants(self) -> list[JSON]:
        """The participants of all conversations."""
        return self._of("participant")

    @property
    def messages(self) -> list[JSON]:
        """The messages in all conversations."""
        return self._of("message")

    def channel_conversation(self, booking_id: int) -> JSON | None:
        """Return the conversation that the booking's channel opened, or None."""
        return next((row for row in self.conversations if row["channel"] is not None and booking_id in row["bookings"]), None)

    def is_answerable(self, booking_id: int) -> bool:
        """Return whether the booking's guest can be answered, now or after the channel has opened the conversation."""
        return any(row["id"] == booking_id and self._has_a_guest_on_a_channel(row) for row in self.bookings)

    def _has_a_guest_on_a_channel(self, booking: JSON) -> bool:
        return booking["canceled_at"] is None and booking["channel"] in self.owning

    @property
    def awaiting(self) -> set[int]:
        """The ids of bookings whose channel has still to open the conversation."""
        opened = {booking_id for row in self.conversations if row["channel"] is not None for booking_id in row["bookings"]}
        return {row["id"] for row in self.bookings if self._has_a_guest_on_a_channel(row) and row["id"] not in opened}

    @property
    def cancelled(self) -> set[int]:
        """The ids of cancelled bookings."""
        return {row["id"] for row in self.bookings if row["canceled_at"] is not None}

    @property
    def hosted(self) -> frozenset[int]:
        """The ids of conversations in which a Host takes part."""
        return frozenset(row["conversation_id"] for row in self.participants if row["member_type"] == "Host")

    def host_messages(self) -> list[JSON]:
        """Return the messages that Hosts wrote."""
        hosts = {row["id"] for row in self.participants if row["member_type"] == "Host"}
        return [row for row in self.messages if row["sender_id"] in hosts]

    def last_host_message(self, booking_id: int) -> JSON | None:
        """Return the last message of a Host in the conversation that the booking's channel opened, or None."""
        conversation = self.channel_conversation(booking_id)
        written = [row for row in self.host_messages() if conversation is not None and row["conversation_id"] == conversation["id"]]
        return written[-1] if written else None

    def times_read(self, booking_id: int, content: str) -> int:
        """Return how often the booking's guest sees a text that a Host wrote."""
        theirs = {row["id"] for row in self.conversations if booking_id in row["bookings"]}
        written = (row for row in self.host_messages() if row["content"] == content and row["conversation_id"] in theirs)
        return sum(row["on_channel_at"] is not None for row in written)

    def times_sent(self, content: str) -> int:
        """Return how often a text was sent, in any conversation."""
        return sum(row["content"] == content for row in self.messages)

    def said_by(self, application_id: int) -> list[tuple[int, list[int], str]]:
        """Return the conversation, its bookings and the content of each message that an application sent."""
        bookings = {row["id"]: row["bookings"] for row in self.conversations}
        return [
            (row["conversation_id"], bookings[row["conversation_id"]], row["content"])
            for row in self.messages
            if (row["created_by_type"], row["created_by_id"]) == ("Doorkeeper::Application", application_id)
        ]

    def expected_belief(self) -> JSON:
        """Return what a client should believe: bookings that are not cancelled, and every conversation with all that is in it."""
        return {
            "bookings": [
                {"id": row["id"], "conversation_ids": row["conversations"]} for row in self.bookings if row["canceled_at"] is None
            ],
            "conversations": [
                {
                    "id": row["id"],
                    "booking_ids": row["bookings"],
                    "closed": row["closed_at"] is not None,
                    "participants": _of(row["id"], self.participants, "id", "member_type", "member_id"),
                    "messages": _of(row["id"], self.messages, "id", "sender_id", "content"),
                }
                for row in self.conversations
            ],
        }


def is_outdated(record: JSON, stored: JSON | None) -> bool:
    """Return whether a record that a webhook brings is older than the stored one, or another one of the same second."""
    if stored is None or record["updated_at"] > stored["updated_at"]:
        return False
    return bool(record["updated_at"] < stored["updated_at"]) or any(record[name] != stored[name] for name in TELLING if name in record)


def _with_ids(row: JSON) -> JSON:
    """Return a row in which the ids of other records, JSON in a view, are lists."""
    return {**row, **{name: orjson.loads(row[name]) for name in ("bookings", "conversations") if name in row}}


def _of(conversation_id: int, rows: list[JSON], *fields: str) -> list[JSON]:
    return [{name: row[name] for name in fields} for row in rows if row["conversation_id"] == conversation_id]


def malformed(belief: Mapping[str, Any]) -> str | None:
    """Return the first error in the form of a belief, or None."""
    for noun, shape in SHAPE.items():
        if noun not in belief:
            return f"there is no {noun}; expected a list"
        if wrong := _wrong(belief[noun], [shape]):
            return f"{noun}{wrong}"
    return None


def _wrong(found: object, wanted: Form) -> str | None:
    """Return where the first value of another form than expected is, and what is wrong with it: ``[0].id is 'x'; expected ...``.

    ``[form]`` is a list of that form, and so is an object in an object.
    """
    if isinstance(wanted, list):
        return _wrong_in_list(found, wanted[0])
    if isinstance(wanted, dict):
        return _wrong_in_object(found, wanted)
    right = isinstance(found, bool) if wanted is bool else isinstance(found, wanted) and not isinstance(found, bool)
    return None if right else f" is {short(found)}; expected {NAMES[wanted]}"


def _wrong_in_list(found: object, form: Form) -> str | None:
    if not isinstance(found, list):
        return f" is {short(found)}; expected a list"
    for number, one in enumerate(found):
        if wrong := _wrong(one, form):
            return f"[{number}]{wrong}"
    return None


def _wrong_in_object(found: object, forms: JSON) -> str | None:
    if not isinstance(found, dict):
        return f" is {short(found)}; expected an object"
    lacking = next((name for name in forms if name not in found), None)
    if lacking is not None:
        return f" has no {lacking}"
    for name, form in forms.items():
        if wrong := _wrong(found[name], [form] if isinstance(form, dict) else form):
            return f".{name}{wrong}"
    return None


def differences(belief: Mapping[str, Any], expected: JSON) -> list[Difference]:
    """Return how a well-formed belief differs from the expected one. The order does not matter; a repeated record is a difference."""
    return [
        *_records("booking", belief["bookings"], expected["bookings"], _booking),
        *_records("conversation", belief["conversations"], expected["conversations"], _conversation),
    ]


Compare = Callable[[JSON, JSON], Iterator[Difference]]


def _records(noun: str, believed: list[JSON], expected: list[JSON], compare: Compare) -> Iterator[Difference]:
    if believed == expected:
        return
    told, real = {found["id"]: found for found in believed}, {found["id"]: found for found in expected}
    for number in sorted(number for number, times in Counter(found["id"] for found in believed).items() if times > 1):
        yield Difference(noun, number, "twice", f"it names {noun} {number} more than once")
    for number in sorted(told.keys() - real.keys()):
        yield Difference(noun, number, "extra", f"it believes that there is {noun} {number}")
    for number in sorted(real.keys() - told.keys()):
        yield Difference(noun, number, "missing", f"it does not know {noun} {number}")
    for number in sorted(told.keys() & real.keys()):
        yield from compare(told[number], real[number])


def _booking(told: JSON, real: JSON) -> Iterator[Difference]:
    yield from _ids("booking", told["id"], "conversation_ids", "conversation", told["conversation_ids"], real["conversation_ids"])


def _conversation(told: JSON, real: JSON) -> Iterator[Difference]:
    number = real["id"]
    if told["closed"] != real["closed"]:
        words = {True: "closed", False: "open"}
        about = f"it believes that conversation {number} is {words[told['closed']]}, and it is {words[real['closed']]}"
        yield Difference("conversation", number, "closed", about, told["closed"], real["closed"])
    yield from _ids("conversation", number, "booking_ids", "booking", told["booking_ids"], real["booking_ids"])
    for noun in ("participant", "message"):
        yield from _parts(noun, number, told[f"{noun}s"], real[f"{noun}s"])


def _ids(noun: str, number: int, part: str, other: str, told: list[int], real: list[int]) -> Iterator[Difference]:
    if sorted(told) != sorted(real):
        about = f"it believes that {noun} {number} has {_list(other, told)}, and it has {_list(other, real)}"
        yield Difference(noun, number, part, about, sorted(told), sorted(real))


def _parts(noun: str, conversation: int, told: list[JSON], real: list[JSON]) -> Iterator[Difference]:
    fields = [name for name in SHAPE["conversations"][f"{noun}s"] if name != "id"]

    def compare(believed: JSON, found: JSON) -> Iterator[Difference]:
        for name in fields:
            if believed[name] != found[name]:
                about = f"it believes that {name} of {noun} {found['id']} is {short(believed[name])}, and it is {short(found[name])}"
                about += where_they_differ(believed[name], found[name])
                yield Difference(noun, found["id"], name, about, believed[name], found[name])

    for found in _records(noun, told, real, compare):
        yield Difference(found.noun, found.id, found.part, f"{found.about} in conversation {conversation}", found.believed, found.expected)


def _list(noun: str, ids: list[int]) -> str:
    if not ids:
        return f"no {noun}"
    return f"{noun}{'s' if len(ids) > 1 else ''} {', '.join(map(str, sorted(ids)))}"


def short(found: object) -> str:
    """Return a value as it is shown in a sentence."""
    text = as_written(found)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def where_they_differ(told: object, real: object) -> str:
    """Return where a text differs from the right one, unless that is plain to see, with both in ASCII: glyphs may look the same."""
    if not isinstance(told, str) or not isinstance(real, str) or all(text.isascii() and len(text) < SHOWN_WHOLE for text in (told, real)):
        return ""
    place = next((number for number, pair in enumerate(zip(told, real, strict=False)) if pair[0] != pair[1]), min(len(told), len(real)))
    parts = (ascii(text[place : place + SHOWN_THERE]) if text[place:] else "its end" for text in (told, real))
    return f" (from character {place + 1} on: {' instead of '.join(parts)})"
