"""A conversation with two guests."""

from inbox_contracts.consumer.hazards import Hazard, Sketch


def _weave(sketch: Sketch) -> None:
    booking = sketch.book(client_participants=2)
    sketch.guest_writes(booking)
    sketch.sync()
    sketch.reply(booking)


HAZARD = Hazard(
    says="The channel adds two guests to a conversation.",
    weave=_weave,
    met=lambda play: any(
        sum(member["member_type"] == "Client" for member in found["participants"]) > 1 for found in play.truth["conversations"]
    ),
)
