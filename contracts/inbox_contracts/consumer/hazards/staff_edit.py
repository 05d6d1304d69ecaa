"""Words that are changed after they were seen."""

from inbox_contracts.consumer.hazards import Hazard, Sketch, after_a_look
from inbox_contracts.consumer.worlds import EDITS


def _weave(sketch: Sketch) -> None:
    booking = sketch.book(host_participant=True)
    sketch.staff_write(booking)
    sketch.sync()
    sketch.passes("1m")
    sketch.staff_edit(booking)
    if sketch.any_of(True, False):
        sketch.sync()


HAZARD = Hazard(
    says="Staff change a message after the client has seen it.",
    weave=_weave,
    met=lambda play: after_a_look(play, EDITS),
)
