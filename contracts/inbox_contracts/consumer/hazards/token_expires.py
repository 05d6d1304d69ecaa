"""A token that has expired by the next sync."""

from inbox_contracts.consumer.hazards import Hazard, Sketch


def _weave(sketch: Sketch) -> None:
    booking = sketch.book()
    sketch.sync()
    for _ in range(sketch.any_of(1, 2)):
        sketch.passes("121m")
        sketch.sync()
    if sketch.any_of(True, False):
        sketch.reply(booking)


HAZARD = Hazard(
    says="Two hours pass, and the token has expired.",
    weave=_weave,
    met=lambda play: any(entry["status"] == 401 for entry in play.entries),
)
