"""Lists: several pages, pages that shift or fail, reads that lag behind, and what changes while lists are being read."""

from functools import partial

from inbox_contracts.consumer.hazards import READS, StepBuilder, after_a_meanwhile, hazard, struck
from inbox_contracts.consumer.worlds import PASSES, SETTLED

BETWEEN: tuple[tuple[str, dict[str, object]], ...] = (
    ("status", {"status": 503}),
    ("truncated", {}),
    ("malformed", {}),
    ("status", {"status": 500}),
    ("timeout_before", {}),
    ("rate_limit", {}),
)
"""Faults, and their options, that keep the second page of a list back."""


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
        for _ in range(steps.any_of(5, 3)):
            steps.book()
        steps.passes("1m")
        steps.fault("page_shift", records=steps.any_of(1, 2))
        steps.sync()
    steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: struck(recording, *(kind for kind, _ in BETWEEN)))
def error_between_pages(steps: StepBuilder) -> None:
    """After the first page of each list the server fails, breaks off or refuses, and the rest is still to come."""
    steps.needs.add("small_pages")
    with steps.uninterrupted():
        for _ in range(3):
            steps.book()
        steps.passes("1m")
        first = steps.any_of(*range(len(BETWEEN)))
        for number, path in enumerate(("/bookings", "/inbox/conversations", "/inbox/participants")):
            kind, options = BETWEEN[(first + number) % len(BETWEEN)]
            steps.fault(kind, **options, match={**READS, "path": path, "nth": 2})
        steps.sync()


@hazard(met=lambda recording: struck(recording, "stale_read"), excludes=frozenset({"lost_answer"}))
def stale_read(steps: StepBuilder) -> None:
    """Reads show the world as it was a moment ago, and their synced-at is as old as that: a booking to be answered is not there yet."""
    booking = steps.book()
    with steps.uninterrupted():
        steps.fault("stale_read", honest=True, **{"for": "1m"})
        steps.passes("10s")
        steps.guest_writes(booking)
        late = steps.book(host_participant=True)
        steps.sync()
        steps.reply(late)
    steps.passes("2m")


@hazard(met=lambda recording: after_a_meanwhile(recording, "staff_changes"))
def change_between_pages(steps: StepBuilder) -> None:
    """While later pages of a list are being read, a record of its first page changes, and then one of a later page."""
    steps.needs.add("small_pages")
    with steps.uninterrupted():
        waiting = [steps.book(delay="never")]
        first, second, *others = [steps.book() for _ in range(steps.any_of(3, 4))]
        waiting.append(steps.book(delay="never"))
        for booking in (first, second):
            steps.staff_write(booking)
        steps.guest_writes(second)
        steps.passes("1m")
        for path, changes in (
            ("/bookings", [partial(steps.add, "channel_opens", {"booking": booking}) for booking in waiting]),
            ("/inbox/conversations", [partial(steps.change, booking, closed=True) for booking in (first, others[0])]),
            ("/inbox/messages", [partial(steps.staff_edit, first), partial(steps.guest_writes, second)]),
        ):
            with steps.meanwhile(path, page=2):
                steps.passes("5m")
                for change in changes:
                    change()
                    steps.passes("5m")
        steps.sync()
    steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: after_a_meanwhile(recording, "staff_changes"))
def change_between_lists(steps: StepBuilder) -> None:
    """Between the lists of a sync, records of those that were read change, and time passes."""
    with steps.uninterrupted():
        booking, cancelled = steps.book(host_participant=False), steps.book()
        steps.passes("1m")
        for path, change in (
            ("/inbox/conversations", partial(steps.cancel, cancelled)),
            ("/inbox/participants", partial(steps.change, booking, closed=True)),
            ("/inbox/messages", partial(steps.add, "channel_adds_host", {"booking": booking, "host": 3})),
        ):
            with steps.meanwhile(path, page=1):
                steps.passes("5m")
                change()
                steps.passes("5m")
        steps.sync()
    steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: after_a_meanwhile(recording, PASSES) and any(entry["status"] == 401 for entry in recording.entries))
