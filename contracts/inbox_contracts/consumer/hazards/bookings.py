"""Kinds of bookings, and conversations that come late, never, or from elsewhere."""

from itertools import combinations

from inbox_contracts.consumer.hazards import StepBuilder, after_a_sync, hazard
from inbox_contracts.consumer.recording import Recording
from inbox_contracts.consumer.worlds import PAST, REGULAR, SECOND_RENTAL, SELF_MADE
from inbox_mock.channels import opening

LARGE = 900_000_000
"""Large ids, which still fit into a signed number of 32 bits."""
RESERVATION = "HM4QXJ2T"
"""What a channel calls a reservation of two stays."""
DISTANT = (
    ("-3600d", "-3593d"),
    ("-2000d", "-1993d"),
    ("-2d", "+2d"),
    ("+26h", "+30h"),
    ("+500d", "+507d"),
    ("+3000d", "+3007d"),
)
"""When stays begin and end, as a client may not expect it."""


@hazard(met=lambda recording: any(found["id"] == PAST for found in recording.expected["bookings"]))
def past_booking(steps: StepBuilder) -> None:
    """There are stays that are over, with their conversations, and more bookings than a page holds."""
    steps.needs |= {"past", "small_pages"}
    for _ in range(3):
        steps.book("direct")
    steps.sync()


@hazard(
    met=lambda recording: any(kind == "guest_books" and given.get("channel", "direct") == "direct" for kind, given, _ in recording.happened)
)
def direct_booking(steps: StepBuilder) -> None:
    """A guest books on the website: no channel opens a conversation."""
    steps.book(channel="direct")
    steps.sync()


@hazard(met=lambda recording: len({reply.booking_id for reply in recording.replies if reply.state == "kept"}) > 1)
def two_channels(steps: StepBuilder) -> None:
    """Guests of two channels are answered, each on their own channel."""
    pair = steps.any_of(*combinations([policy.name for policy in opening()], 2))
    first, second = (steps.book(channel=channel) for channel in pair)
    steps.sync()
    steps.reply(second)
    steps.reply(first)


@hazard(met=lambda recording: any(recording.awaited & set(found["booking_ids"]) for found in recording.expected["conversations"]))
def late_conversation(steps: StepBuilder) -> None:
    """The channel opens the conversation only after the client has synchronised."""
    delay = steps.any_of("10m", "2m", "1h")
    booking = steps.book(delay=delay, host_participant=steps.any_of(True, False))
    steps.sync()
    steps.perhaps(steps.reply, booking)
    steps.passes("1m")
    steps.sync()
    steps.passes(delay)
    steps.sync()


@hazard(met=lambda recording: any(reply.state == "owed" for reply in recording.replies))
def conversation_never(steps: StepBuilder) -> None:
    """The channel never opens the conversation in which the client is told to answer; then it is told to answer somebody else."""
    booking, other = steps.book(delay="never"), steps.book(host_participant=True)
    steps.reply(booking)
    steps.reply(other)
    for _ in range(steps.any_of(1, 12)):
        steps.passes("1h")
    steps.sync()


@hazard(met=lambda recording: any(reply.state == "void" for reply in recording.replies))
def cancelled_while_waiting(steps: StepBuilder) -> None:
    """A guest cancels while the client waits for the conversation, which then never comes."""
    with steps.uninterrupted():
        booking = steps.book(delay="10m")
        steps.sync()
        steps.reply(booking)
        steps.passes("1m")
        steps.cancel(booking)
    steps.passes("20m")
    steps.sync()


@hazard(met=lambda recording: any(reply.booking_id == SELF_MADE for reply in recording.replies))
def self_made_conversation(steps: StepBuilder) -> None:
    """A booking that waits is tied to a conversation that no channel opened, and in which no guest reads."""
    steps.needs.add("self_made")
    steps.perhaps(steps.sync)
    steps.reply(SELF_MADE)
    steps.passes("2h")
    steps.sync()


