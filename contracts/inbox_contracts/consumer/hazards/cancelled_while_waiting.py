"""A booking that is cancelled before its conversation came."""

from inbox_contracts.consumer.hazards import Hazard, Sketch


def _weave(sketch: Sketch) -> None:
    booking = sketch.book(delay="10m")
    sketch.sync()
    sketch.reply(booking)
    sketch.passes("1m")
    sketch.cancel(booking)
    sketch.passes("20m")
    sketch.sync()


HAZARD = Hazard(
    says="A guest cancels while the client waits for the conversation, which then never comes.",
    weave=_weave,
    met=lambda play: any(promise.state == "void" for promise in play.promises),
)
