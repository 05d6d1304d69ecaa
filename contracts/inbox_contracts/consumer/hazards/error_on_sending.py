"""A server error in answer to a message."""

from inbox_contracts.consumer.hazards import MESSAGES, Hazard, Sketch, struck_sending


def _weave(sketch: Sketch) -> None:
    booking = sketch.book(host_participant=sketch.any_of(True, False))
    with sketch.at_once():
        sketch.fault("status", status=sketch.any_of(503, 500, 502), match=MESSAGES)
        sketch.reply(booking)


HAZARD = Hazard(
    says="The server fails when a message is sent.",
    weave=_weave,
    met=lambda play: struck_sending(play, "status"),
)
