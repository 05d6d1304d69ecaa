"""Bookings that are tied to a conversation that the client knows, or taken out of it: a webhook tells of it, and no list does."""

from inbox_contracts.consumer.hazards import READS, WEBHOOK_FAULTS, StepBuilder, hazard
from inbox_contracts.consumer.recording import Recording
from inbox_contracts.consumer.worlds import NEIGHBOURS_RENTAL, REGULAR
from inbox_mock.channels import opening

CHANGED = {"event": "inbox_conversation_updated"}


def _tied(recording: Recording) -> bool:
    heard = {webhook.record["id"] for webhook in recording.webhooks if webhook.event == "inbox_conversation_updated" and webhook.accepted}
    return bool(recording.tied) and any(found["id"] in heard for found in recording.expected["conversations"])


def _known_pair(steps: StepBuilder) -> tuple[int, int]:
    """Book twice, on one channel, for a guest who has one conversation only."""
    channel = steps.any_of(*(policy.name for policy in opening()))
    first, second = (steps.book(channel=channel, delay=delay, client=REGULAR) for delay in ("0s", "never"))
    return first, second


@hazard(met=_tied, excludes=WEBHOOK_FAULTS | {"stale_read"})
def connected_later(steps: StepBuilder) -> None:
    """Staff connect a booking to a conversation that the client has seen: its webhook tells of it, and no list ever does."""
    steps.needs |= {"regular", "webhooks"}
    with steps.uninterrupted():
        first, second = _known_pair(steps)
        steps.guest_writes(first)  # its conversation has changed before: that webhook tells the same event, record and time
        steps.passes("1m")
        steps.sync()
        steps.passes("1m")
        if steps.any_of(True, False):
            steps.fault("stale", match=CHANGED)  # it tells of the conversation in the very bytes of the one before, without the booking
        steps.add("staff_connects", {"booking": first, "connects": second})
        if steps.any_of(False, True):
            steps.passes("1m")
            steps.guest_writes(steps.book())
        steps.passes("1m")
        steps.sync()


@hazard(met=_tied, excludes=WEBHOOK_FAULTS | {"stale_read"})
def connected_before_a_failure(steps: StepBuilder) -> None:
    """Staff connect a booking to a conversation that the client has seen, and the syncs after its webhook fail."""
    steps.needs |= {"regular", "webhooks"}
    with steps.uninterrupted():
        first, second = _known_pair(steps)
        steps.passes("1m")
        steps.sync()
        steps.passes("1m")
        steps.add("staff_connects", {"booking": first, "connects": second})
        steps.passes("1m")
        steps.fault("status", status=503, match={**READS, "path": steps.any_of("/inbox/messages", "/inbox/conversations")})
        for kind in (steps.any_of("status", "malformed"), "rate_limit"):
            steps.fault(kind, match={**READS, "path": "/inbox/conversations/*"})
        steps.sync()


@hazard(met=_tied, excludes=WEBHOOK_FAULTS | {"stale_read"})
def several_connected(steps: StepBuilder) -> None:
    """Of three conversations that the client has seen, more than a page holds, staff add, replace and take out bookings."""
    steps.needs |= {"regular", "webhooks", "small_pages"}
    with steps.uninterrupted():
        pairs = [_known_pair(steps) for _ in range(3)]
        other = steps.book()
        steps.change(pairs[0][0], closed=True)
        steps.passes("1m")
        steps.sync()
        steps.passes("1m")
        steps.fault("lost", match=CHANGED)  # what comes next tells of as many bookings as before
        (swapped, instead), (kept, added), (alone, _) = pairs
        for booking, connected in ((swapped, instead), (kept, added)):
            steps.add("staff_connects", {"booking": booking, "connects": connected})
        for booking in (swapped, alone):
            steps.add("staff_disconnects", {"booking": booking, "disconnects": booking})
        steps.passes(steps.any_of("1m", "121m"))  # within the token's time, or beyond it
        with steps.meanwhile("/inbox/messages", page=1):
            steps.fault("lost", match=CHANGED)
            steps.change(other, closed=True)
            steps.passes("5m")
        steps.sync()
    steps.passes("1m")


@hazard(met=_tied, excludes=WEBHOOK_FAULTS | {"stale_read"})
def mixed_hints(steps: StepBuilder) -> None:
    """Webhooks tell of a conversation to which staff have connected a booking, and of another account's, which the token does not show."""
    steps.needs |= {"regular", "webhooks", "neighbour"}
    with steps.uninterrupted():
        theirs = steps.book(rental=NEIGHBOURS_RENTAL, host_participant=False)
        first, second = _known_pair(steps)
        theirs = steps.any_of(theirs, steps.book(rental=NEIGHBOURS_RENTAL, host_participant=False))
        steps.passes("1m")
        steps.sync()
        steps.passes("1m")
        steps.guest_writes(theirs)
        steps.add("staff_connects", {"booking": first, "connects": second})
        steps.perhaps(steps.guest_writes, theirs)
        steps.passes("1m")
        steps.sync()
    steps.passes("1m")


@hazard(met=_tied, excludes=WEBHOOK_FAULTS | {"stale_read"})
def disconnected_later(steps: StepBuilder) -> None:
    """Staff take bookings out of conversations again, and connect one anew, of which a webhook tells in the very bytes of one before."""
    steps.needs |= {"regular", "webhooks"}
    with steps.uninterrupted():
        lasting, again = (_known_pair(steps) for _ in range(2))
        steps.passes("1m")
        steps.sync()
        steps.passes("1m")
        for kind, pairs in (("connects", (lasting, again)), ("disconnects", (lasting, again)), ("connects", (again,))):
            for first, second in pairs:
                steps.add(f"staff_{kind}", {"booking": first, kind: second})
            if lasting in pairs:  # a list brings the booking, for it has moved, with its conversation and then without
                start = 60 if kind == "connects" else 70
                steps.add("staff_moves", {"booking": lasting[1], "start_at": f"+{start}d", "end_at": f"+{start + 7}d"})
            steps.passes("1m")
            steps.sync()
            steps.passes("1m")
        if steps.any_of(False, True):
            steps.change(lasting[0], closed=True)
