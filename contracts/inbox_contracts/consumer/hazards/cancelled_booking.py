"""A booking that is cancelled after it was seen."""

from inbox_contracts.consumer.hazards import Hazard, Sketch, after_a_look


def _weave(sketch: Sketch) -> None:
    booking = sketch.book()
    sketch.sync()
    sketch.passes("1m")
    sketch.cancel(booking)
    if sketch.any_of(True, False):
        sketch.sync()


HAZARD = Hazard(
    says="A guest cancels after the client has seen the booking.",
    weave=_weave,
    met=lambda play: after_a_look(play, "guest_cancels"),
)
