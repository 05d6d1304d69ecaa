"""A stay that is over."""

from inbox_contracts.consumer.hazards import Hazard, Sketch
from inbox_contracts.consumer.initial_states import PAST


def _weave(sketch: Sketch) -> None:
    sketch.needs.add("past")
    sketch.sync()


HAZARD = Hazard(
    says="There are stays that are over, with their conversations.",
    weave=_weave,
    met=lambda play: any(found["id"] == PAST for found in play.truth["bookings"]),
)
