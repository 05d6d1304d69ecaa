"""A conversation that is closed after it was seen."""

from inbox_contracts.consumer.hazards import Hazard, Sketch, after_a_look


def _weave(sketch: Sketch) -> None:
    booking = sketch.book()
    sketch.sync()
    sketch.passes("1m")
    sketch.change(booking, closed=True)
    if sketch.any_of(True, False):
        sketch.sync()


HAZARD = Hazard(
    says="Staff close a conversation after the client has seen it open.",
    weave=_weave,
    met=lambda play: after_a_look(play, "staff_changes", closed=True),
)
