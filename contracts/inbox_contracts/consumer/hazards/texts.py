"""Texts: what storage, transport and comparing them change, and where the client has to find them again."""

from inbox_contracts.consumer.hazards import MESSAGES, StepBuilder, hazard, struck_sending

ODD = (
    # Combining characters, which other forms of Unicode compose; blanks at both ends; all ends of lines.
    "  Cafe\u0301 at eight, Zoe\u0308?\r\nTwo\rthree  ",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u05e9\u05dc\u05d5\u05dd <b>5 &lt; 6 &amp; 7</b> %41 \\u0041 {{name}}",
)
LONG = "The way to the house is long. " * 20
"""More than 255 characters."""


@hazard(met=lambda recording: any(reply.content in ODD for reply in recording.replies))
def odd_words(steps: StepBuilder) -> None:
    """A guest and a host write what programs like to change: combining characters, blanks at both ends, alphabets, markup."""
    booking = steps.book(host_participant=True)
    for text in ODD:
        steps.guest_writes(booking, text)
    steps.passes("1m")
    steps.sync()
    for text in ODD:
        steps.reply(booking, text)


@hazard(met=lambda recording: any(len(reply.content) > 255 for reply in recording.replies))
def long_words(steps: StepBuilder) -> None:
    """A guest and a host write more than 255 characters."""
    booking = steps.book(host_participant=True)
    steps.guest_writes(booking, f"{LONG}Where?")
    steps.passes("1m")
    steps.sync()
    steps.reply(booking, f"{LONG}There.")


@hazard(met=lambda recording: len({reply.content for reply in recording.replies}) < len(recording.replies))
def same_words(steps: StepBuilder) -> None:
    """Two guests are answered in the same words."""
    first, second = steps.book(host_participant=True), steps.book(host_participant=True)
    with steps.uninterrupted():
        if steps.any_of(True, False):
            steps.fault("timeout_after", match=MESSAGES)
        steps.reply(first, "You are welcome.")
        steps.reply(second, "You are welcome.")


@hazard(met=lambda recording: struck_sending(recording, "timeout_after"), excludes=frozenset({"stale_read"}))
def lost_answer_in_a_long_thread(steps: StepBuilder) -> None:
    """A message is stored, the answer to the client is lost, and the thread has more messages than a page."""
    steps.needs.add("small_pages")
    booking = steps.book(host_participant=True)
    with steps.uninterrupted():
        for _ in range(5):
            steps.guest_writes(booking)
        steps.passes("1m")
        steps.fault("timeout_after", match=MESSAGES)
        with steps.meanwhile("/inbox/messages", method="POST"):
            for _ in range(3):
                steps.guest_writes(booking)
        steps.reply(booking)
    steps.passes("5m")
