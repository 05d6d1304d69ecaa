"""What clients, guests and receivers see of a shipped scenario."""

from builders import a_message
from fake import JSON, Mock, Sandbox
from receiver import Receiver

BOOKING, CONVERSATION, CONVERSATIONS, MESSAGES, PARTICIPANTS = (
    "/bookings/80",
    "/inbox/conversations/11",
    "/inbox/conversations",
    "/inbox/messages",
    "/inbox/participants",
)


def heard(mock: Mock, name: str, receiver: Receiver) -> Sandbox:
    """A sandbox of a scenario whose webhooks go to a receiver."""
    return mock.sandbox(name, webhook_url=receiver.url)


def conversations_of(sandbox: Sandbox, booking: int = 80) -> list[int]:
    found: list[int] = sandbox.api.get(f"/bookings/{booking}").record["links"]["conversations"]
    return found


def answer(sandbox: Sandbox, **changes: object) -> JSON:
    """What the guest is told by the host who takes part as participant 2."""
    posted = sandbox.api.post(MESSAGES, a_message(**changes))
    assert posted.status == 201, posted.body
    return posted.record


def thread(sandbox: Sandbox, conversation: int = 11) -> list[tuple[str, str]]:
    """Who said what, as the guest sees it on the channel."""
    return [(message["from"], message["content"]) for message in sandbox.handle.thread(conversation)]


def contents(sandbox: Sandbox) -> list[str]:
    return [message["content"] for message in sandbox.api.get(MESSAGES).records]


def past(sandbox: Sandbox, kind: str) -> list[JSON]:
    """What has happened of a kind."""
    return [event for event in sandbox.handle.timeline()["past"] if event["kind"] == kind]


def told(receiver: Receiver) -> list[str]:
    """What the webhooks of new messages told, in the order in which they came."""
    return [payload["resource"]["message"]["content"] for payload in receiver.of("inbox_message_created")]
