"""A conversation that somebody made for a booking that waits for its channel's."""

from inbox_contracts.consumer.hazards import Hazard, Sketch
from inbox_contracts.consumer.initial_states import SELF_MADE


def _weave(sketch: Sketch) -> None:
    sketch.needs.add("self_made")
    if sketch.any_of(True, False):
        sketch.sync()
    sketch.reply(SELF_MADE)
    sketch.passes("2h")
    sketch.sync()


HAZARD = Hazard(
    says="A booking that waits is tied to a conversation that no channel opened, and in which no guest reads.",
    weave=_weave,
    met=lambda play: any(promise.booking_id == SELF_MADE for promise in play.promises),
)
