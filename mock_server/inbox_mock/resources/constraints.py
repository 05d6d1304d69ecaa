"""Constraints between the attributes of a record: when one is broken, and in which words it is refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.domain.fidelity import Fidelity

BLANK = (None, "")
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Constraint:
    """``field`` is refused with ``title`` where the constraint is broken; ``when`` says in words when it is.

    A ``title`` may name attributes in braces, for their values. The constraint is checked if one of the attributes ``among``
    changes: ``broken`` gets the record as it would be, and the present in the wire format. Without it the use case checks,
    since other records decide.
    """

    field: str
    title: str
    when: str
    fidelity: Fidelity
    among: tuple[str, ...] = ()
    broken: Callable[[Record, str], bool] | None = None


def check(constraints: tuple[Constraint, ...], before: Record, written: Record, now: str) -> None:
    """Check what was written over a record, which is empty for a new one.

    Raises:
        Invalid: constraints are broken; one problem for each.
    """
    record = {**before, **written}
    changed = {name for name, value in written.items() if value != before.get(name)}
    broken = [c for c in constraints if c.broken is not None and not changed.isdisjoint(c.among) and c.broken(record, now)]
    if broken:
        raise Invalid(*(invalid(c.field, c.title.format_map(record)) for c in broken))


def required_with(field: str, others: tuple[str, ...], fidelity: Fidelity) -> Constraint:
    """Return the constraint that an attribute is present where one of the others is."""

    def broken(record: Record, _now: str) -> bool:
        return record.get(field) in BLANK and any(record.get(other) not in BLANK for other in others)

    return Constraint(field, "can't be blank", f"{' or '.join(others)} is given without it", fidelity, (field, *others), broken)


def less_than(field: str, limit: str, fidelity: Fidelity) -> Constraint:
    """Return the constraint that a decimal is less than another one, where both are present."""

    def broken(record: Record, _now: str) -> bool:
        given = record.get(field), record.get(limit)
        return not any(value in BLANK for value in given) and Decimal(str(given[0])) >= Decimal(str(given[1]))

    return Constraint(field, f"must be less than {{{limit}}}", f"it is not lower than {limit}", fidelity, (field, limit), broken)


def in_future(field: str, fidelity: Fidelity, instant: str = "") -> Constraint:
    """Return the constraint that a time, of which the attribute ``instant`` holds the true one if it is local, is yet to come."""

    def broken(record: Record, now: str) -> bool:
        return record.get(field) not in BLANK and record[instant or field] <= now

    return Constraint(field, "must be in the future", "it is not in the future", fidelity, (field,), broken)
