"""A booking that no channel made."""

from inbox_contracts.consumer.hazards import Hazard, Sketch


def _weave(sketch: Sketch) -> None:
    sketch.book(channel="direct")
    sketch.sync()


HAZARD = Hazard(
    says="A guest books on the website: no channel opens a conversation.",
    weave=_weave,
    met=lambda play: any(kind == "guest_books" and given.get("channel", "direct") == "direct" for kind, given, _ in play.happened),
)