@hazard(met=lambda recording: any("status" in given for kind, given, _ in recording.happened if kind == "guest_books"))
def other_statuses(steps: StepBuilder) -> None:
    """There are bookings that are tentative, of another rental, two of one reservation, and days on which a rental is unavailable."""
    steps.needs.add("second_rental")
    for status in ("Tentative", "Unavailable"):
        steps.book(channel="direct", status=status)
    steps.book(rental=SECOND_RENTAL, external_reference=RESERVATION)
    steps.book(rental=SECOND_RENTAL, external_reference=RESERVATION, adults=2, final_price="0.0", notes="They bring a dog.")
    steps.sync()


@hazard(met=lambda recording: any(given.get("start_at") == "+3000d" for kind, given, _ in recording.happened if kind == "guest_books"))
def distant_stays(steps: StepBuilder) -> None:
    """There are stays of many years ago, of today, of some hours, and in many years."""
    steps.perhaps(steps.sync)
    steps.passes("1m")
    for start, end in DISTANT:
        steps.book(steps.any_of("direct", ""), start_at=start, end_at=end)
    steps.sync()


@hazard(met=lambda recording: after_a_sync(recording, "staff_moves"))
def moved_booking(steps: StepBuilder) -> None:
    """Staff move bookings to other dates: to days that are over, and to those of another booking."""
    first, second = steps.book(), steps.book("direct", start_at="+40d", end_at="+47d")
    with steps.uninterrupted():
        steps.passes("1m")
        steps.sync()
        steps.passes("1m")
        steps.add("staff_moves", {"booking": first, "start_at": "-20d", "end_at": "-13d"})
        steps.add("staff_moves", {"booking": second, "start_at": "+30d", "end_at": "+37d"})
        steps.passes("1m")
        steps.sync()
        steps.passes("1m")
        steps.guest_writes(first)
        steps.reply(first)


@hazard(met=lambda recording: any(kind == "channel_opens" for kind, _, _ in recording.happened))
def opened_after_all(steps: StepBuilder) -> None:
    """The channel opens a conversation in which the client is told to answer after many hours, when it has long been asked for."""
    booking = steps.book(delay="never")
    steps.sync()
    steps.reply(booking)
    with steps.uninterrupted():
        for _ in range(3):
            steps.passes("7h")
        steps.add("channel_opens", {"booking": booking})
    steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: bool(recording.cancelled - recording.seen))
def cancelled_before(steps: StepBuilder) -> None:
    """A booking is cancelled before the client has ever seen it."""
    steps.perhaps(steps.sync)
    with steps.uninterrupted():
        booking = steps.book()
        steps.passes("1m")
        steps.cancel(booking)
    steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: recording.cancelled & {found["id"] for found in recording.expected["conversations"]} != set())
def shared_id(steps: StepBuilder) -> None:
    """A booking that is cancelled has the id of somebody else's conversation: ids are unique in their own list only."""
    before = steps.any_of(True, False)
    cancelled = steps.book()
    if before:
        steps.book(conversation=cancelled)
        steps.passes("1m")  # or the sync after the cancellation lists the conversation once more
    steps.sync()
    steps.passes("1m")
    steps.cancel(cancelled)
    steps.passes("1m")
    steps.sync()
    if not before:
        steps.passes("1m")
        steps.book(conversation=cancelled)
        steps.passes("1m")
        steps.sync()


@hazard(met=lambda recording: any(len(found["booking_ids"]) > 1 for found in recording.expected["conversations"]))
def two_bookings(steps: StepBuilder) -> None:
    """A guest books again, staff connect that to the conversation that there is, and lists tell of it by one of both alone."""
    steps.needs.add("regular")
    channel = steps.any_of(*(policy.name for policy in opening()))
    with steps.uninterrupted():
        first, second, third, fourth = (steps.book(channel=channel, delay=delay, client=REGULAR) for delay in 2 * ("0s", "never"))
        steps.passes("1m")
        with steps.meanwhile("/inbox/messages", page=1):
            steps.passes("5m")
            for booking, connected in ((first, second), (third, fourth)):
                steps.add("staff_connects", {"booking": booking, "connects": connected})
            steps.guest_writes(first)
            steps.add("staff_moves", {"booking": fourth, "start_at": "+60d", "end_at": "+67d"})
            steps.passes("5m")
        steps.sync()
    steps.passes("1m")
    for booking in (second, fourth):
        steps.reply(booking)


