"""People: who takes part in a conversation, and what they change after the client has seen it."""

from inbox_contracts.consumer.driver import JSON
from inbox_contracts.consumer.hazards import StepBuilder, after_a_sync, hazard
from inbox_contracts.consumer.recording import Recording
from inbox_contracts.consumer.worlds import EDITS, ELSEWHERE, REGULAR, SETTLED


@hazard(met=lambda recording: after_a_sync(recording, "host_writes_on_channel"))
def answered_elsewhere(steps: StepBuilder) -> None:
    """A host answers in the channel's own app."""
    booking = steps.book_and_show(host_participant=True)
    steps.add("host_writes_on_channel", {"booking": booking, "content": f"I am on my way, {steps.any_of('Ada', 'Noor')}."})
    steps.guest_writes(booking)


@hazard(met=lambda recording: after_a_sync(recording, "guest_cancels"))
def cancelled_booking(steps: StepBuilder) -> None:
    """A guest cancels after the client has seen the booking."""
    booking = steps.book_and_show()
    steps.cancel(booking)
    steps.perhaps(steps.sync)


@hazard(met=lambda recording: after_a_sync(recording, "staff_changes", closed=True))
def closed_meanwhile(steps: StepBuilder) -> None:
    """Staff close a conversation after the client has seen it open, perhaps assign it, and perhaps write in it afterwards."""
    booking = steps.book_and_show(host_participant=True)
    steps.change(booking, closed=True, **steps.any_of({}, {"assignee": 3}))
    for _ in range(steps.any_of(0, 1)):
        steps.passes("1m")
        steps.staff_write(booking)
    steps.perhaps(steps.sync)


def _reopened(recording: Recording) -> bool:
    closed: set[object] = set()
    for kind, given, syncs in recording.happened:
        if kind == "staff_changes" and given.get("closed"):
            closed.add(given.get("booking"))
        if kind == "guest_writes" and given.get("booking") in closed and syncs:
            return True
    return False


@hazard(met=_reopened)
def guest_reopens(steps: StepBuilder) -> None:
    """A guest writes into a conversation that is closed, and reopens it."""
    booking = steps.book()
    steps.change(booking, closed=True)
    steps.sync()
    steps.passes("1m")
    steps.guest_writes(booking)
    steps.perhaps(steps.sync)


@hazard(met=lambda recording: after_a_sync(recording, "staff_writes", internal=True))
def internal_note(steps: StepBuilder) -> None:
    """Staff leave an internal note, which is there and no guest sees."""
    booking = steps.book_and_show(host_participant=True)
    steps.staff_write(booking, internal=True)
    steps.sync()


@hazard(met=lambda recording: any(kind == "staff_changes" and "assignee" in given and syncs for kind, given, syncs in recording.happened))
def reassigned(steps: StepBuilder) -> None:
    """Staff assign a conversation to another host after the client has seen it."""
    booking = steps.book_and_show(host_participant=steps.any_of(True, False))
    for host in steps.any_of((3,), (2, 3)):
        steps.change(booking, assignee=host)
        steps.perhaps(steps.sync)


@hazard(met=lambda recording: any(kind == "staff_changes" and given.get("marked_as_spam") for kind, given, _ in recording.happened))
def spam(steps: StepBuilder) -> None:
    """A conversation is marked as spam, and is there nevertheless."""
    booking = steps.book()
    steps.perhaps(steps.sync)
    steps.change(booking, marked_as_spam=True)
    steps.guest_writes(booking)
    steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: after_a_sync(recording, EDITS))
def staff_edit(steps: StepBuilder) -> None:
    """Staff change messages that the client has seen, its own too: what is said, or its case, an accent and a blank alone."""
    booking, *others = (steps.book(host_participant=True) for _ in range(4))
    steps.staff_write(booking)
    steps.reply(booking)
    for number, other in enumerate(others):
        steps.staff_write(other, content="Zoe will see to it.", internal=number == 1)
    steps.passes("1m")  # what has changed in the second of a sync comes with the next one again, whatever the client asks from
    steps.sync()
    steps.passes("1m")
    steps.staff_edit(booking)
    for other, content in zip(others, ("ZOE will see to it.", "Zo\u00eb will see to it.", "Zoe will see to it. "), strict=True):
        steps.staff_edit(other, content)


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
    steps.perhaps(steps.sync)
    steps.reply(second)
    steps.reply(first)


@hazard(met=lambda recording: after_a_sync(recording, "channel_adds_host"))
def host_added_late(steps: StepBuilder) -> None:
    """The channel adds a host after the client has synchronised."""
    booking = steps.book_and_show(host_participant=False)
    steps.add("channel_adds_host", {"booking": booking, "host": 3})
    steps.passes("1m")
    steps.perhaps(steps.reply, booking)


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


def _seconds_wrote(recording: Recording, kind: str) -> bool:
    for found in recording.expected["conversations"]:
        senders = {one["sender_id"] for one in found["messages"]}
        if sum(one["member_type"] == kind and one["id"] in senders for one in found["participants"]) > 1:
            return True
    return False


@hazard(met=lambda recording: _seconds_wrote(recording, "Client"))
def both_guests_write(steps: StepBuilder) -> None:
    """Two guests take part in a conversation, and both write."""
    steps.needs.add("regular")
    booking = steps.book(companions=[REGULAR], host_participant=True)
    steps.guest_writes(booking)
    steps.add("guest_writes", {"booking": booking, "client": REGULAR, "content": "And may I come a day later?"})
    steps.passes("1m")
    steps.sync()
    steps.perhaps(steps.reply, booking)


