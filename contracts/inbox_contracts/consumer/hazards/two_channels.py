"""Bookings of two channels."""

from inbox_contracts.consumer.hazards import Hazard, Sketch


def _weave(sketch: Sketch) -> None:
    first, second = sketch.book(channel="airbnb"), sketch.book(channel="booking-com")
    sketch.sync()
    sketch.reply(second)
    sketch.reply(first)


HAZARD = Hazard(
    says="Guests of two channels are answered, each on his own.",
    weave=_weave,
    met=lambda play: len({promise.booking_id for promise in play.promises if promise.state == "kept"}) > 1,
)
