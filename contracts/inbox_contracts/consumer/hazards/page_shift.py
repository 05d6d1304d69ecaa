"""Records that appear in front of a list while it is read."""

from inbox_contracts.consumer.hazards import Hazard, Sketch, struck


def _weave(sketch: Sketch) -> None:
    sketch.needs.add("small_pages")
    with sketch.at_once():
        for _ in range(3):
            sketch.book()
        sketch.fault("page_shift", records=sketch.any_of(1, 2))
        sketch.sync()
    sketch.passes("1m")
    sketch.sync()


HAZARD = Hazard(
    says="Records appear in front of a list while it is being read, so that its pages shift.",
    weave=_weave,
    met=lambda play: struck(play, "page_shift"),
)
