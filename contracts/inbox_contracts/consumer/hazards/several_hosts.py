"""Hosts of whom each takes part in one conversation only."""

from inbox_contracts.consumer.hazards import Hazard, Sketch


def _weave(sketch: Sketch) -> None:
    first, second = sketch.book(host_participant=2), sketch.book(host_participant=3)
    if sketch.any_of(True, False):
        sketch.sync()
    sketch.reply(second)
    sketch.reply(first)


HAZARD = Hazard(
    says="Several Hosts take part, each in a conversation of his own.",
    weave=_weave,
    met=lambda play: (
        len(
            {
                member["member_id"]
                for found in play.truth["conversations"]
                for member in found["participants"]
                if member["member_type"] == "Host"
            }
        )
        > 1
    ),
)