def token_expires_between_pages(steps: StepBuilder) -> None:
    """The token expires between two pages of a list."""
    steps.needs.add("small_pages")
    with steps.uninterrupted():
        for _ in range(5):
            steps.book()
        steps.passes("1m")
        with steps.meanwhile(steps.any_of("/bookings", "/inbox/conversations", "/inbox/participants"), page=steps.any_of(2, 3)):
            steps.passes("121m")
        steps.sync()
    steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: any("page=6" in entry["query"] and entry["status"] == 200 for entry in recording.entries))
def long_lists(steps: StepBuilder) -> None:
    """A list has six pages and more."""
    steps.needs.add("single_pages")
    with steps.uninterrupted():
        booking = steps.book(host_participant=True)
        for _ in range(steps.any_of(6, 11, 21)):
            steps.guest_writes(booking)
        steps.sync()


@hazard(met=lambda recording: any(len(found["messages"]) > 100 for found in recording.expected["conversations"]))
def full_page(steps: StepBuilder) -> None:
    """A list fills a page of a hundred records, as many as there can be, and has some more."""
    steps.needs |= {"settled", "full_page"}
    steps.sync()
    steps.passes("1m")
    steps.guest_writes(SETTLED)
    steps.sync()


@hazard(met=lambda recording: any("page=2" in entry["query"] and entry["status"] == 503 for entry in recording.entries))
def shrinks_before_a_retry(steps: StepBuilder) -> None:
    """The server fails in the middle of a list, and before the client asks again, what stood on its first page is cancelled."""
    steps.needs.add("small_pages")
    with steps.uninterrupted():
        booked = [steps.book(channel="direct") for _ in range(steps.any_of(4, 5))]
        steps.passes("1m")
        steps.fault("status", status=503, match={**READS, "path": "/bookings", "nth": 2})
        with steps.meanwhile("/bookings", after_failure=True):
            steps.cancel(booked[0])
            steps.passes("1m")  # else the next list names what was deleted in the second of this one
        steps.sync()
    steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: len(recording.happened) > 1)
def two_changes_in_a_second(steps: StepBuilder) -> None:
    """The client synchronises between changes of one second, of the same records and of several."""
    closed, written, edited = (steps.book() for _ in range(3))
    steps.passes("1m")
    with steps.uninterrupted():
        waiting = steps.book(delay="never")
        steps.sync()
        steps.add("channel_opens", {"booking": waiting})
        for on, write in ((True, steps.staff_write), (False, steps.staff_edit), (True, steps.staff_edit)):
            steps.change(closed, closed=on)
            steps.guest_writes(written)
            write(edited)
            steps.sync()
        steps.change(closed, closed=False)
        steps.guest_writes(written)
        steps.staff_edit(edited)
    steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: after_a_meanwhile(recording, "guest_books"))
def opened_between_lists(steps: StepBuilder) -> None:
    """Between two lists of a sync a guest books and writes: later lists bring parts of what earlier ones did not."""
    with steps.uninterrupted():
        steps.book()
        steps.passes("1m")
        for path in ("/inbox/conversations", steps.any_of("/inbox/participants", "/inbox/messages")):
            with steps.meanwhile(path, page=1):
                booking = steps.book(host_participant=True)
                steps.guest_writes(booking)
                steps.passes("5m")
        steps.sync()
    steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: struck(recording, "status") and bool(recording.cancelled & recording.seen))
def fails_after_a_deletion(steps: StepBuilder) -> None:
    """A guest cancels and writes, the next sync has read that in one list, and a later list fails."""
    booking = steps.book(host_participant=True)
    cancelled = steps.book_and_show()
    with steps.uninterrupted():
        steps.cancel(cancelled)
        steps.guest_writes(booking)
        steps.change(booking, closed=True)
        steps.passes("1m")
        steps.fault(
            "status", status=503, match={**READS, "path": steps.any_of("/inbox/participants", "/inbox/messages", "/inbox/conversations")}
        )
        steps.sync()
    steps.passes("1m")
