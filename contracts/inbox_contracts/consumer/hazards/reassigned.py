"""A conversation that is assigned to somebody else after it was seen."""

from inbox_contracts.consumer.hazards import Hazard, Sketch


def _weave(sketch: Sketch) -> None:
    booking = sketch.book(host_participant=sketch.any_of(True, False))
    sketch.sync()
    sketch.passes("1m")
    sketch.change(booking, assignee=sketch.any_of(3, 2))
    if sketch.any_of(True, False):
        sketch.sync()


HAZARD = Hazard(
    says="Staff assign a conversation to another host after the client has seen it.",
    weave=_weave,
    met=lambda play: any(kind == "staff_changes" and "assignee" in given and looks for kind, given, looks in play.happened),
)
