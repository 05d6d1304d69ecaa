"""Setting faults, as tests do it."""

from builders import JSON
from fake import Answer, Sandbox


def set_fault(sandbox: Sandbox, kind: str, **more: object) -> JSON:
    """Set a fault, and return it as the admin API shows it."""
    answer = sandbox.admin.post("/faults", {"kind": kind, **more})
    assert answer.status == 201, answer.body
    found: JSON = answer.json
    return found


def the_fault(sandbox: Sandbox) -> JSON:
    """The only fault."""
    (found,) = sandbox.admin.get("/faults").json["faults"]
    return dict(found)


def entries(sandbox: Sandbox) -> list[JSON]:
    """The sandbox's journal."""
    found: list[JSON] = sandbox.admin.get("/journal").json["entries"]
    return found


def statuses(*answers: Answer) -> list[int]:
    return [answer.status for answer in answers]
