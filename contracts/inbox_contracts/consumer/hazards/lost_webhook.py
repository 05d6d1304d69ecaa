"""A webhook that never comes."""

from inbox_contracts.consumer.hazards import WEBHOOK_FAULTS, Hazard, Sketch, struck


def _weave(sketch: Sketch) -> None:
    sketch.needs.add("webhooks")
    booking = sketch.book()
    sketch.sync()
    sketch.passes("1m")
    with sketch.at_once():
        sketch.fault("lost", times=5)
        sketch.guest_writes(booking)
    sketch.passes("1m")


HAZARD = Hazard(
    says="A webhook never comes: who only listens does not hear of it.",
    weave=_weave,
    met=lambda play: struck(play, "lost"),
    excludes=WEBHOOK_FAULTS,
)