@hazard(met=lambda recording: _seconds_wrote(recording, "Host"))
def second_host_writes(steps: StepBuilder) -> None:
    """A host takes part in a conversation, and another one joins and writes in it, before and after the client has seen it."""
    booking = steps.book(host_participant=2)
    with steps.uninterrupted():
        steps.staff_write(booking)
        steps.passes("1m")
        steps.sync()
        steps.passes("1m")
        steps.staff_write(booking, host=3)
        steps.passes("1m")
        steps.sync()
    steps.reply(booking)


@hazard(
    met=lambda recording: any(ELSEWHERE in {one["content"] for one in found["messages"]} for found in recording.expected["conversations"])
)
def written_elsewhere(steps: StepBuilder) -> None:
    """Guests have written by e-mail, in short messages and messengers, and a conversation is by e-mail: not all is a channel's."""
    steps.needs |= {"settled", "written_elsewhere"}
    steps.reply(SETTLED)
    steps.sync()


@hazard(met=lambda recording: _answered_after(recording, "staff_changes", closed=True))
def answered_closed(steps: StepBuilder) -> None:
    """The client is told to answer in a conversation that staff have closed."""
    booking = steps.book(host_participant=True)
    steps.change(booking, closed=True)
    steps.passes("1m")
    steps.sync()
    steps.reply(booking)


@hazard(met=lambda recording: _answered_after(recording, "staff_writes", internal=True))
def answered_after_a_note(steps: StepBuilder) -> None:
    """The last message before the client's answer is an internal note."""
    booking = steps.book(host_participant=True)
    steps.guest_writes(booking)
    steps.staff_write(booking, internal=True)
    steps.passes("1m")
    steps.reply(booking)


def _answered_after(recording: Recording, kind: str, **given: object) -> bool:
    """Return whether a guest was answered in whose conversation a step of a kind, with the given values, had happened."""
    told = {about.get("booking") for step, about, _ in recording.happened if step == kind and given.items() <= about.items()}
    return any(reply.booking_id in told for reply in recording.replies)


@hazard(
    met=lambda recording: any(
        len(hosts) > len(set(hosts))
        for hosts in (
            [one["member_id"] for one in found["participants"] if one["member_type"] == "Host"]
            for found in recording.expected["conversations"]
        )
    )
)
def same_host_twice(steps: StepBuilder) -> None:
    """The same host takes part in a conversation twice, and has read it."""
    steps.needs |= {"settled", "host_twice"}
    steps.sync()
    steps.perhaps(steps.reply, SETTLED)


@hazard(met=lambda recording: len({reply.booking_id for reply in recording.replies if reply.state == "kept"}) > 1)
def answered_again(steps: StepBuilder) -> None:
    """Guests are answered more than once, in conversations in which a host takes part or not."""
    first, second = steps.book(host_participant=steps.any_of(False, True)), steps.book(host_participant=False)
    steps.passes("1m")
    for booking in (first, second, first, second):
        steps.reply(booking)


@hazard(met=lambda recording: any(kind == "staff_writes" and "channel" in given for kind, given, _ in recording.happened))
def kept_in_smily(steps: StepBuilder) -> None:
    """Staff write something that is no note, and is on no channel."""
    booking = steps.book(host_participant=True)
    steps.staff_write(booking, channel=None)
    steps.sync()


@hazard(met=lambda recording: any("attachments" in given for _, given, _ in recording.happened))
def attachments(steps: StepBuilder) -> None:
    """A guest and staff send files, and the guest is answered."""
    steps.needs.add("files")
    booking = steps.book(host_participant=True)
    steps.add("guest_writes", {"booking": booking, "content": "This is the boiler.", "attachments": [51]})
    steps.staff_write(booking, attachments=[52])
    steps.passes("1m")
    steps.sync()
    steps.reply(booking)


def _guests(found: JSON) -> list[int]:
    return [one["member_id"] for one in found["participants"] if one["member_type"] == "Client"]


@hazard(met=lambda recording: sum(REGULAR in _guests(found) for found in recording.expected["conversations"]) > 1)
def returning_guest(steps: StepBuilder) -> None:
    """A guest books three times, and is answered in both conversations that there are."""
    steps.needs.add("regular")
    first, second, _ = (steps.book(client=REGULAR, host_participant=True, delay=delay) for delay in ("0s", "0s", "never"))
    steps.passes("1m")
    steps.sync()
    for booking in steps.any_of((second, first), (first, second)):
        steps.reply(booking)


@hazard(met=lambda recording: _answered_after(recording, "staff_changes", marked_as_spam=True))
def answered_anyway(steps: StepBuilder) -> None:
    """The client is told to answer where programs like to keep still: spam, what others are assigned to, tentative and past stays."""
    spam, others = steps.book(host_participant=True), steps.book(host_participant=2)
    tentative, past = (
        steps.book(host_participant=True, status="Tentative"),
        steps.book(host_participant=True, start_at="-40d", end_at="-33d"),
    )
    steps.change(spam, marked_as_spam=True)
    steps.change(others, assignee=3)
    steps.passes("1m")
    steps.sync()
    for booking in (spam, others, tentative, past):
        steps.reply(booking)
