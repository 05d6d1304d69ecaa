"""Times that clocks and calendars show in another way: the end of a year, hours that come twice, the 29th of February."""

from inbox_contracts.consumer.hazards import StepBuilder, hazard

CLOCKS = frozenset({"turn_of_the_year", "clocks_go_back", "leap_day"})
"""Hazards that begin at a time of their own."""


@hazard(met=lambda recording: len({event.at[:10] for event in recording.events}) > 1, excludes=CLOCKS)
def turn_of_the_year(steps: StepBuilder) -> None:
    """The client synchronises around midnight, at the end of a year."""
    steps.needs.add("new_year")
    booking = steps.book()
    with steps.uninterrupted():
        steps.sync()
        steps.passes("1m")
        steps.guest_writes(booking)
        steps.passes("30s")
        steps.sync()
        steps.passes("2m")
        steps.guest_writes(booking)
        steps.sync()


@hazard(met=lambda recording: any(event.at.startswith(("2030-10-27T01:", "2030-11-03T06:")) for event in recording.events), excludes=CLOCKS)
def clocks_go_back(steps: StepBuilder) -> None:
    """The client synchronises in the hours that local clocks show twice: in Paris, and a week later in New York."""
    steps.needs.add("autumn")
    booking = steps.book()
    with steps.uninterrupted():
        for pause in ("15m", "20m", "30m", "171h", "15m", "20m", "30m", "1h"):
            steps.guest_writes(booking)
            steps.passes("1m")
            steps.sync()
            steps.passes(pause)


@hazard(met=lambda recording: recording.events[0].at.startswith("2032-02-29"), excludes=CLOCKS)
def leap_day(steps: StepBuilder) -> None:
    """It is the 29th of February."""
    steps.needs.add("leap_day")
    booking = steps.book()
    steps.sync()
    steps.passes("1m")
    steps.guest_writes(booking)
    steps.perhaps(steps.reply, booking)
    steps.sync()
