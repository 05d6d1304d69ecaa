"""Keeping a sandbox as it is under a name, going back to that, and making a second sandbox that goes on from there."""

from inbox_mock.admin.operation import JSON, AdminCall, AdminOperation
from inbox_mock.admin.sandboxes import SANDBOX, TEXT, shown
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine import snapshots
from inbox_mock.engine.sandboxes import Snapshot
from inbox_mock.engine.snapshots import EXPECTED_NAME

EXPECTED_SNAPSHOT = "the name of a snapshot of this sandbox; as it is now, if left out"
SNAPSHOT: JSON = {"type": "object", "properties": {"name": TEXT, "at": TEXT, "bytes": {"type": "integer"}}}


def take(call: AdminCall) -> JSON:
    """Keep the sandbox as it is."""
    return _shown(snapshots.take(call.factory.sandboxes, call.in_sandbox, str(call.body.get("name", ""))))


def index(call: AdminCall) -> JSON:
    """Answer the snapshots, in the order in which they were first taken."""
    return {"snapshots": [_shown(snapshot) for snapshot in list(call.in_sandbox.snapshots.values())]}


def restore(call: AdminCall) -> JSON:
    """Go back to a snapshot."""
    call.in_sandbox.restore(snapshots.find(call.in_sandbox, call.path["name"]).image)
    return shown(call.in_sandbox, call.origin)


def forget(call: AdminCall) -> None:
    """Delete a snapshot."""
    snapshots.forget(call.factory.sandboxes, call.in_sandbox, call.path["name"])


def fork(call: AdminCall) -> JSON:
    """Make a second sandbox that goes on from here."""
    name = call.body.get("snapshot")
    if name is not None and name not in call.in_sandbox.snapshots:
        raise Invalid(invalid("snapshot", EXPECTED_SNAPSHOT))
    return shown(snapshots.fork(call.factory.sandboxes, call.in_sandbox, None if name is None else str(name)), call.origin)


def _shown(snapshot: Snapshot) -> JSON:
    return {"name": snapshot.name, "at": snapshot.at, "bytes": len(snapshot.image)}


OPERATIONS = (
    AdminOperation(
        method="POST",
        rule="/sandboxes/<id>/snapshots",
        name="take_snapshot",
        summary="Keep the sandbox as it is under a name; an earlier snapshot of that name gives way",
        run=take,
        status=201,
        refusals=(404, 422),
        answer=SNAPSHOT,
        body={"name": {"type": "string", "pattern": f"^{snapshots.NAME.pattern}$", "description": EXPECTED_NAME}},
    ),
    AdminOperation(
        method="GET",
        rule="/sandboxes/<id>/snapshots",
        name="list_snapshots",
        summary="List the snapshots",
        run=index,
        refusals=(404,),
        answer={"type": "object", "properties": {"snapshots": {"type": "array", "items": SNAPSHOT}}},
    ),
    AdminOperation(
        method="POST",
        rule="/sandboxes/<id>/snapshots/<name>/restore",
        name="restore_snapshot",
        summary="Go back to a snapshot, its time and journal included; tokens stay good",
        run=restore,
        refusals=(404, 422),
        answer=SANDBOX,
    ),
    AdminOperation(
        method="DELETE",
        rule="/sandboxes/<id>/snapshots/<name>",
        name="delete_snapshot",
        summary="Delete a snapshot",
        run=forget,
        status=204,
        refusals=(404, 422),
    ),
    AdminOperation(
        method="POST",
        rule="/sandboxes/<id>/fork",
        name="fork_sandbox",
        summary="Make a second sandbox that goes on from where this one is, or from one of its snapshots, with tokens of its own",
        run=fork,
        status=201,
        refusals=(404, 422),
        answer=SANDBOX,
        body={"snapshot": {"type": "string", "description": EXPECTED_SNAPSHOT}},
    ),
)
