"""A conversation that comes after the client has looked for it."""

from inbox_contracts.consumer.hazards import Hazard, Sketch


def _weave(sketch: Sketch) -> None:
    delay = sketch.any_of("10m", "2m", "1h")
    booking = sketch.book(delay=delay, host_participant=sketch.any_of(True, False))
    sketch.sync()
    if sketch.any_of(True, False):
        sketch.reply(booking)
    sketch.passes("1m")
    sketch.sync()
    sketch.passes(delay)
    sketch.sync()


HAZARD = Hazard(
    says="The channel opens the conversation only after the client has looked.",
    weave=_weave,
    met=lambda play: any(play.waited & set(found["booking_ids"]) for found in play.truth["conversations"]),
)
