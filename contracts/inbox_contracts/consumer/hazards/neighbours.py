"""Other accounts on which the client's application is installed: its webhooks tell of them, and its token shows nothing of them."""

from inbox_contracts.consumer.hazards import WEBHOOK_FAULTS, StepBuilder, hazard
from inbox_contracts.consumer.recording import Recording
from inbox_contracts.consumer.worlds import NEIGHBOURS_RENTAL


def _heard_of_a_neighbour(recording: Recording) -> bool:
    return any(webhook.foreign for webhook in recording.webhooks)


@hazard(met=_heard_of_a_neighbour, excludes=WEBHOOK_FAULTS)
def other_account(steps: StepBuilder) -> None:
    """Webhooks come about another account on which the application is installed, too: the token shows nothing of it."""
    steps.needs |= {"neighbour", "webhooks"}
    with steps.uninterrupted():
        own = steps.book()
        theirs = steps.book(rental=NEIGHBOURS_RENTAL, host_participant=False)
        steps.passes("1m")
        steps.guest_writes(theirs)
        steps.perhaps(steps.guest_writes, own)
        steps.passes("1m")
        steps.sync()
        steps.perhaps(lambda: steps.change(theirs, closed=True))
