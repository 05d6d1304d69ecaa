"""The action that sets a fault."""

from inbox_mock.domain.errors import Invalid
from inbox_mock.domain.spelling import shown
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.faults import active as faults
from inbox_mock.simulation.actions import Given, action
from inbox_mock.simulation.bookings import Arguments
from inbox_mock.store.database import Row
from inbox_mock.webhooks.event_types import event_types


def set_fault(arguments: Arguments, wish: Row) -> int:
    """Set a fault, and return its id.

    Raises:
        Exception: what ``arguments`` raises, for an option that the fault does not have.
    """
    try:
        return faults.set_fault(arguments.work, wish, event_types())
    except Invalid as refusal:
        problem = refusal.problems[0]
        field = str(problem.field)
        section, _, name = field.rpartition(".")
        given, expected = wish[section] if section else wish, str(problem.title)
        found = f"the option {field!r}" if expected.startswith("is ") else shown(given.get(name))
        raise arguments.error(field, found, expected) from None


def _checked(arguments: Arguments, given: Given) -> Row:
    """Set the fault and remove it again, to find errors in it at once."""
    wish = dict(given)
    faults.remove_fault(arguments.work, set_fault(arguments, wish))
    return {"fault": wish}


def _begins(given: Given) -> str:
    wish: Given = given.get("fault", given)
    match = wish.get("match", {})
    what = " ".join(str(match[name]) for name in ("method", "path", "event") if name in match)
    status = f" {wish['status']}" if "status" in wish else ""
    number = f", the {match['nth']}. of them" if match.get("nth", 1) > 1 else ""
    often = f", {wish['times']} times" if wish.get("times", 1) > 1 else ""
    lasts = f", for {wish['for']}" if "for" in wish else ""
    return f"A fault is set: {wish['kind']}{status}{f' on {what}' if what else ''}{number}{often}{lasts}"


@action(schema={"$ref": "#/$defs/fault"}, resolve=_checked, says=_begins, operation="set_fault")
def fault(work: UnitOfWork, about: Row) -> Row:
    """Set a fault."""
    return {"fault_id": faults.set_fault(work, about["fault"], event_types())}
