"""Acting in a sandbox, and going back in it."""

from builders import a_message
from fake import JSON, Sandbox

URL = "/inbox/messages"
NOON = "2030-06-01T12:00:00Z"


def say(sandbox: Sandbox, content: str) -> str:
    """Post a message; the request's X-Request-Id."""
    answer = sandbox.api.post(URL, a_message(content=content))
    assert answer.status == 201
    return answer.headers["X-Request-Id"]


def said(sandbox: Sandbox) -> list[str]:
    return [message["content"] for message in sandbox.api.get(URL, per_page=100).records]


def points(sandbox: Sandbox) -> list[JSON]:
    return sandbox.handle.clock.points()


def told(sandbox: Sandbox) -> list[tuple[str, str]]:
    return [(point["kind"], point["says"]) for point in points(sandbox)]


def rewind(sandbox: Sandbox, **how: int | str) -> JSON:
    answer = sandbox.admin.post("/clock/rewind", how)
    assert answer.status == 200, answer.body
    found: JSON = answer.json
    return found


def refused(sandbox: Sandbox, **how: int | str) -> str:
    answer = sandbox.admin.post("/clock/rewind", how)
    assert answer.status == 422
    return str(answer.errors[0]["expected"])
