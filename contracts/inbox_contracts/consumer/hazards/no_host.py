"""A conversation without a Host participant."""

from inbox_contracts.consumer.hazards import Hazard, Sketch


def _weave(sketch: Sketch) -> None:
    booking = sketch.book(host_participant=False)
    sketch.reply(booking)
    sketch.reply(booking)


HAZARD = Hazard(
    says="Nobody who could answer takes part in the conversation yet.",
    weave=_weave,
    met=lambda play: any(entry["method"] == "POST" and entry["path"] == "/api/v3/inbox/participants" for entry in play.entries),
)
