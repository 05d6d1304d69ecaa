"""Webhooks that are duplicated, forged, late, lost, reordered, respelled or stale."""

from inbox_contracts.consumer.hazards import WEBHOOK_FAULTS, StepBuilder, hazard, received, struck
from inbox_contracts.consumer.hazards.texts import ODD

LATE = "15m"
FORGERIES = ("forged", "near_miss", "unsigned", "tampered", "replayed", "cut_short")


@hazard(met=lambda recording: struck(recording, "duplicated", "burst") and bool(recording.webhooks), excludes=WEBHOOK_FAULTS)
def duplicated_webhook(steps: StepBuilder) -> None:
    """A webhook comes more than once."""
    steps.needs.add("webhooks")
    booking = steps.book()
    with steps.uninterrupted():
        steps.fault(steps.any_of("duplicated", "burst"), times=2)
        steps.guest_writes(booking, ODD[0])
    steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: received(recording, genuine=False), excludes=WEBHOOK_FAULTS)
def forged_webhook(steps: StepBuilder) -> None:
    """Webhooks come whose signatures are forged: by a wrong secret, in some digits, for another body, cut short, or not there at all."""
    steps.needs.add("webhooks")
    booking = steps.book()
    with steps.uninterrupted():
        for kind in FORGERIES:
            steps.fault(kind, times=2)
            if steps.any_of(True, False):
                steps.guest_writes(booking)
            else:
                steps.book(channel="direct")
            steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: struck(recording, "respelled") and bool(recording.webhooks), excludes=WEBHOOK_FAULTS)
def respelled_webhook(steps: StepBuilder) -> None:
    """A webhook's JSON is written in other bytes than a program at hand would write, and rightly signed."""
    steps.needs.add("webhooks")
    booking = steps.book()
    with steps.uninterrupted():
        steps.fault("respelled", times=2)
        steps.guest_writes(booking)
    steps.passes("1m")
    steps.sync()


def _of_a_conversation(steps: StepBuilder) -> None:
    booking = steps.book_and_show()
    steps.fault("delayed", by=LATE, match={"event": "inbox_conversation_updated"})
    steps.change(booking, closed=True)
    steps.passes("1m")
    steps.change(booking, closed=False)


def _of_a_booking(steps: StepBuilder) -> None:
    steps.fault("delayed", by=LATE, match={"event": "booking_*"})
    booking = steps.book_and_show(delay="never")
    steps.cancel(booking)


def _of_a_message(steps: StepBuilder) -> None:
    booking = steps.book(host_participant=True)
    steps.passes("1m")
    steps.fault("delayed", by=LATE, match={"event": "inbox_message_created"})
    steps.staff_write(booking)
    steps.sync()
    steps.passes("1m")
    steps.staff_edit(booking)


@hazard(met=lambda recording: received(recording, old=True), excludes=WEBHOOK_FAULTS | {"rate_limit"})
def late_webhook(steps: StepBuilder) -> None:
    """A webhook comes late, and what it tells of has changed again."""
    steps.needs.add("webhooks")
    with steps.uninterrupted():
        _of_a_booking(steps)
        steps.any_of(_of_a_conversation, _of_a_message)(steps)
        # What changed in the second of a sync comes again with the next one: time must pass for it to be believed.
        steps.passes("1m")
        steps.sync()
        steps.passes("20m")


@hazard(met=lambda recording: struck(recording, "lost"), excludes=WEBHOOK_FAULTS)
def lost_webhook(steps: StepBuilder) -> None:
    """A webhook never comes: who only listens does not hear of it."""
    steps.needs.add("webhooks")
    booking = steps.book_and_show()
    with steps.uninterrupted():
        steps.fault("lost", **{"for": "3m"})
        steps.guest_writes(booking)
        steps.book(channel="direct")
        steps.passes("1m")
        steps.perhaps(steps.guest_writes, booking)
        steps.change(booking, closed=True)
        steps.passes("5m")


@hazard(met=lambda recording: struck(recording, "reordered") and received(recording, old=True), excludes=WEBHOOK_FAULTS)
def reordered_webhook(steps: StepBuilder) -> None:
    """A webhook is overtaken by the next one."""
    steps.needs.add("webhooks")
    booking = steps.book_and_show()
    with steps.uninterrupted():
        steps.fault("reordered", match={"event": "inbox_conversation_updated"})
        steps.change(booking, closed=True)
        steps.passes("1m")
        steps.change(booking, closed=False)
        steps.passes("2s")
        steps.sync()
        steps.passes("10m")


@hazard(met=lambda recording: struck(recording, "stale") and received(recording, old=True), excludes=WEBHOOK_FAULTS)
def stale_webhook(steps: StepBuilder) -> None:
    """A webhook tells of a record as it was before."""
    steps.needs.add("webhooks")
    booking = steps.book(host_participant=True)
    steps.passes("1m")
    conversation, pause = steps.any_of((True, "1m"), (True, ""), (False, "1m"))
    if conversation:
        with steps.uninterrupted():
            steps.change(booking, closed=True)
            if pause:
                steps.passes(pause)
            steps.fault("stale", match={"event": "inbox_conversation_updated"})
            steps.change(booking, closed=False)
    else:
        steps.staff_write(booking)
        steps.passes("1m")
        with steps.uninterrupted():
            steps.fault("stale", match={"event": "inbox_message_updated"})
            steps.staff_edit(booking)
    steps.passes("2s")
    steps.sync()
    steps.passes("1m")
