"""An answer that ends early, or is no JSON."""

from inbox_contracts.consumer.hazards import READS, Hazard, Sketch, struck


def _weave(sketch: Sketch) -> None:
    sketch.book()
    with sketch.at_once():
        sketch.fault(sketch.any_of("truncated", "malformed"), match={**READS, "nth": sketch.any_of(1, 2, 3)})
        sketch.sync()


HAZARD = Hazard(
    says="An answer ends in the middle, or cannot be read.",
    weave=_weave,
    met=lambda play: struck(play, "truncated", "malformed"),
)
