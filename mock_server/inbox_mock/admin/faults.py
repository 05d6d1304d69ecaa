"""Setting, listing and removing faults of requests and of webhooks."""

from inbox_mock.admin.operation import JSON, NUMBER, NUMBER_OR_NULL, TIMESTAMP, TIMESTAMP_OR_NULL, AdminCall, operation
from inbox_mock.api.openapi_schemas import list_of, record
from inbox_mock.engine import durations
from inbox_mock.faults import active
from inbox_mock.faults.kinds import kinds
from inbox_mock.store import faults as store
from inbox_mock.webhooks.event_types import event_types


def _record() -> JSON:
    options = _options()
    said: JSON = {
        "id": NUMBER,
        "kind": {"enum": list(kinds())},
        "match": {"type": "object", "properties": active.MATCH},
        "times": NUMBER_OR_NULL,
        "set_at": TIMESTAMP,
        "ends_at": TIMESTAMP_OR_NULL,
        "seen": {**NUMBER, "description": "how many calls it was compared with"},
        "struck": NUMBER,
        "left": {**NUMBER_OR_NULL, "description": "how often it is still to strike; null: as often as it can"},
    }
    return record(said | options, "Fault", optional=tuple(options))


def _body() -> JSON:
    return {
        "kind": {"enum": list(kinds()), "description": f"one of {', '.join(kinds())}"},
        "match": {
            "type": "object",
            "properties": active.MATCH,
            "description": "an object that says what is struck; everything, if left out",
        },
        "times": active.TIMES,
        "for": {**durations.SCHEMA, "description": active.FOR["description"]},
        **_options(),
    }


def _options() -> JSON:
    """Return the schema of every option by name, each naming the kinds that have it."""
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


@operation("POST", "/sandboxes/<id>/faults", status=201, answer=_record, body=_body)
def set_fault(call: AdminCall) -> JSON:
    """Set a fault."""
    with call.work() as work:
        row = store.find(work.db, active.set_fault(work, call.body, event_types()))
        return active.fault_record(row or {})


@operation(
    "GET",
    "/sandboxes/<id>/faults",
    refusals=(404,),
    answer=lambda: record({"faults": list_of(_record())}, "Faults"),
)
def list_faults(call: AdminCall) -> JSON:
    """List the faults, and how often each struck."""
    with call.in_sandbox.work() as work:
        return {"faults": [active.fault_record(row) for row in store.all_set(work.db)]}


@operation("DELETE", "/sandboxes/<id>/faults/<record_id>", status=204, refusals=(404,))
def remove_fault(call: AdminCall) -> None:
    """Remove a fault."""
    with call.work() as work:
        active.remove_fault(work, call.record_id)
