"""Who takes part in a conversation: no host, several, one who is added later, two guests."""

from inbox_contracts.consumer.hazards import StepBuilder, after_a_sync, hazard


@hazard(
    met=lambda recording: any(entry["method"] == "POST" and entry["path"] == "/api/v3/inbox/participants" for entry in recording.entries)
)
def no_host(steps: StepBuilder) -> None:
    """Nobody who could answer takes part in the conversation yet."""
    booking = steps.book(host_participant=False)
    steps.reply(booking)
    steps.reply(booking)


@hazard(
    met=lambda recording: (
        len(
            {
                member["member_id"]
                for found in recording.expected["conversations"]
                for member in found["participants"]
                if member["member_type"] == "Host"
            }
        )
        > 1
    )
)
def several_hosts(steps: StepBuilder) -> None:
    """Several Hosts take part, each in a conversation of their own."""
    first, second = steps.book(host_participant=2), steps.book(host_participant=3)
    if steps.any_of(True, False):
        steps.sync()
    steps.reply(second)
    steps.reply(first)


@hazard(met=lambda recording: after_a_sync(recording, "channel_adds_host"))
def host_added_late(steps: StepBuilder) -> None:
    """The channel adds a host after the client has synchronised."""
    booking = steps.book(host_participant=False)
    steps.sync()
    steps.passes("1m")
    steps.add("channel_adds_host", {"booking": booking, "host": 3})
    steps.reply(booking)


@hazard(
    met=lambda recording: any(
        sum(member["member_type"] == "Client" for member in found["participants"]) > 1 for found in recording.expected["conversations"]
    )
)
def two_guests(steps: StepBuilder) -> None:
    """The channel adds two guests to a conversation."""
    booking = steps.book(client_participants=2)
    steps.guest_writes(booking)
    steps.sync()
    steps.reply(booking)
