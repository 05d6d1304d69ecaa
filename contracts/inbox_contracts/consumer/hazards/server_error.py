"""Server errors in the middle of a sync."""

from inbox_contracts.consumer.hazards import READS, Hazard, Sketch


def _weave(sketch: Sketch) -> None:
    sketch.book()
    with sketch.at_once():
        sketch.fault(
            "status", status=sketch.any_of(503, 500, 502), match={**READS, "nth": sketch.any_of(1, 2, 3, 4)}, times=sketch.any_of(1, 2)
        )
        sketch.sync()


HAZARD = Hazard(
    says="The server fails in the middle of a sync.",
    weave=_weave,
    met=lambda play: any(fault["kind"] == "status" and fault["struck"] and fault["match"].get("method") == "GET" for fault in play.faults),
)
