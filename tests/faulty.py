"""Setting faults, as tests do it."""

from builders import JSON
from fake import Answer, Sandbox


def set_fault(sandbox: Sandbox, kind: str, **more: object) -> JSON:
    """Set a fault, and return it as the admin API shows it."""
    return sandbox.handle.fault(kind, **more)


def the_fault(sandbox: Sandbox) -> JSON:
    """The only fault."""
    (found,) = sandbox.handle.faults()
    return found


def entries(sandbox: Sandbox) -> list[JSON]:
    """The sandbox's journal."""
    return sandbox.handle.journal()


def statuses(*answers: Answer) -> list[int]:
    return [answer.status for answer in answers]
