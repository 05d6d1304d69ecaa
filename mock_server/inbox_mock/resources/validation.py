"""Validating what a client writes against a resource's declaration."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.resources.declaration import Attribute, Resource, Write

if TYPE_CHECKING:
    from marshmallow import Schema
    from marshmallow.fields import Field

    from inbox_mock.resources import marshmallow_fields

CREATE = (Write.ALWAYS, Write.CREATE)
UPDATE = (Write.ALWAYS, Write.UPDATE)


@cache
def schema(resource: Resource, *, creating: bool) -> "Schema":
    """Return the marshmallow schema of a body's record; unknown and read-only attributes are left out in silence."""
    from marshmallow import EXCLUDE, Schema

    moment = CREATE if creating else UPDATE
    declared: dict[str, Field[Any]] = {a.name: field_of(a) for a in resource.attributes if a.write in moment}
    name = f"{resource.name.title().replace('_', '')}{'Create' if creating else 'Update'}"
    return Schema.from_dict(declared, name=name)(unknown=EXCLUDE, partial=not creating)


def field_of(attribute: Attribute) -> "marshmallow_fields.Checked":
    """Return the marshmallow field of an attribute, with its OpenAPI description as metadata."""
    from inbox_mock.resources import marshmallow_fields

    kind = attribute.kind
    made = getattr(marshmallow_fields, kind.field)
    described = dict(made.schema) if "type" in made.schema else {**kind.schema, **made.schema}
    if "minimum" in kind.schema:
        described["minimum"] = kind.schema["minimum"]
    if attribute.required and kind.field == "PlainText":
        described |= {"minLength": 1, "pattern": r"^[!-~][ -~]*$" if kind.options.get("printable") else r"\S"}
    field: marshmallow_fields.Checked = made(
        options=kind.options, required=attribute.required, allow_none=attribute.null and not attribute.required, metadata=described
    )
    return field


def check(resource: Resource, written: Mapping[str, object], *, creating: bool, assumed: Mapping[str, object]) -> dict[str, object]:
    """Return the values to store of a record that a client wrote, by attribute name; ``assumed`` are the sandbox's switches.

    Raises:
        Invalid: constraints are broken; one problem for each.
    """
    from marshmallow import ValidationError

    optional = [a.name for a in resource.attributes if a.optional_if is not None and assumed[a.optional_if]]
    record = {name: value for name, value in written.items() if value is not None or name not in optional}
    tolerated: dict[str, object] = {}
    for attribute in resource.attributes:
        other = attribute.tolerated
        if other is not None and assumed[other.assumption] and record.get(attribute.name) == other.value:
            tolerated[attribute.name] = other.value
            record[attribute.name] = other.validated_as
    try:
        loaded: dict[str, object] = schema(resource, creating=creating).load(record, partial=optional if creating else True)
    except ValidationError as error:
        problems: dict[str, list[str]] = error.messages_dict
        raise Invalid(*(invalid(str(name), title) for name, titles in problems.items() for title in titles)) from None
    return loaded | tolerated
