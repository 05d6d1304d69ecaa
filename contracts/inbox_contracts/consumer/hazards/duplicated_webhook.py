"""A webhook that comes more than once."""

from inbox_contracts.consumer.hazards import WEBHOOK_FAULTS, Hazard, Sketch, struck


def _weave(sketch: Sketch) -> None:
    sketch.needs.add("webhooks")
    booking = sketch.book()
    with sketch.at_once():
        sketch.fault(sketch.any_of("duplicated", "burst"), times=2)
        sketch.guest_writes(booking)
    sketch.passes("1m")
    sketch.sync()


HAZARD = Hazard(
    says="A webhook comes more than once.",
    weave=_weave,
    met=lambda play: struck(play, "duplicated", "burst") and bool(play.heard),
    excludes=WEBHOOK_FAULTS,
)
