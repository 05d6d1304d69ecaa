"""Lists that fill several pages."""

from inbox_contracts.consumer.hazards import Hazard, Sketch


def _weave(sketch: Sketch) -> None:
    sketch.needs.add("small_pages")
    for _ in range(sketch.any_of(3, 4, 5)):
        sketch.book()
    sketch.sync()


HAZARD = Hazard(
    says="A list has two pages and more.",
    weave=_weave,
    met=lambda play: any("page=2" in entry["query"] and entry["status"] == 200 for entry in play.entries),
)
