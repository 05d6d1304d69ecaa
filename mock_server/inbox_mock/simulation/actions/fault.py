"""The action that sets a fault."""

from inbox_mock.domain.errors import Invalid
from inbox_mock.domain.spelling import shown
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.faults import active as faults
from inbox_mock.simulation.actions import Given, action
from inbox_mock.simulation.bookings import Arguments
from inbox_mock.store.database import Row
from inbox_mock.webhooks.event_types import event_types


def set_fault(arguments: Arguments, wanted: Row) -> int:
    """Set a fault, and return its id.

    Raises:
        Exception: what ``arguments`` raises, for an option that the fault does not have.
    """
    try:
        return faults.set_fault(arguments.work, wanted, event_types())
    except Invalid as refusal:
        problem = refusal.problems[0]
        field = str(problem.field)
        section, _, name = field.rpartition(".")
        given, expected = wanted[section] if section else wanted, str(problem.title)
        found = f"the option {field!r}" if expected.startswith("is ") else shown(given.get(name))
        raise arguments.error(field, found, expected) from None


def _checked(arguments: Arguments, given: Given) -> Row:
    """Set the fault and remove it again, to find errors in it at once."""
    wanted = dict(given)
    faults.remove_fault(arguments.work, set_fault(arguments, wanted))
    return {"fault": wanted}


def _begins(given: Given) -> str:
    wanted: Given = given.get("fault", given)
    match = wanted.get("match", {})
    what = " ".join(str(match[name]) for name in ("method", "path", "event") if name in match)
    status = f" {wanted['status']}" if "status" in wanted else ""
    number = f", the {match['nth']}. of them" if match.get("nth", 1) > 1 else ""
    often = f", {wanted['times']} times" if wanted.get("times", 1) > 1 else ""
    lasts = f", for {wanted['for']}" if "for" in wanted else ""
    return f"A fault is set: {wanted['kind']}{status}{f' on {what}' if what else ''}{number}{often}{lasts}"


@action(schema={"$ref": "#/$defs/fault"}, resolve=_checked, says=_begins, operation="set_fault")
def fault(work: UnitOfWork, about: Row) -> Row:
    """Set a fault."""
    return {"fault_id": faults.set_fault(work, about["fault"], event_types())}
