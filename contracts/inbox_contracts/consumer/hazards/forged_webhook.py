"""A webhook that somebody else sent."""

from inbox_contracts.consumer.hazards import WEBHOOK_FAULTS, Hazard, Sketch, heard


def _weave(sketch: Sketch) -> None:
    sketch.needs.add("webhooks")
    booking = sketch.book()
    with sketch.at_once():
        sketch.fault("forged", times=sketch.any_of(1, 2))
        sketch.guest_writes(booking)
    sketch.passes("1m")
    sketch.sync()


HAZARD = Hazard(
    says="A webhook comes whose signature is forged.",
    weave=_weave,
    met=lambda play: heard(play, genuine=False),
    excludes=WEBHOOK_FAULTS,
)
