"""What a record must show of what was written into it."""

from decimal import Decimal

from inbox_contracts.provider.api import JSON
from inbox_contracts.provider.expectations import expect, same
from inbox_mock.domain import times
from inbox_mock.resources.declaration import Attribute
from inbox_mock.resources.registry import RESOURCES

SETS = {"closed": "closed_at", "marked_as_spam": "marked_as_spam_at", "read": "read_at"}
SNAPPED = {"inquiries": ("start_at", "end_at")}
"""Times that the service moves to the rental's hours, on the same day: recorded for inquiries."""
UNSEEN = ("file", "remote_file_url", "accept_privacy_policy", "member_type")


def shows(plural: str, record: JSON, written: JSON) -> None:
    """Go on if a record shows what was written.

    Raises:
        Broken: it does not.

    """
    declared = {a.name: a for a in RESOURCES[plural].attributes}
    for name, value in written.items():
        if name not in UNSEEN:
            _shows(plural, record, declared[name], value)


def _shows(plural: str, record: JSON, attribute: Attribute, value: object) -> None:
    name = attribute.name
    if name in SETS:
        sets = str(value).lower() == "true"
        at = SETS[name]
        expect((record[at] is not None) == sets, f"after {name}: {value!r}, {at} is {record[at]!r}")
    elif name == "member_id":
        same(record["links"]["member"]["id"], value, "links.member.id")
    elif name == "attachment_ids":
        same(sorted(record["links"]["attachments"]), sorted(value), "links.attachments")  # type: ignore[call-overload]
    elif name.endswith("_id") and not attribute.read:
        same(record["links"][name.removesuffix("_id")], value, f"links.{name.removesuffix('_id')}")
    elif name in SNAPPED.get(plural, ()):
        same(record[name][:10], str(value)[:10], f"the day of {name}")
    elif value is None:
        same(record[name], None, name)
    elif attribute.kind.field == "Time":
        same(record[name], times.wire(times.parse(str(value))), name)
    elif attribute.kind.field == "DecimalText":
        expect(isinstance(record[name], str), f"{name} is {record[name]!r}, expected a decimal written as text")
        same(Decimal(record[name]), Decimal(str(value)), name)
    elif attribute.kind.field == "Flag":
        same(record[name], str(value).lower() == "true", name)
    else:
        same(record[name], value, name)
