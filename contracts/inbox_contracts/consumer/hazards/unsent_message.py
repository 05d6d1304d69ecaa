"""A message that was not stored, and whose answer is lost."""

from inbox_contracts.consumer.hazards import MESSAGES, Hazard, Sketch, struck_sending


def _weave(sketch: Sketch) -> None:
    booking = sketch.book(host_participant=sketch.any_of(True, False))
    with sketch.at_once():
        sketch.fault(sketch.any_of("timeout_before", "dropped"), match=MESSAGES)
        sketch.reply(booking)


HAZARD = Hazard(
    says="A message is not stored, and no answer comes.",
    weave=_weave,
    met=lambda play: struck_sending(play, "timeout_before", "dropped"),
)
