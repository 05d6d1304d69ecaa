"""Bookings of two channels."""

from itertools import combinations

from inbox_contracts.consumer.hazards import Hazard, Sketch
from inbox_mock.channels import opening


def _weave(sketch: Sketch) -> None:
    pair = sketch.any_of(*combinations([policy.name for policy in opening()], 2))
    first, second = (sketch.book(channel=channel) for channel in pair)
    sketch.sync()
    sketch.reply(second)
    sketch.reply(first)


HAZARD = Hazard(
    says="Guests of two channels are answered, each on his own.",
    weave=_weave,
    met=lambda play: len({promise.booking_id for promise in play.promises if promise.state == "kept"}) > 1,
)
