"""Lists: several pages, pages that shift or fail, reads that lag behind."""

from inbox_contracts.consumer.hazards import READS, StepBuilder, hazard, struck


@hazard(met=lambda recording: any("page=2" in entry["query"] and entry["status"] == 200 for entry in recording.entries))
def many_pages(steps: StepBuilder) -> None:
    """A list has two pages and more."""
    steps.needs.add("small_pages")
    for _ in range(steps.any_of(3, 4, 5)):
        steps.book()
    steps.sync()


@hazard(met=lambda recording: struck(recording, "page_shift"))
def page_shift(steps: StepBuilder) -> None:
    """Records appear in front of a list while it is being read, so that its pages shift."""
    steps.needs.add("small_pages")
    with steps.uninterrupted():
        for _ in range(3):
            steps.book()
        steps.fault("page_shift", records=steps.any_of(1, 2))
        steps.sync()
    steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: any("page=2" in entry["query"] and entry["status"] == 503 for entry in recording.entries))
def error_between_pages(steps: StepBuilder) -> None:
    """The server fails after the first page of a list, and the rest is still to come."""
    steps.needs.add("small_pages")
    path = steps.any_of("/bookings", "/inbox/conversations", "/inbox/participants")
    with steps.uninterrupted():
        for _ in range(3):
            steps.book()
        steps.passes("1m")
        steps.fault("status", status=503, match={**READS, "path": path, "nth": 2})
        steps.sync()


@hazard(met=lambda recording: struck(recording, "stale_read"), excludes=frozenset({"lost_answer"}))
def stale_read(steps: StepBuilder) -> None:
    """Reads show the world as it was a moment ago, and their synced-at is as old as that."""
    booking = steps.book()
    with steps.uninterrupted():
        steps.fault("stale_read", honest=True, **{"for": "1m"})
        steps.passes("10s")
        steps.guest_writes(booking)
        steps.sync()
    steps.passes("2m")
