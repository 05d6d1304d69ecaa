"""The hour's requests are used up."""

from inbox_contracts.consumer.hazards import Hazard, Sketch


def _weave(sketch: Sketch) -> None:
    booking = sketch.book()
    sketch.fault("rate_limit", match={"nth": sketch.any_of(1, 2, 3, 5)})
    if sketch.any_of(True, False):
        sketch.reply(booking)
    sketch.sync()


HAZARD = Hazard(
    says="The hour's requests are used up: 429 until the reset.",
    weave=_weave,
    met=lambda play: any(entry["status"] == 429 for entry in play.entries),
)
