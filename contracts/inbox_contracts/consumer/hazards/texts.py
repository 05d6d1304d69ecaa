"""Texts: what storage, transport and comparing them change, and where the client has to find them again."""

from inbox_contracts.consumer.hazards import MESSAGES, StepBuilder, hazard, struck_sending

ODD = (
    # Combining characters, which other forms of Unicode compose; blanks at both ends; all ends of lines.
    "  Cafe\u0301 at eight, Zoe\u0308?\r\nTwo\rthree  ",
    # What compatibility forms unfold, composed characters, blanks of all kinds, quotes, backslashes, placeholders.
    "\ncaf\u00e9, \ufb01ne: 5\u00a0\u20ac \u00bd x\u00b2\ttwo  blanks \u201cso\u201d \\n C:\\new %s ${a} + 100 %\n\n",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u05e9\u05dc\u05d5\u05dd <b>5 &lt; 6 &amp; 7</b> %41 \\u0041 {{name}}",
    # What mail programs and markup take for their own: quotes, signatures, addresses, smileys, emphasis, comments, placeholders.
    (
        "Yes.\n\n\n\nOn Monday Ada wrote:\n> See https://example.com/a_b_c, ada@example.com, +33 6 12 34 56 78...\n-- \n"
        "*Ada* _Bauer_ :) :key: `x` 100 %% %{name} {name} #{name} &nbsp;<!-- no --><script>x()</script>"
    ),
    # What a spreadsheet takes for a formula; lines, blanks and marks that show nothing; dashes, signs of several characters.
    (
        "=1+1\u2028It\u2019s\u200b \ufeffsea\u00adside\u200e \u2014 \u0130, 5\u20136\u2026 "
        "\u2764\ufe0f \U0001f44d\U0001f3fd \U0001f1eb\U0001f1f7 -- Stra\u00dfe 5; it's 'ok'"
    ),
)
ALONE = ("0", "007", "1e1", "null", '{"a": [1]}', "2030-06-01T12:00:00Z")
"""Whole messages that languages without types take for nothing, a number, an object or a time."""
LONG = "The way to the house is long. " * 2_200
"""More than the 65,535 bytes that a column of many databases holds."""
AGAIN = "We are on our way."
"""What the client is told to say twice."""


@hazard(met=lambda recording: any(reply.content in ODD for reply in recording.replies))
def odd_words(steps: StepBuilder) -> None:
    """A guest and a host write what programs like to change: combining characters, blanks at both ends, alphabets, markup, numbers."""
    booking = steps.book(host_participant=True)
    for text in (*ODD, *ALONE):
        steps.guest_writes(booking, text)
    steps.passes("1m")
    steps.sync()
    for text in (*ODD, *ALONE):
        steps.reply(booking, text)


@hazard(
    met=lambda recording: struck_sending(recording, "timeout_after") and any(reply.content in ODD for reply in recording.replies),
    excludes=frozenset({"stale_read"}),
)
def lost_odd_words(steps: StepBuilder) -> None:
    """A message is stored of what programs like to change, and the answer to the client is lost: it has to find it again."""
    booking = steps.book(host_participant=True)
    with steps.uninterrupted():
        for text in ODD:
            steps.fault("timeout_after", match=MESSAGES)
            steps.reply(booking, text)
            steps.passes("5m")


@hazard(
    met=lambda recording: struck_sending(recording, "timeout_after") and any(len(reply.content) > 255 for reply in recording.replies),
    excludes=frozenset({"stale_read"}),
)
def lost_long_words(steps: StepBuilder) -> None:
    """A long message is stored, and the answer to the client is lost."""
    booking = steps.book(host_participant=True)
    with steps.uninterrupted():
        steps.fault("timeout_after", match=MESSAGES)
        steps.reply(booking, f"{LONG}Here.")
    steps.passes("5m")


@hazard(met=lambda recording: any(len(reply.content) > 255 for reply in recording.replies))
def long_words(steps: StepBuilder) -> None:
    """A guest and a host write more than 65,535 characters."""
    steps.needs.add("webhooks")
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


@hazard(
    met=lambda recording: (
        len({reply.content.casefold() for reply in recording.replies}) < len({reply.content for reply in recording.replies})
    )
)
def similar_words(steps: StepBuilder) -> None:
    """A guest is answered in words that differ in case, in blanks, or at the end only, and in two ways to write a number."""
    booking = steps.book(host_participant=True)
    for text in (
        "You can park in front of the house at any time.",
        "you can park in front of the house at any time.",
        "You can park  in front of the house at any time. ",
        "You can park in front of the house at any time!",
        "10",
        "1e1",
    ):
        steps.reply(booking, text)


@hazard(met=lambda recording: any(sum(reply.there) for reply in recording.replies), excludes=frozenset({"stale_read"}))
def said_before(steps: StepBuilder) -> None:
    """Guest and staff have written the words before that the client is told to say, and its message is not stored."""
    booking = steps.book(host_participant=True)
    with steps.uninterrupted():
        for writes in steps.any_of((steps.staff_write,), (steps.guest_writes,), (steps.staff_write, steps.guest_writes)):
            writes(booking, content="It is all right.")
        steps.passes("1m")
        steps.perhaps(steps.sync)
        if steps.any_of(True, False):
            steps.fault("timeout_before", match=MESSAGES)
        steps.reply(booking, "It is all right.")


@hazard(
    met=lambda recording: any(
        len(found["messages"]) > len({message["content"] for message in found["messages"]}) for found in recording.expected["conversations"]
    )
)
def said_again(steps: StepBuilder) -> None:
    """A guest writes the same words twice, in one second."""
    booking = steps.book(host_participant=True)
    for _ in range(2):
        steps.guest_writes(booking, "Hello?")
    steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: len({(reply.booking_id, reply.content) for reply in recording.replies}) < len(recording.replies))
def told_again(steps: StepBuilder) -> None:
    """The client is told to say the same words once more, as soon as it has said them."""
    booking = steps.book(host_participant=True)
    with steps.uninterrupted():
        for _ in range(2):
            steps.reply(booking, AGAIN)
    steps.passes("10m")
    steps.guest_writes(booking)
