"""Creating, listing, reading, resetting and deleting sandboxes."""

from inbox_mock.admin.labels import EXPECTED_NAME, LABEL, NAME, label_of
from inbox_mock.admin.operation import JSON, NUMBER, PAGED, AdminCall, operation
from inbox_mock.admin.sandbox_shown import LISTED, SANDBOX, listed_record, sandbox_record, used
from inbox_mock.api.openapi_schemas import list_of, record
from inbox_mock.domain.access import DEFAULT_SANDBOX
from inbox_mock.domain.admin_tokens import OWN
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine import beginnings
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.errors import ReceiverError, ScenarioError
from inbox_mock.scenarios.loading import find_shipped, from_object
from inbox_mock.webhooks.deliveries import RECEIVER

MODE: JSON = {"enum": ["manual", "real"], "description": "manual or real"}
SCENARIO: JSON = {"type": ["string", "object"], "additionalProperties": True}
DEFAULT_SCENARIO = "agency"


@operation(
    "POST",
    "/sandboxes",
    status=201,
    refusals=(422,),
    answer=SANDBOX,
    body={
        "scenario": {**SCENARIO, "description": "the name of a shipped scenario, or a scenario as an object"},
        **LABEL,
        "name": {**NAME, "description": f"{EXPECTED_NAME}; a scenario that is given as an object is called so too"},
        "seed": {"type": "integer", "minimum": 0, "maximum": 2**53, "description": "a whole number from 0: what the dice start from"},
        "clock": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"mode": MODE, "rate": {"type": "number", "exclusiveMinimum": 0, "maximum": 100_000}},
            "description": "an object: mode (manual or real) and rate (seconds per second, above 0)",
        },
        "strict": {"type": "boolean", "description": "true or false"},
        "cached": {"type": "boolean", "description": "true or false; false makes each answer anew"},
        "checkpoints": {"type": "boolean", "description": "true or false; false takes no checkpoints to rewind to"},
        "webhook_url": {
            "type": ["string", "object"],
            "additionalProperties": {"type": "string"},
            "description": "the address that hears the scenario's webhooks, or an object with the address for each of its roles",
        },
    },
)
def create_sandbox(call: AdminCall) -> JSON:
    """Create a sandbox from a scenario."""
    body = call.body
    wanted = body.get("scenario", DEFAULT_SCENARIO)
    try:
        scenario = (
            from_object(wanted, body.get("name") or "scenario") if isinstance(wanted, dict) else find_shipped(_shipped_name(str(wanted)))
        )
        sandbox = call.factory.create(scenario, overrides_of(body), label_of(body, call.caller.name, call.factory.default_ttl))
    except ScenarioError as error:
        field = "webhook_url" if isinstance(error, ReceiverError) else "scenario"
        raise Invalid(*(invalid(field, line) for line in str(error).splitlines())) from None
    return sandbox_record(call, sandbox)


@operation(
    "GET",
    "/sandboxes",
    refusals=(422,),
    query={**PAGED, "name": "Those whose name or id contains it, in any case."},
    answer=record({"sandboxes": list_of(LISTED), "count": NUMBER}, "Sandboxes"),
)
def list_sandboxes(call: AdminCall) -> JSON:
    """List the sandboxes, oldest first: a page of the latest, and how many there are; with the role own, of one's own.

    None is waited for or woken: each is shown as its last unit of work left it.
    """
    limit, skip = call.page
    owner = call.caller.name if call.caller.role == OWN else None
    page, count = call.factory.sandboxes.home.listed(limit, skip, name=call.query.get("name", ""), owner=owner)
    return {"sandboxes": [listed_record(call, found) for found in page], "count": count}


@operation("GET", "/sandboxes/<id>", refusals=(404,), answer=LISTED)
def get_sandbox(call: AdminCall) -> JSON:
    """Get a sandbox."""
    return sandbox_record(call, call.in_sandbox) | used(call.in_sandbox.storage.label, call.factory.wall())


@operation("DELETE", "/sandboxes/<id>", status=204)
def delete_sandbox(call: AdminCall) -> None:
    """Delete a sandbox."""
    if call.in_sandbox.id == DEFAULT_SANDBOX:
        raise Invalid(invalid("id", "a sandbox other than the default one, which can be reset but not deleted"))
    call.factory.sandboxes.remove(call.in_sandbox)


@operation("POST", "/sandboxes/<id>/reset", answer=SANDBOX)
def reset_sandbox(call: AdminCall) -> JSON:
    """Reset to the scenario's start; tokens stay valid."""
    beginnings.reset(call.in_sandbox)
    return sandbox_record(call, call.in_sandbox)


def overrides_of(body: JSON) -> Overrides:
    """Return the scenario's settings that the body of `create_sandbox` overrides."""
    clock: JSON = body.get("clock", {})
    urls = body.get("webhook_url", {})
    receivers = tuple(urls.items()) if isinstance(urls, dict) else ((RECEIVER, urls),)
    return Overrides(
        seed=body.get("seed"),
        mode=clock.get("mode"),
        rate=clock.get("rate"),
        strict=body.get("strict"),
        receivers=receivers,
        cached=body.get("cached", True),
        checkpoints=body.get("checkpoints", True),
    )


def _shipped_name(name: str) -> str:
    """Return the name of a shipped scenario. The admin API reads no other files of this machine."""
    if "/" in name or "\\" in name or name.endswith((".yaml", ".yml")):
        raise Invalid(invalid("scenario", "the name of a shipped scenario, or a scenario as an object"))
    return name
