"""A host who answers in the channel's own app."""

from inbox_contracts.consumer.hazards import Hazard, Sketch, after_a_look


def _weave(sketch: Sketch) -> None:
    booking = sketch.book(host_participant=True)
    sketch.sync()
    sketch.passes("1m")
    sketch.add("host_writes_on_channel", {"booking": booking, "content": f"I am on my way, {sketch.any_of('Ada', 'Noor')}."})
    sketch.guest_writes(booking)


HAZARD = Hazard(
    says="A host answers in the channel's own app.",
    weave=_weave,
    met=lambda play: after_a_look(play, "host_writes_on_channel"),
)
