"""What is said of a sandbox by those who use it: its name, a note, and how long it is kept unused; pruning those that are not used."""

from collections.abc import Iterator

from inbox_mock.admin.operation import FLAG, JSON, NUMBER, OR_NULL, TEXT, AdminCall, operation
from inbox_mock.admin.sandbox_shown import SANDBOX, sandbox_record
from inbox_mock.api.openapi_schemas import list_of, record
from inbox_mock.domain import limits
from inbox_mock.domain.access import DEFAULT_SANDBOX
from inbox_mock.domain.admin_tokens import OWN
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine import durations
from inbox_mock.store.homes import Label, Listed

EXPECTED_NAME = "a name of 1 to 64 characters that can be printed, without blanks around it"
EXPECTED_TTL = "how long it is kept unused, by the wall clock: seconds, a duration such as 8h or 7d, or null, for good"
EXPECTED_AGE = f"for how long they were not used, by the wall clock: {durations.EXPECTED}"
LONGEST_SECONDS = int(durations.LONGEST.total_seconds())
CONTROL = r"\x00-\x1f\x7f-\x9f"
"""Characters, in a pattern, that would mean something to a terminal, and of which PostgreSQL takes no NUL."""
NAME: JSON = {**OR_NULL, "pattern": rf"^[^\s{CONTROL}]([^{CONTROL}]{{0,62}}[^\s{CONTROL}])?$", "description": EXPECTED_NAME}
NOTE: JSON = {
    **OR_NULL,
    "maxLength": int(limits.NOTE),
    "pattern": rf"^([^{CONTROL}]|[\t\n\r])*$",
    "description": f"a note of at most {limits.NOTE} that can be printed",
}
LABEL: JSON = {
    "name": NAME,
    "note": NOTE,
    "ttl": {"type": ["string", "integer", "null"], "minimum": 1, "maximum": LONGEST_SECONDS, "description": EXPECTED_TTL},
}
PRUNED = record({"id": TEXT, "name": OR_NULL, "note": OR_NULL, "owner": OR_NULL}, "PrunedSandbox")


def label_of(body: JSON, owner: str | None = None, usual_ttl: float | None = None) -> Label:
    """Return the label of a sandbox that a body asks for.

    Raises:
        Invalid: its ``ttl`` is no duration.
    """
    ttl = _ttl(body["ttl"]) if "ttl" in body else usual_ttl
    return Label(name=body.get("name"), note=body.get("note"), owner=owner, ttl=ttl)


@operation("PATCH", "/sandboxes/<id>", answer=SANDBOX, body=LABEL)
def label_sandbox(call: AdminCall) -> JSON:
    """Change the sandbox's name, note or ttl."""
    changes = {name: given for name, given in call.body.items() if name != "ttl"}
    if "ttl" in call.body:
        changes["ttl"] = _ttl(call.body["ttl"])
        if call.in_sandbox.id == DEFAULT_SANDBOX and changes["ttl"] is not None:
            raise Invalid(invalid("ttl", "null: the default sandbox is kept for good"))
    call.in_sandbox.relabel(**changes)
    return sandbox_record(call, call.in_sandbox)


@operation(
    "POST",
    "/sandboxes/prune",
    refusals=(422,),
    answer=record({"sandboxes": list_of(PRUNED), "bytes": NUMBER, "dry_run": FLAG}, "Pruned"),
    body={
        "older_than": {"type": "string", "description": EXPECTED_AGE},
        "dry_run": {"type": "boolean", "description": "true or false: whether to remove nothing"},
    },
)
def prune_sandboxes(call: AdminCall) -> JSON:
    """Remove the sandboxes that have expired, and those not used for so long; with the role own, of one's own.

    The default one stays. One that another worker serves is removed by that, within a minute.
    """
    older, sandboxes = call.body.get("older_than"), call.factory.sandboxes
    now = call.factory.wall()
    unused_since = None if older is None else now - _seconds("older_than", older, EXPECTED_AGE)
    found = [one for one in _every(call) if one.label.has_expired(now) or (unused_since is not None and one.label.used_at <= unused_since)]
    dry_run = bool(call.body.get("dry_run"))
    if not dry_run:
        for one in found:
            sandboxes.expire(one.id)
        sandboxes.remove_expired()
    said = [{"id": one.id, "name": one.label.name, "note": one.label.note, "owner": one.label.owner} for one in found]
    return {"sandboxes": said, "bytes": sum(one.size for one in found), "dry_run": dry_run}


def _every(call: AdminCall) -> Iterator[Listed]:
    """Yield every sandbox that may be pruned, latest first."""
    home, skip = call.factory.sandboxes.home, 0
    owner = call.caller.name if call.caller.role == OWN else None
    while page := home.listed(limits.LISTED, skip, owner=owner)[0]:
        yield from (one for one in page if one.id != DEFAULT_SANDBOX)
        skip += len(page)


def _ttl(given: str | int | None) -> float | None:
    if not isinstance(given, str):
        return given
    seconds = _seconds("ttl", given, EXPECTED_TTL)
    if seconds < 1:
        raise Invalid(invalid("ttl", EXPECTED_TTL))
    return seconds


def _seconds(field: str, given: str, expected: str) -> float:
    try:
        return durations.parse(given).total_seconds()
    except ValueError:
        raise Invalid(invalid(field, expected)) from None
