"""Webhooks that come in the wrong order."""

from inbox_contracts.consumer.hazards import WEBHOOK_FAULTS, Hazard, Sketch, heard, struck


def _weave(sketch: Sketch) -> None:
    sketch.needs.add("webhooks")
    booking = sketch.book()
    sketch.sync()
    sketch.passes("1m")
    with sketch.at_once():
        sketch.fault("reordered", match={"event": "inbox_conversation_updated"})
        sketch.change(booking, closed=True)
        sketch.passes("1m")
        sketch.change(booking, closed=False)
        sketch.passes("2s")
        sketch.sync()
        sketch.passes("10m")


HAZARD = Hazard(
    says="A webhook is overtaken by the next one.",
    weave=_weave,
    met=lambda play: struck(play, "reordered") and heard(play, old=True),
    excludes=WEBHOOK_FAULTS,
)
