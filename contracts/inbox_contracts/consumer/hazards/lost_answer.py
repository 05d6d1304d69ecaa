"""A message that was stored, and whose answer is lost."""

from inbox_contracts.consumer.hazards import MESSAGES, Hazard, Sketch, struck_sending


def _weave(sketch: Sketch) -> None:
    booking = sketch.book(delay=sketch.any_of("0s", "2m"), host_participant=sketch.any_of(True, False))
    with sketch.at_once():
        sketch.fault("timeout_after", match=MESSAGES)
        sketch.reply(booking)
    sketch.passes("5m")


HAZARD = Hazard(
    says="A message is stored, and the answer to the client is lost.",
    weave=_weave,
    met=lambda play: struck_sending(play, "timeout_after"),
    excludes=frozenset({"stale_read"}),
)
