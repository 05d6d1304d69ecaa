"""Changes by people after the client has seen the records."""

from inbox_contracts.consumer.hazards import StepBuilder, after_a_sync, hazard
from inbox_contracts.consumer.recording import Recording
from inbox_contracts.consumer.worlds import EDITS


@hazard(met=lambda recording: after_a_sync(recording, "host_writes_on_channel"))
def answered_elsewhere(steps: StepBuilder) -> None:
    """A host answers in the channel's own app."""
    booking = steps.book(host_participant=True)
    steps.sync()
    steps.passes("1m")
    steps.add("host_writes_on_channel", {"booking": booking, "content": f"I am on my way, {steps.any_of('Ada', 'Noor')}."})
    steps.guest_writes(booking)


@hazard(met=lambda recording: after_a_sync(recording, "guest_cancels"))
def cancelled_booking(steps: StepBuilder) -> None:
    """A guest cancels after the client has seen the booking."""
    booking = steps.book()
    steps.sync()
    steps.passes("1m")
    steps.cancel(booking)
    if steps.any_of(True, False):
        steps.sync()


@hazard(met=lambda recording: after_a_sync(recording, "staff_changes", closed=True))
def closed_meanwhile(steps: StepBuilder) -> None:
    """Staff close a conversation after the client has seen it open."""
    booking = steps.book()
    steps.sync()
    steps.passes("1m")
    steps.change(booking, closed=True)
    if steps.any_of(True, False):
        steps.sync()


def _reopened(recording: Recording) -> bool:
    closed: set[object] = set()
    for kind, given, syncs in recording.happened:
        if kind == "staff_changes" and given.get("closed"):
            closed.add(given.get("booking"))
        if kind == "guest_writes" and given.get("booking") in closed and syncs:
            return True
    return False


@hazard(met=_reopened)
def guest_reopens(steps: StepBuilder) -> None:
    """A guest writes into a conversation that is closed, and reopens it."""
    booking = steps.book()
    steps.change(booking, closed=True)
    steps.sync()
    steps.passes("1m")
    steps.guest_writes(booking)
    if steps.any_of(True, False):
        steps.sync()


@hazard(met=lambda recording: after_a_sync(recording, "staff_writes", internal=True))
def internal_note(steps: StepBuilder) -> None:
    """Staff leave an internal note, which is there and no guest sees."""
    booking = steps.book(host_participant=True)
    steps.sync()
    steps.passes("1m")
    steps.staff_write(booking, internal=True)
    steps.sync()


@hazard(met=lambda recording: any(kind == "staff_changes" and "assignee" in given and syncs for kind, given, syncs in recording.happened))
def reassigned(steps: StepBuilder) -> None:
    """Staff assign a conversation to another host after the client has seen it."""
    booking = steps.book(host_participant=steps.any_of(True, False))
    steps.sync()
    steps.passes("1m")
    steps.change(booking, assignee=steps.any_of(3, 2))
    if steps.any_of(True, False):
        steps.sync()


@hazard(met=lambda recording: any(kind == "staff_changes" and given.get("marked_as_spam") for kind, given, _ in recording.happened))
def spam(steps: StepBuilder) -> None:
    """A conversation is marked as spam, and is there nevertheless."""
    booking = steps.book()
    if steps.any_of(True, False):
        steps.sync()
    steps.change(booking, marked_as_spam=True)
    steps.guest_writes(booking)
    steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: after_a_sync(recording, EDITS))
def staff_edit(steps: StepBuilder) -> None:
    """Staff change a message after the client has seen it."""
    booking = steps.book(host_participant=True)
    steps.staff_write(booking)
    steps.sync()
    steps.passes("1m")
    steps.staff_edit(booking)
    if steps.any_of(True, False):
        steps.sync()
