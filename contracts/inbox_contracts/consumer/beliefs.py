"""What a client believes: its form, and how it differs from what is true, as sentences."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from inbox_contracts.consumer.driver import JSON
from inbox_mock.domain.spelling import as_written

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

TIES = frozenset({"conversation_ids", "booking_ids"})
"""Parts of a belief that change without moving ``updated_at``: only a webhook tells of a booking that was tied to a conversation."""

NAMES: Mapping[object, str] = {int: "a whole number", bool: "true or false", str: "a text"}
SHOWN, SHOWN_WHOLE, SHOWN_THERE = 60, 40, 8


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What is wrong in a belief, beside the expected one: the record (``noun`` and ``id``), the ``part`` of it, and a sentence."""

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
    if not forms.keys() <= found.keys():
        return f" has no {next(name for name in forms if name not in found)}"
    for name, form in forms.items():
        value = found[name]
        if type(value) is not form and (wrong := _wrong(value, [form] if isinstance(form, dict) else form)):
            return f".{name}{wrong}"
    return None


def mismatches(belief: Mapping[str, Any], expected: JSON) -> list[Mismatch]:
    """Return how a well-formed belief differs from the expected one. The order does not matter; a repeated record does."""
    return [
        *_records("booking", belief["bookings"], expected["bookings"], _booking),
        *_records("conversation", belief["conversations"], expected["conversations"], _conversation),
    ]


Compare = Callable[[JSON, JSON], Iterator[Mismatch]]


def _records(noun: str, believed: list[JSON], expected: list[JSON], compare: Compare) -> Iterator[Mismatch]:
    if believed == expected:
        return
    told, real = {found["id"]: found for found in believed}, {found["id"]: found for found in expected}
    for number in sorted(number for number, times in Counter(found["id"] for found in believed).items() if times > 1):
        yield Mismatch(noun, number, "twice", f"it names {noun} {number} more than once")
    for number in sorted(told.keys() - real.keys()):
        yield Mismatch(noun, number, "extra", f"it believes that there is {noun} {number}")
    for number in sorted(real.keys() - told.keys()):
        yield Mismatch(noun, number, "missing", f"it does not know {noun} {number}")
    for number in sorted(told.keys() & real.keys()):
        yield from compare(told[number], real[number])


def _booking(told: JSON, real: JSON) -> Iterator[Mismatch]:
    yield from _ids("booking", told["id"], "conversation_ids", "conversation", told["conversation_ids"], real["conversation_ids"])


def _conversation(told: JSON, real: JSON) -> Iterator[Mismatch]:
    number = real["id"]
    if told["closed"] != real["closed"]:
        words = {True: "closed", False: "open"}
        about = f"it believes that conversation {number} is {words[told['closed']]}, and it is {words[real['closed']]}"
        yield Mismatch("conversation", number, "closed", about, told["closed"], real["closed"])
    yield from _ids("conversation", number, "booking_ids", "booking", told["booking_ids"], real["booking_ids"])
    for noun in ("participant", "message"):
        yield from _parts(noun, number, told[f"{noun}s"], real[f"{noun}s"])


def _ids(noun: str, number: int, part: str, other: str, told: list[int], real: list[int]) -> Iterator[Mismatch]:
    if sorted(told) != sorted(real):
        about = f"it believes that {noun} {number} has {_list(other, told)}, and it has {_list(other, real)}"
        yield Mismatch(noun, number, part, about, sorted(told), sorted(real))


def _parts(noun: str, conversation: int, told: list[JSON], real: list[JSON]) -> Iterator[Mismatch]:
    fields = [name for name in SHAPE["conversations"][f"{noun}s"] if name != "id"]

    def compare(believed: JSON, found: JSON) -> Iterator[Mismatch]:
        for name in fields:
            if believed[name] != found[name]:
                about = f"it believes that {name} of {noun} {found['id']} is {short(believed[name])}, and it is {short(found[name])}"
                about += where_they_differ(believed[name], found[name])
                yield Mismatch(noun, found["id"], name, about, believed[name], found[name])

    for found in _records(noun, told, real, compare):
        yield Mismatch(found.noun, found.id, found.part, f"{found.about} in conversation {conversation}", found.believed, found.expected)


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
