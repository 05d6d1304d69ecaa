"""A guest who writes into a closed conversation."""

from inbox_contracts.consumer.hazards import Hazard, Sketch
from inbox_contracts.consumer.recording import Play


def _weave(sketch: Sketch) -> None:
    booking = sketch.book()
    sketch.change(booking, closed=True)
    sketch.sync()
    sketch.passes("1m")
    sketch.guest_writes(booking)
    if sketch.any_of(True, False):
        sketch.sync()


def _met(play: Play) -> bool:
    closed: set[object] = set()
    for kind, given, looks in play.happened:
        if kind == "staff_changes" and given.get("closed"):
            closed.add(given.get("booking"))
        if kind == "guest_writes" and given.get("booking") in closed and looks:
            return True
    return False


HAZARD = Hazard(
    says="A guest writes into a conversation that is closed, and reopens it.",
    weave=_weave,
    met=_met,
)
