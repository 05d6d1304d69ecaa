"""Reads that lag behind."""

from inbox_contracts.consumer.hazards import Hazard, Sketch, struck


def _weave(sketch: Sketch) -> None:
    booking = sketch.book()
    with sketch.at_once():
        sketch.fault("stale_read", honest=True, **{"for": "1m"})
        sketch.passes("10s")
        sketch.guest_writes(booking)
        sketch.sync()
    sketch.passes("2m")


HAZARD = Hazard(
    says="Reads show the world as it was a moment ago, and their synced-at is as old as that.",
    weave=_weave,
    met=lambda play: struck(play, "stale_read"),
    excludes=frozenset({"lost_answer"}),
)
