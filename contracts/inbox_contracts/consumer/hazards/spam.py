"""A conversation that is spam."""

from inbox_contracts.consumer.hazards import Hazard, Sketch


def _weave(sketch: Sketch) -> None:
    booking = sketch.book()
    if sketch.any_of(True, False):
        sketch.sync()
    sketch.change(booking, marked_as_spam=True)
    sketch.guest_writes(booking)
    sketch.passes("1m")
    sketch.sync()


HAZARD = Hazard(
    says="A conversation is marked as spam, and is there nevertheless.",
    weave=_weave,
    met=lambda play: any(kind == "staff_changes" and given.get("marked_as_spam") for kind, given, _ in play.happened),
)
