"""Answers to what a client wrote, or to a refresh, that come and cannot be read; errors as pages for people; hosts that are refused."""

from inbox_contracts.consumer.hazards import LOST, MESSAGES, READS, StepBuilder, after_a_meanwhile, hazard, struck, struck_sending
from inbox_contracts.consumer.recording import Recording
from inbox_mock.conduct.model import TOKENS

PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
"""What a gateway between the client and the service answers."""
HOSTS = {"method": "POST", "path": "/inbox/participants"}
STALE = frozenset({"stale_read"})


@hazard(met=lambda recording: struck_sending(recording, "malformed", "truncated"), excludes=STALE)
def spoiled_receipt(steps: StepBuilder) -> None:
    """A message is stored, and the answer to the client cannot be read, or breaks off."""
    booking = steps.book(host_participant=True)
    with steps.uninterrupted():
        for kind in steps.any_of(("malformed", "truncated"), ("truncated", "malformed")):
            steps.fault(kind, match=MESSAGES)
            steps.reply(booking)
            steps.passes("5m")


@hazard(met=lambda recording: struck_sending(recording, "malformed", "truncated"), excludes=STALE)
def spoiled_host(steps: StepBuilder) -> None:
    """A host is added to a conversation, and the answer to the client cannot be read."""
    booking = steps.book(host_participant=False)
    with steps.uninterrupted():
        steps.fault(steps.any_of("malformed", "truncated"), match=HOSTS)
        steps.reply(booking)
    steps.passes("5m")


@hazard(met=lambda recording: struck_sending(recording, "status", "expired_token", "rate_limit"))
def refused_host(steps: StepBuilder) -> None:
    """A host cannot be added at first: the server fails, the token has expired, or the hour's requests are used up."""
    first, second = (steps.book(host_participant=False) for _ in range(2))
    with steps.uninterrupted():
        steps.fault("status", status=steps.any_of(503, 500), match=HOSTS)
        steps.reply(first)
        steps.fault(steps.any_of("expired_token", "rate_limit"), match=HOSTS)
        steps.reply(second)


def _spoiled_tokens(recording: Recording) -> bool:
    return bool(sum(fault["struck"] for fault in recording.faults if fault["match"].get("path") == TOKENS) > 1)


@hazard(met=_spoiled_tokens)
def spoiled_refresh(steps: StepBuilder) -> None:
    """The token has expired, and the new one does not come: the server fails, and then its answer cannot be read."""
    booking = steps.book()
    steps.sync()
    with steps.uninterrupted():
        steps.fault("status", status=steps.any_of(503, 500), match={"path": TOKENS})
        steps.fault(steps.any_of("malformed", "truncated"), match={"path": TOKENS})
        steps.passes("121m")
        steps.guest_writes(booking)
        steps.sync()
    steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: struck(recording, "status") and struck_sending(recording, "status"))
def error_page(steps: StepBuilder) -> None:
    """The server's error is a page in HTML, as a gateway writes it: to a read, and to a message, which is not stored."""
    booking = steps.book(host_participant=True)
    with steps.uninterrupted():
        steps.fault("status", status=steps.any_of(502, 503, 500), body=PAGE, match={**READS, "nth": steps.any_of(1, 2, 3)})
        steps.sync()
        steps.fault("status", status=steps.any_of(502, 503, 504), body=PAGE, match=MESSAGES)
        steps.reply(booking)


@hazard(met=lambda recording: after_a_meanwhile(recording, "channel_adds_host"))
def joined_while_answering(steps: StepBuilder) -> None:
    """While the client adds a host to one conversation, the channel adds one to another."""
    booking, other = steps.book(host_participant=False), steps.book(host_participant=False)
    with steps.uninterrupted():
        steps.passes("1m")
        steps.sync()
        with steps.meanwhile("/hosts"):
            steps.passes("5m")
            steps.guest_writes(other)
            steps.passes("5m")
        with steps.meanwhile("/inbox/participants", method="POST"):
            steps.add("channel_adds_host", {"booking": other, "host": 3})
            steps.guest_writes(other)
            steps.passes("5m")
        steps.reply(booking)
    steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: struck_sending(recording, "timeout_after", "status"), excludes=frozenset({"stale_read"}))
def lost_host(steps: StepBuilder) -> None:
    """A host is added to a conversation, and the answer to the client is lost."""
    booking = steps.book(host_participant=False)
    with steps.uninterrupted():
        kind, options = steps.any_of(*LOST)
        for path in ("/inbox/participants", "/hosts"):
            steps.fault(kind, **options, match={"method": "POST", "path": path})
        steps.reply(booking)
    steps.passes("5m")