@hazard(met=lambda recording: any(reply.state == "kept" for reply in recording.replies) and bool(recording.cancelled))
def cancelled_beside(steps: StepBuilder) -> None:
    """Of two bookings of one conversation the first is cancelled, and the client is told to answer about the second."""
    steps.needs.add("regular")
    channel = steps.any_of(*(policy.name for policy in opening()))
    with steps.uninterrupted():
        first, second = (steps.book(channel=channel, delay=delay, client=REGULAR) for delay in ("0s", "never"))
        steps.add("staff_connects", {"booking": first, "connects": second})
    steps.passes("1m")
    steps.sync()
    steps.passes("1m")
    steps.cancel(first)
    steps.passes("1m")
    steps.reply(second)
    steps.sync()


@hazard(met=lambda recording: sum(reply.state == "kept" for reply in recording.replies) > 2 and bool(recording.awaited))
def answers_wait(steps: StepBuilder) -> None:
    """The client is told to give several answers while their conversations are still missing: two to one guest, one to another."""
    first, second = (steps.book(delay=delay) for delay in ("10m", "12m"))
    with steps.uninterrupted():
        steps.sync()
        for booking in (first, second, first):
            steps.reply(booking)
        steps.passes("2m")
    steps.passes("15m")


@hazard(met=lambda recording: any(not found["booking_ids"] for found in recording.expected["conversations"]))
def without_a_booking(steps: StepBuilder) -> None:
    """There are conversations that belong to no booking, with one subject, of which one came from an inquiry."""
    steps.needs.add("unbooked")
    steps.sync()


def _cancelled_kinds(recording: Recording) -> bool:
    return len(recording.cancelled & recording.seen) > 3


@hazard(met=_cancelled_kinds)
def cancelled_of_all_kinds(steps: StepBuilder) -> None:
    """Guests cancel whatever there is: a stay that has begun, a tentative one, one without a conversation, one that was answered."""
    answered = steps.book(host_participant=True)
    begun, tentative, direct, waiting = (
        steps.book(start_at="-2d", end_at="+2d"),
        steps.book(status="Tentative"),
        steps.book("direct"),
        steps.book(delay="never"),
    )
    with steps.uninterrupted():
        steps.reply(answered)
        steps.change(begun, closed=True)
        steps.passes("1m")
        steps.sync()
        steps.passes("1m")
        for booking in (answered, begun, tentative, direct, waiting):
            steps.cancel(booking)
        steps.passes("1m")
        steps.sync()


@hazard(met=lambda recording: len(recording.cancelled & recording.seen) > 1)
def cancelled_together(steps: StepBuilder) -> None:
    """Several guests cancel between two syncs."""
    with steps.uninterrupted():
        booked = [steps.book(steps.any_of("", "direct")) for _ in range(3)]
        steps.passes("1m")
        steps.sync()
        steps.passes("1m")
        for booking in booked:
            steps.cancel(booking)
        steps.passes("1m")
        steps.sync()


@hazard(met=lambda recording: any(found["id"] >= LARGE for found in recording.expected["bookings"]))
def large_ids(steps: StepBuilder) -> None:
    """A booking and its conversation have ids of nine digits, and the next ones three of these: no source says that ids rise."""
    booking = steps.new_id()
    with steps.uninterrupted():
        for number in (LARGE + 1000 * booking, booking):
            steps.book(host_participant=True, id=number, conversation=number)
            steps.passes("1m")
            steps.sync()
            steps.passes("1m")
    steps.reply(booking)
