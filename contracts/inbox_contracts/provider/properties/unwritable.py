"""What the tables let nobody write: it stays as it is, whatever is written of it."""

from inbox_contracts.provider.api import JSON, the_record, wanted
from inbox_contracts.provider.expectations import expect, same
from inbox_contracts.provider.properties.constraints import writable
from inbox_contracts.provider.resources import CREATED, UNKNOWN, address_of
from inbox_contracts.provider.trial import Trial, claim
from inbox_contracts.provider.workspace import MORE, Workspace
from inbox_mock.domain.fidelity import documented

LONG_AGO = "2001-01-01T00:00:00Z"
MADE_WITH: dict[str, tuple[str, ...]] = {
    "conversations": ("source_id",),
    "participants": ("conversation_id", "member_id"),
}
"""References that are written of a new record alone, by resource."""


@claim("read-only", fidelity=documented("/reference/endpoints: what is marked as read, and what a change may write"), reads=False)
def read_only(trial: Trial) -> None:
    """What may only be read, or only be written of a new record, stays as it is, whatever is written; an id in the body moves nothing."""
    with trial.workspace() as workspace:
        for plural in CREATED:
            _is_made_by_the_server(workspace, plural)
            _stays(workspace, plural)
        other, one = (workspace.new("hosts") for _ in range(2))
        workspace.change("hosts", one["id"], {"id": other["id"], "lastname": "Changed"})
        found = [workspace.api.one(address_of("hosts", host["id"]))["lastname"] for host in (one, other)]
        same(found, ["Changed", other["lastname"]], f"lastname of hosts {one['id']} and {other['id']}, after the latter's id was written")


def _is_made_by_the_server(workspace: Workspace, plural: str) -> None:
    answer = workspace.attempt(plural, {**workspace.least(plural), "id": UNKNOWN, "created_at": LONG_AGO, "updated_at": LONG_AGO})
    if 400 <= answer.status < 500:  # no source says that it is not refused
        return
    made = the_record(wanted(answer, 201))
    expect(made["id"] != UNKNOWN, f"{answer.about}: the new record has the id that was written, {UNKNOWN}")
    for name in ("created_at", "updated_at"):
        expect(made[name] > LONG_AGO, f"{answer.about}: {name} is what was written, {made[name]}")


def _stays(workspace: Workspace, plural: str) -> None:
    before = workspace.new(plural, **MORE.get(plural, {}))
    path = address_of(plural, before["id"])
    kept = {name: value for name, value in before.items() if name not in {*writable(plural), "links", "updated_at"}}
    written: JSON = {name: _another(name, value) for name, value in kept.items()} | {"updated_at": LONG_AGO}
    for name in MADE_WITH.get(plural, ()):
        written[name] = workspace.new({"source_id": "sources", "conversation_id": "conversations", "member_id": "hosts"}[name])["id"]
    answer = workspace.api.call("PUT", path, {plural: [written]})
    expect(answer.status == 200 or 400 <= answer.status < 500, f"{answer.about}: the status of a change of what is only read")
    after = workspace.api.one(path)
    same({name: after[name] for name in kept}, kept, f"what is only read of {path}, after all of it was written")
    same(after["links"], before["links"], f"links of {path}, after what is only read was written")
    expect(after["updated_at"] >= before["updated_at"], f"updated_at of {path} is {after['updated_at']}, as was written")


def _another(name: str, value: object) -> object:
    """Return another value of the same kind, that the attribute might have."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return LONG_AGO if name.endswith("_at") else "another"
