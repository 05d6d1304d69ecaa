"""A host whom the channel adds after the client has looked."""

from inbox_contracts.consumer.hazards import Hazard, Sketch, after_a_look


def _weave(sketch: Sketch) -> None:
    booking = sketch.book(host_participant=False)
    sketch.sync()
    sketch.passes("1m")
    sketch.add("channel_adds_host", {"booking": booking, "host": 3})
    sketch.reply(booking)


HAZARD = Hazard(
    says="The channel adds a host after the client has looked.",
    weave=_weave,
    met=lambda play: after_a_look(play, "channel_adds_host"),
)
