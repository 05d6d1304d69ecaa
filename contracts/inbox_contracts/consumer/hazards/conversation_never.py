"""A conversation that never comes."""

from inbox_contracts.consumer.hazards import Hazard, Sketch


def _weave(sketch: Sketch) -> None:
    booking = sketch.book(delay="never")
    sketch.reply(booking)
    sketch.passes("1h")
    sketch.sync()


HAZARD = Hazard(
    says="The channel never opens the conversation, and the client is told to answer in it.",
    weave=_weave,
    met=lambda play: any(promise.state == "owed" for promise in play.promises),
)
