"""A webhook that comes after what it tells of has changed again."""

from inbox_contracts.consumer.hazards import WEBHOOK_FAULTS, Hazard, Sketch, heard


def _weave(sketch: Sketch) -> None:
    sketch.needs.add("webhooks")
    with sketch.at_once():
        sketch.any_of(_of_a_conversation, _of_a_booking, _of_a_message)(sketch)
        # What changed in the second of a sync comes again with the next one: time must pass for it to be believed.
        sketch.passes("1m")
        sketch.sync()
        sketch.passes("20m")


def _of_a_conversation(sketch: Sketch) -> None:
    booking = sketch.book()
    sketch.sync()
    sketch.passes("1m")
    sketch.fault("delayed", by="10m", match={"event": "inbox_conversation_updated"})
    sketch.change(booking, closed=True)
    sketch.passes("1m")
    sketch.change(booking, closed=False)


def _of_a_booking(sketch: Sketch) -> None:
    sketch.fault("delayed", by="10m", match={"event": "booking_*"})
    booking = sketch.book(delay="never")
    sketch.sync()
    sketch.passes("1m")
    sketch.cancel(booking)


def _of_a_message(sketch: Sketch) -> None:
    booking = sketch.book(host_participant=True)
    sketch.passes("1m")
    sketch.fault("delayed", by="10m", match={"event": "inbox_message_created"})
    sketch.staff_write(booking)
    sketch.sync()
    sketch.passes("1m")
    sketch.staff_edit(booking)


HAZARD = Hazard(
    says="A webhook comes late, and what it tells of has changed again.",
    weave=_weave,
    met=lambda play: heard(play, old=True),
    excludes=WEBHOOK_FAULTS | {"rate_limit"},
)
