"""What is true of a world, and how what a client believes differs from it, in a person's words."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from json import loads
from typing import Any

from inbox_mock.engine.unit_of_work import UnitOfWork

JSON = dict[str, Any]

SHAPE: dict[str, dict[str, object]] = {
    "bookings": {"id": int, "conversation_ids": [int]},
    "conversations": {
        "id": int,
        "booking_ids": [int],
        "closed": bool,
        "participants": {"id": int, "member_type": str, "member_id": int},
        "messages": {"id": int, "sender_id": int, "content": str},
    },
}
"""What an answer to ``sync`` holds."""

NAMES: Mapping[object, str] = {int: "a whole number", bool: "true or false", str: "a text"}
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Difference:
    """Something believed that is not so: of which record (``noun`` and ``id``), in which ``part``, and the sentence."""

    noun: str
    id: int
    part: str
    about: str
    believed: object = None
    true: object = None


def truth(work: UnitOfWork) -> JSON:
    """Return what a client should believe: bookings that are not cancelled, and every conversation with all that is in it."""
    account_id = work.db.execute("SELECT min(id) FROM accounts").fetchone()[0]
    mine = (account_id,)
    people: dict[object, list[JSON]] = {}
    for row in work.db.every("SELECT * FROM participants WHERE account_id = ? ORDER BY id", mine):
        told = {"id": row["id"], "member_type": row["member_type"], "member_id": row["member_id"]}
        people.setdefault(row["conversation_id"], []).append(told)
    said: dict[object, list[JSON]] = {}
    for row in work.db.every("SELECT * FROM messages WHERE account_id = ? ORDER BY id", mine):
        said.setdefault(row["conversation_id"], []).append({"id": row["id"], "sender_id": row["sender_id"], "content": row["content"]})
    return {
        "bookings": [
            {"id": row["id"], "conversation_ids": loads(str(row["conversations"]))}
            for row in work.db.every("SELECT id, conversations FROM booking_records WHERE account_id = ? AND canceled_at IS NULL", mine)
        ],
        "conversations": [
            {
                "id": row["id"],
                "booking_ids": loads(str(row["bookings"])),
                "closed": row["closed_at"] is not None,
                "participants": people.get(row["id"], []),
                "messages": said.get(row["id"], []),
            }
            for row in work.db.every("SELECT id, closed_at, bookings FROM conversation_records WHERE account_id = ?", mine)
        ],
    }


def malformed(belief: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the form of a belief, or None."""
    for noun, shape in SHAPE.items():
        wrong = _wrong(belief.get(noun), [shape], noun)
        if wrong:
            return wrong
    return None


def _wrong(found: object, wanted: object, place: str) -> str | None:
    """Return where something has another form than wanted: ``[form]`` is a list of such, and so is an object within an object."""
    if isinstance(wanted, list):
        if not isinstance(found, list):
            return f"{place} is {_short(found)}; expected a list"
        parts = ((one, wanted[0], f"{place}[{number}]") for number, one in enumerate(found))
    elif isinstance(wanted, dict):
        if not isinstance(found, dict):
            return f"{place} is {_short(found)}; expected an object"
        lacking = next((name for name in wanted if name not in found), None)
        if lacking is not None:
            return f"{place} has no {lacking}"
        parts = ((found[name], [part] if isinstance(part, dict) else part, f"{place}.{name}") for name, part in wanted.items())
    else:
        right = isinstance(found, bool) if wanted is bool else isinstance(found, wanted) and not isinstance(found, bool)  # type: ignore[arg-type]
        return None if right else f"{place} is {_short(found)}; expected {NAMES[wanted]}"
    return next((wrong for part in parts if (wrong := _wrong(*part))), None)


def differences(belief: Mapping[str, Any], true: JSON) -> list[Difference]:
    """Return how a well-formed belief differs from what is true. Order does not matter, and a record told twice does."""
    return [
        *_records("booking", belief["bookings"], true["bookings"], _booking),
        *_records("conversation", belief["conversations"], true["conversations"], _conversation),
    ]


Compare = Callable[[JSON, JSON], Iterator[Difference]]


def _records(noun: str, believed: list[JSON], true: list[JSON], compare: Compare) -> Iterator[Difference]:
    told, real = {found["id"]: found for found in believed}, {found["id"]: found for found in true}
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
    fields = [name for name in SHAPE["conversations"][f"{noun}s"] if name != "id"]  # type: ignore[attr-defined]

    def compare(believed: JSON, found: JSON) -> Iterator[Difference]:
        for name in fields:
            if believed[name] != found[name]:
                about = f"it believes that {name} of {noun} {found['id']} is {_short(believed[name])}, and it is {_short(found[name])}"
                yield Difference(noun, found["id"], name, about, believed[name], found[name])

    for found in _records(noun, told, real, compare):
        yield Difference(found.noun, found.id, found.part, f"{found.about} in conversation {conversation}", found.believed, found.true)


def _list(noun: str, ids: list[int]) -> str:
    if not ids:
        return f"no {noun}"
    return f"{noun}{'s' if len(ids) > 1 else ''} {', '.join(map(str, sorted(ids)))}"


def _short(found: object) -> str:
    text = repr(found)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
