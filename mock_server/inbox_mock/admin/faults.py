"""Faults: what goes wrong on purpose, with requests and with webhooks."""

from fnmatch import fnmatchcase

from inbox_mock.admin.operation import JSON, AdminCall, AdminOperation
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.faults import active
from inbox_mock.faults.kinds import kinds
from inbox_mock.store import faults as store
from inbox_mock.webhooks.event_types import event_types

RECORD: JSON = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "kind": {"enum": list(kinds())},
        "match": {"type": "object"},
        "times": {"type": ["integer", "null"]},
        "set_at": {"type": "string"},
        "ends_at": {"type": ["string", "null"]},
        "seen": {"type": "integer"},
        "struck": {"type": "integer"},
        "left": {"type": ["integer", "null"]},
    },
}


def create(call: AdminCall) -> JSON:
    """Set a fault."""
    match: JSON = call.body.get("match", {})  # type: ignore[assignment]
    event = match.get("event")
    if isinstance(event, str) and not any(fnmatchcase(known, event) for known in event_types()):
        raise Invalid(invalid("match.event", f"one of {', '.join(event_types())}; * stands for anything"))
    with call.in_sandbox.work() as work:
        row = store.find(work.db, active.set_fault(work, call.body))
        return active.shown(row or {})


def index(call: AdminCall) -> JSON:
    """Answer every fault."""
    with call.in_sandbox.work() as work:
        return {"faults": [active.shown(row) for row in store.all_set(work.db)]}


def remove(call: AdminCall) -> None:
    """Take a fault away."""
    with call.in_sandbox.work() as work:
        active.remove_fault(work, call.record_id)


def _options() -> JSON:
    """Return the schema of every option by name, each saying whose it is."""
    found: dict[str, list[JSON]] = {}
    for kind, fault in kinds().items():
        for name, schema in fault.options.items():
            shape = {key: part for key, part in schema.items() if key not in {"default", "x-duration"}}
            found.setdefault(name, []).append(shape | {"description": f"{schema['description']} (of {kind})"})
    return {
        name: shapes[0]
        if len(shapes) == 1
        else {"anyOf": shapes, "description": "; or ".join(str(shape["description"]) for shape in shapes)}
        for name, shapes in found.items()
    }


OPERATIONS = (
    AdminOperation(
        method="POST",
        rule="/sandboxes/<id>/faults",
        name="set_fault",
        summary="Let something go wrong",
        run=create,
        status=201,
        refusals=(404, 422),
        answer=RECORD,
        body={
            "kind": {"enum": list(kinds()), "description": f"one of {', '.join(kinds())}"},
            "match": {
                "type": "object",
                "properties": active.MATCH,
                "description": "an object that says what is struck; everything, if left out",
            },
            "times": active.TIMES,
            "for": {"type": "string", "description": active.FOR["description"]},
            **_options(),
        },
    ),
    AdminOperation(
        method="GET",
        rule="/sandboxes/<id>/faults",
        name="list_faults",
        summary="List the faults, and how often each struck",
        run=index,
        refusals=(404,),
        answer={"type": "object", "properties": {"faults": {"type": "array", "items": RECORD}}},
    ),
    AdminOperation(
        method="DELETE",
        rule="/sandboxes/<id>/faults/<record_id>",
        name="remove_fault",
        summary="Take a fault away",
        run=remove,
        status=204,
        refusals=(404,),
    ),
)
