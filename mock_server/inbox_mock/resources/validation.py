"""Validating what a client writes against a resource's declaration."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.resources.casting import cast_all
from inbox_mock.resources.declaration import Attribute, Resource, Write

if TYPE_CHECKING:
    from marshmallow import Schema
    from marshmallow.fields import Field

    from inbox_mock.resources import marshmallow_fields

CREATE = (Write.ALWAYS, Write.CREATE)
UPDATE = (Write.ALWAYS, Write.UPDATE)


@cache
def schema(resource: Resource, *, creating: bool, casts: bool = True) -> "Schema":
    """Return the marshmallow schema of a body's record; unknown and read-only attributes are left out in silence.

    Without ``casts`` values have the types that the documentation names.
    """
    from marshmallow import EXCLUDE, Schema

    moment = CREATE if creating else UPDATE
    declared: dict[str, Field[Any]] = {a.name: field_of(a, casts=casts) for a in resource.attributes if a.write in moment}
    name = f"{resource.name.title().replace('_', '')}{'Create' if creating else 'Update'}"
    return Schema.from_dict(declared, name=name)(unknown=EXCLUDE, partial=not creating)


def field_of(attribute: Attribute, *, casts: bool = True) -> "marshmallow_fields.Checked":
    """Return the marshmallow field of an attribute, with its OpenAPI description as metadata."""
    from inbox_mock.resources import marshmallow_fields

    kind, nullable = attribute.kind, attribute.null and not attribute.required
    made = getattr(marshmallow_fields, kind.field)
    field: marshmallow_fields.Checked = made(
        options=kind.options,
        casts=casts,
        required=attribute.required,
        allow_none=nullable,
        metadata=made.described(kind, required=attribute.required, nullable=nullable),
    )
    return field


def is_cast(attribute: Attribute, value: object) -> bool:
    """Return whether a written value has a type that the documentation does not name for the attribute."""
    return value is not None and not isinstance(value, _documented(attribute))


@cache
def _documented(attribute: Attribute) -> tuple[type, ...]:
    return field_of(attribute).documented


def _shows(attribute: Attribute, column: object, value: object) -> bool:
    """Return whether a record with this column shows just this value: false is not 0."""
    shown = attribute.kind.reads(column) if attribute.kind.reads else column
    return type(shown) is type(value) and shown == value


def check(
    resource: Resource, written: Mapping[str, object], stored: Mapping[str, object] | None, assumed: Mapping[str, object]
) -> dict[str, object]:
    """Return the values to store of a record that a client wrote, by attribute name; ``assumed`` are the sandbox's switches.

    ``stored`` holds the columns of the record that is updated, None for a new one. What stays as it is breaks no constraint: a
    client can put back what it was shown.

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
    checking = schema(resource, creating=stored is None, casts=bool(assumed["cast_values"]))
    kept = {
        a.name: stored[a.name]
        for a in resource.attributes
        if stored and a.name in record and a.name in stored and a.name in checking.fields and _shows(a, stored[a.name], record[a.name])
    }
    changed = {name: value for name, value in record.items() if name not in kept}
    try:
        loaded: dict[str, object] = checking.load(cast_all(checking.fields, changed), partial=optional if stored is None else True)
    except ValidationError as error:
        problems: dict[str, list[str]] = error.messages_dict
        raise Invalid(*(invalid(str(name), title) for name, titles in problems.items() for title in titles)) from None
    return loaded | tolerated | kept
