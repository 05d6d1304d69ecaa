"""Snapshots of a sandbox, and forks."""

from inbox_mock.admin.labels import LABEL, label_of
from inbox_mock.admin.operation import JSON, NUMBER, TEXT, TIMESTAMP, AdminCall, operation
from inbox_mock.admin.sandbox_shown import SANDBOX, sandbox_record
from inbox_mock.api.openapi_schemas import list_of, record
from inbox_mock.domain.errors import Invalid, NotFound, invalid
from inbox_mock.engine import beginnings, snapshots
from inbox_mock.engine.snapshots import EXPECTED_NAME
from inbox_mock.store.homes import Snapshot

EXPECTED_POINT = "the id of a checkpoint of this sandbox, in place of a snapshot"
EXPECTED_SNAPSHOT = "the name of a snapshot of this sandbox; as it is now, if left out"
SNAPSHOT = record({"name": TEXT, "at": TIMESTAMP, "bytes": NUMBER}, "Snapshot")


@operation(
    "POST",
    "/sandboxes/<id>/snapshots",
    status=201,
    answer=SNAPSHOT,
    body={"name": {"type": "string", "pattern": f"^{snapshots.NAME.pattern}$", "description": EXPECTED_NAME}},
)
def take_snapshot(call: AdminCall) -> JSON:
    """Take a snapshot under a name; it replaces an earlier one of that name."""
    return _shown_snapshot(snapshots.take(call.factory.sandboxes, call.in_sandbox, str(call.body.get("name", ""))))


@operation(
    "GET",
    "/sandboxes/<id>/snapshots",
    refusals=(404,),
    answer=record({"snapshots": list_of(SNAPSHOT)}, "Snapshots"),
)
def list_snapshots(call: AdminCall) -> JSON:
    """List the snapshots."""
    return {"snapshots": [_shown_snapshot(snapshot) for snapshot in call.in_sandbox.storage.snapshots()]}


@operation("POST", "/sandboxes/<id>/snapshots/<name>/restore", answer=SANDBOX)
def restore_snapshot(call: AdminCall) -> JSON:
    """Restore a snapshot, its time and journal included; tokens stay valid."""
    beginnings.restore(call.in_sandbox, snapshots.find(call.in_sandbox, call.path["name"]))
    return sandbox_record(call, call.in_sandbox)


@operation("DELETE", "/sandboxes/<id>/snapshots/<name>", status=204)
def delete_snapshot(call: AdminCall) -> None:
    """Delete a snapshot."""
    snapshots.forget(call.factory.sandboxes, call.in_sandbox, call.path["name"])


@operation(
    "POST",
    "/sandboxes/<id>/fork",
    status=201,
    answer=SANDBOX,
    body={
        "snapshot": {"type": "string", "description": EXPECTED_SNAPSHOT},
        "point": {"type": "integer", "description": EXPECTED_POINT},
        **LABEL,
    },
)
def fork_sandbox(call: AdminCall) -> JSON:
    """Fork the sandbox, as it is now, or from a snapshot or a checkpoint; the fork has tokens, a name and a note of its own."""
    name, point_id = call.body.get("snapshot"), call.body.get("point")
    if name is not None and point_id is not None:
        raise Invalid(invalid("point", EXPECTED_POINT))
    try:
        label = label_of(call.body, call.caller.name, call.in_sandbox.storage.label.ttl or call.factory.default_ttl)
        if point_id is not None:
            fork = snapshots.fork_from_point(call.factory.sandboxes, call.in_sandbox, label, int(point_id))
        else:
            fork = snapshots.fork(call.factory.sandboxes, call.in_sandbox, label, None if name is None else str(name))
    except NotFound:
        raise Invalid(invalid("snapshot", EXPECTED_SNAPSHOT) if point_id is None else invalid("point", EXPECTED_POINT)) from None
    return sandbox_record(call, fork)


def _shown_snapshot(snapshot: Snapshot) -> JSON:
    return {"name": snapshot.name, "at": snapshot.at, "bytes": snapshot.size}
