"""A token that expires in the middle of the work."""

from inbox_contracts.consumer.hazards import Hazard, Sketch, struck


def _weave(sketch: Sketch) -> None:
    booking = sketch.book()
    sketch.fault("expired_token", match={"nth": sketch.any_of(2, 1, 3, 5)})
    if sketch.any_of(True, False):
        sketch.reply(booking)
    sketch.sync()


HAZARD = Hazard(
    says="The token expires in the middle of a sync or an answer.",
    weave=_weave,
    met=lambda play: struck(play, "expired_token"),
)
