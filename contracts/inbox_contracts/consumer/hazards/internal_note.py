"""A note among hosts."""

from inbox_contracts.consumer.hazards import Hazard, Sketch, after_a_look


def _weave(sketch: Sketch) -> None:
    booking = sketch.book(host_participant=True)
    sketch.sync()
    sketch.passes("1m")
    sketch.staff_write(booking, internal=True)
    sketch.sync()


HAZARD = Hazard(
    says="Staff leave an internal note, which is there and no guest sees.",
    weave=_weave,
    met=lambda play: after_a_look(play, "staff_writes", internal=True),
)
