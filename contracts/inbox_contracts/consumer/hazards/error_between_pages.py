"""A server error after the first page of a list."""

from inbox_contracts.consumer.hazards import READS, Hazard, Sketch


def _weave(sketch: Sketch) -> None:
    sketch.needs.add("small_pages")
    path = sketch.any_of("/bookings", "/inbox/conversations", "/inbox/participants")
    with sketch.at_once():
        for _ in range(3):
            sketch.book()
        sketch.passes("1m")
        sketch.fault("status", status=503, match={**READS, "path": path, "nth": 2})
        sketch.sync()


HAZARD = Hazard(
    says="The server fails after the first page of a list, and the rest is still to come.",
    weave=_weave,
    met=lambda play: any("page=2" in entry["query"] and entry["status"] == 503 for entry in play.entries),
)
