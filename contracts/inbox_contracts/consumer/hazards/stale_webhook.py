"""A webhook whose payload is older than what it tells of."""

from inbox_contracts.consumer.hazards import WEBHOOK_FAULTS, Hazard, Sketch, heard, struck


def _weave(sketch: Sketch) -> None:
    sketch.needs.add("webhooks")
    booking = sketch.book(host_participant=True)
    sketch.passes("1m")
    if sketch.any_of(True, False):
        sketch.change(booking, closed=True)
        sketch.passes("1m")
        with sketch.at_once():
            sketch.fault("stale", match={"event": "inbox_conversation_updated"})
            sketch.change(booking, closed=False)
    else:
        sketch.staff_write(booking)
        sketch.passes("1m")
        with sketch.at_once():
            sketch.fault("stale", match={"event": "inbox_message_updated"})
            sketch.staff_edit(booking)
    sketch.passes("2s")
    sketch.sync()
    sketch.passes("1m")


HAZARD = Hazard(
    says="A webhook tells of a record as it was before.",
    weave=_weave,
    met=lambda play: struck(play, "stale") and heard(play, old=True),
    excludes=WEBHOOK_FAULTS,
)
