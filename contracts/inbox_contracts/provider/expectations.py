"""Assertions about a server's responses, with messages that say what was found and what was expected."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from inbox_mock.domain import times
from inbox_mock.domain.spelling import as_written
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.declaration import Attribute

LONGEST_SHOWN = 300
BEGINNING = 40
SHORT = 6
SETS = {"closed": "closed_at", "marked_as_spam": "marked_as_spam_at", "read": "read_at"}
SNAPPED = {"inquiries": ("start_at", "end_at")}
"""Times that the service moves to the rental's check-in and check-out, on the same day: recorded for inquiries."""
UNSEEN = ("file", "remote_file_url", "accept_privacy_policy", "booked_at")


class PropertyViolation(AssertionError):  # noqa: N818 - the server's situation, not an error of ours
    """A property does not hold; the text says what was found and what was expected."""


class ForbiddenCall(PropertyViolation):
    """A call that a token with all scopes may make was answered 403. Only of a fake's token the scopes are known."""


class NotJudged(Exception):  # noqa: N818 - nothing went wrong
    """A property cannot be judged here; the text says why."""


def expect(claim: object, told: str) -> None:
    """Raise PropertyViolation with the message ``told`` unless a condition holds."""
    if not claim:
        raise PropertyViolation(told)


def same(found: object, wanted: object, what: str) -> None:
    """Raise PropertyViolation unless two values are equal; ``what`` names them in the message."""
    if found != wanted:
        raise PropertyViolation(f"{what} {_difference(found, wanted)}")


def _difference(found: object, wanted: object) -> str:
    """Describe how two values differ; of long texts, lists and records, only what differs."""
    if isinstance(found, str) and isinstance(wanted, str) and (max(len(found), len(wanted)) > LONGEST_SHOWN or not found.isascii()):
        at = next((at for at, pair in enumerate(zip(found, wanted, strict=False)) if pair[0] != pair[1]), min(len(found), len(wanted)))
        return f"has {found[at : at + BEGINNING]!a} from character {at} on, expected {wanted[at : at + BEGINNING]!a}"
    if isinstance(found, dict) and isinstance(wanted, dict) and max(len(found), len(wanted)) > SHORT:
        names = [name for name in {**wanted, **found} if found.get(name) != wanted.get(name) or (name in found) != (name in wanted)]
        told = (f"{name} is {shown(found[name])}" if name in found else f"{name} is missing" for name in names[:SHORT])
        expected = {name: wanted[name] for name in names if name in wanted}
        return f"differs: {', '.join(told)}; expected {shown(expected) if expected else 'none of these'}"
    if isinstance(found, list | set) and isinstance(wanted, list | set) and max(len(found), len(wanted)) > SHORT:
        lacks, more = [each for each in wanted if each not in found], [each for each in found if each not in wanted]
        if lacks or more:
            return " and ".join(
                [*([f"lacks {shown(lacks)}"] if lacks else []), *([f"has {shown(more)} beyond what is expected"] if more else [])]
            )
    return f"is {shown(found)}, expected {shown(wanted)}"


def shown(thing: object) -> str:
    """Return a value as it is written in JSON, shortened."""
    text = as_written(thing)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


def shows(plural: str, record: Mapping[str, Any], written: Mapping[str, Any]) -> None:
    """Raise PropertyViolation unless a record shows what was written."""
    declared = {a.name: a for a in RESOURCES[plural].attributes}
    for name, value in written.items():
        if name not in UNSEEN:
            _shows(plural, record, declared[name], value)


def _shows(plural: str, record: Mapping[str, Any], attribute: Attribute, value: object) -> None:
    name = attribute.name
    if name in SETS:
        sets = str(value).lower() == "true"
        at = SETS[name]
        expect((record[at] is not None) == sets, f"after {name}: {shown(value)}, {at} is {shown(record[at])}")
    elif name in {"member_id", "member_type"}:
        part = name.removeprefix("member_")
        same(record["links"]["member"][part], value, f"links.member.{part}")
    elif name == "attachment_ids":
        same(sorted(record["links"]["attachments"]), sorted(value) if isinstance(value, list) else value, "links.attachments")
    elif name.endswith("_id") and not attribute.read:
        same(record["links"][name.removesuffix("_id")], value, f"links.{name.removesuffix('_id')}")
    elif name in SNAPPED.get(plural, ()):
        same(record[name][:10], str(value)[:10], f"the day of {name}")
    elif value is None:
        same(record[name], None, name)
    elif attribute.kind.field == "Time":
        same(record[name], times.wire(times.parse(str(value))), name)
    elif attribute.kind.field == "DecimalText":
        expect(isinstance(record[name], str), f"{name} is {shown(record[name])}, expected a decimal written as text")
        same(Decimal(record[name]), Decimal(str(value)), name)
    elif attribute.kind.field == "Flag":
        same(record[name], str(value).lower() == "true", name)
    else:
        same(record[name], value, name)
