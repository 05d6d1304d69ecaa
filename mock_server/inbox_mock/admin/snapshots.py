"""Taking, listing, restoring and deleting snapshots, and forking sandboxes."""

from inbox_mock.admin.operation import JSON, AdminCall, operation
from inbox_mock.admin.sandboxes import SANDBOX, TEXT, shown
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine import snapshots
from inbox_mock.engine.sandboxes import Snapshot
from inbox_mock.engine.snapshots import EXPECTED_NAME

EXPECTED_SNAPSHOT = "the name of a snapshot of this sandbox; as it is now, if left out"
SNAPSHOT: JSON = {"type": "object", "properties": {"name": TEXT, "at": TEXT, "bytes": {"type": "integer"}}}


@operation(
    "POST",
    "/sandboxes/<id>/snapshots",
    status=201,
    refusals=(404, 422),
    answer=SNAPSHOT,
    body={"name": {"type": "string", "pattern": f"^{snapshots.NAME.pattern}$", "description": EXPECTED_NAME}},
)
def take_snapshot(call: AdminCall) -> JSON:
    """Take a snapshot under a name; it replaces an earlier one of that name."""
    return _shown(snapshots.take(call.factory.sandboxes, call.in_sandbox, str(call.body.get("name", ""))))


@operation(
    "GET",
    "/sandboxes/<id>/snapshots",
    refusals=(404,),
    answer={"type": "object", "properties": {"snapshots": {"type": "array", "items": SNAPSHOT}}},
)
def list_snapshots(call: AdminCall) -> JSON:
    """List the snapshots."""
    return {"snapshots": [_shown(snapshot) for snapshot in list(call.in_sandbox.snapshots.values())]}


@operation("POST", "/sandboxes/<id>/snapshots/<name>/restore", refusals=(404, 422), answer=SANDBOX)
def restore_snapshot(call: AdminCall) -> JSON:
    """Restore a snapshot, its time and journal included; tokens stay valid."""
    call.in_sandbox.restore(snapshots.find(call.in_sandbox, call.path["name"]).image)
    return shown(call.in_sandbox, call.origin)


@operation("DELETE", "/sandboxes/<id>/snapshots/<name>", status=204, refusals=(404, 422))
def delete_snapshot(call: AdminCall) -> None:
    """Delete a snapshot."""
    snapshots.forget(call.factory.sandboxes, call.in_sandbox, call.path["name"])


@operation(
    "POST",
    "/sandboxes/<id>/fork",
    status=201,
    refusals=(404, 422),
    answer=SANDBOX,
    body={"snapshot": {"type": "string", "description": EXPECTED_SNAPSHOT}},
)
def fork_sandbox(call: AdminCall) -> JSON:
    """Fork the sandbox, as it is now or from a snapshot; the fork has tokens of its own."""
    name = call.body.get("snapshot")
    if name is not None and name not in call.in_sandbox.snapshots:
        raise Invalid(invalid("snapshot", EXPECTED_SNAPSHOT))
    return shown(snapshots.fork(call.factory.sandboxes, call.in_sandbox, None if name is None else str(name)), call.origin)


def _shown(snapshot: Snapshot) -> JSON:
    return {"name": snapshot.name, "at": snapshot.at, "bytes": len(snapshot.image)}
