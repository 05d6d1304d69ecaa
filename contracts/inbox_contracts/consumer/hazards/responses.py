"""Responses that fail, are lost, cannot be read, or refuse: tokens expire, and the rate limit is used up."""

from collections.abc import Iterator
from contextlib import contextmanager

from inbox_contracts.consumer.hazards import LOST, MESSAGES, READS, StepBuilder, after_a_meanwhile, hazard, struck, struck_sending
from inbox_mock.conduct.model import TOKENS

WORDS = " ".join(6 * ["Caf\u00e9 and keys: at Zoe's, 5 minutes from the house."])
NEARLY = (
    WORDS.upper(),
    f"{WORDS} ",
    WORDS.replace(" ", "  "),
    WORDS.replace("\u00e9", "e\u0301"),
    WORDS[:-1],
    f"{WORDS}\nBye!",
    WORDS[::-1],
)
"""What a client may take for the same words: by case, blanks, the form of Unicode, letters, a beginning, the first line, the length."""
LISTS = ("/bookings", "/inbox/conversations", "/inbox/participants", "/inbox/messages")


@hazard(met=lambda recording: struck_sending(recording, "status"), excludes=frozenset({"stale_read"}))
def error_on_sending(steps: StepBuilder) -> None:
    """The server fails when a message is sent, or a gateway before it does while the message is stored."""
    booking = steps.book(host_participant=steps.any_of(True, False))
    with steps.uninterrupted():
        for status, applied in steps.any_of(((503, False), (500, True), (502, False)), ((500, False), (504, True), (503, False))):
            steps.fault("status", status=status, applied=applied, match=MESSAGES)
            steps.reply(booking)


@hazard(met=lambda recording: struck_sending(recording, "timeout_before", "dropped"))
def unsent_message(steps: StepBuilder) -> None:
    """A message is not stored, and no answer comes."""
    booking = steps.book(host_participant=steps.any_of(True, False))
    with steps.uninterrupted():
        steps.fault(steps.any_of("timeout_before", "dropped"), match=MESSAGES)
        steps.reply(booking)


@hazard(met=lambda recording: struck_sending(recording, "timeout_after"), excludes=frozenset({"stale_read"}))
def lost_answer(steps: StepBuilder) -> None:
    """A message is stored, and the answer to the client is lost; then it is told to say the same elsewhere, and something else there."""
    booking, other = (
        steps.book(delay=steps.any_of("0s", "2m"), host_participant=steps.any_of(True, False)),
        steps.book(host_participant=True),
    )
    words = "You can leave your bags with us."
    with steps.uninterrupted():
        steps.fault("timeout_after", match=MESSAGES)
        steps.reply(booking, words)
    steps.passes("5m")
    steps.reply(other, words)
    steps.reply(booking)


@hazard(
    met=lambda recording: any(
        fault["kind"] == "status" and fault["struck"] and fault["match"].get("method") == "GET" for fault in recording.faults
    )
)
def server_error(steps: StepBuilder) -> None:
    """The server fails in the middle of a sync, each time at another list."""
    status = steps.any_of(503, 500, 502)
    for path in LISTS:
        _fails_at(steps, path, "status", status=status)


@hazard(met=lambda recording: struck(recording, "truncated", "malformed"))
def spoiled_answer(steps: StepBuilder) -> None:
    """An answer ends in the middle, cannot be read, or does not come, each time of another list."""
    kinds = steps.any_of(("truncated", "malformed"), ("malformed", "timeout_before"), ("timeout_before", "truncated"))
    for path, kind in zip(LISTS, 2 * kinds, strict=True):
        _fails_at(steps, path, kind)


def _fails_at(steps: StepBuilder, path: str, kind: str, **more: object) -> None:
    """Let something happen that each list tells of, and one of them fail in the sync that follows."""
    with steps.uninterrupted():
        steps.guest_writes(steps.book())
        steps.passes("1m")
        steps.fault(kind, match={**READS, "path": path}, **more)
        steps.sync()


@hazard(met=lambda recording: struck(recording, "more_keys"))
def more_keys(steps: StepBuilder) -> None:
    """Records have attributes and links that no page documents yet, in some answers and not in others."""
    booking = steps.book(host_participant=steps.any_of(False, True))
    with steps.uninterrupted():
        steps.fault("more_keys", times=12)
        steps.guest_writes(booking)
        steps.sync()
        steps.reply(booking)
    steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: any(entry["status"] == 401 for entry in recording.entries))
def token_expires(steps: StepBuilder) -> None:
    """Two hours pass, in which a guest cancels, and the token has expired; the sync that gets a new one may fail after that."""
    booking, cancelled = steps.book(), steps.book("direct")
    steps.sync()
    steps.passes("1m")
    steps.cancel(cancelled)
    for fails in steps.any_of((False,), (True, False)):
        with steps.uninterrupted():
            steps.passes("121m")
            if fails:
                steps.fault("status", status=503, match={**READS, "path": "/inbox/messages"})
            steps.sync()
    steps.perhaps(steps.reply, booking)


@hazard(met=lambda recording: struck(recording, "expired_token"))
def token_expires_midway(steps: StepBuilder) -> None:
    """The token expires in the middle of a sync or an answer."""
    booking = steps.book()
    steps.fault("expired_token", match={"nth": steps.any_of(2, 1, 3, 5)})
    steps.perhaps(steps.reply, booking)
    steps.sync()


@hazard(
    met=lambda recording: any(
        fault["kind"] in {"timeout_after", "status"} and fault["struck"] and fault["match"].get("path") == TOKENS
        for fault in recording.faults
    )
)
def lost_refresh(steps: StepBuilder) -> None:
    """The token has expired, and the answer with the new one is lost, on the way or behind a gateway."""
    steps.book()
    steps.sync()
    kind, options = steps.any_of(*LOST)
    steps.fault(kind, **options, match={"path": TOKENS})
    steps.passes("121m")
    steps.sync()
    steps.passes("1m")
    steps.sync()


@hazard(met=lambda recording: struck_sending(recording, "rate_limit", "expired_token"))
def refused_answer(steps: StepBuilder) -> None:
    """A message is refused: the token has expired, and then the server fails, or the hour is used up; another one is its last."""
    booking = steps.book(host_participant=steps.any_of(True, False))
    with steps.uninterrupted():
        for kinds in steps.any_of((("rate_limit",), ("expired_token", "status")), (("expired_token", "status"), ("rate_limit",))):
            for kind in kinds:
                steps.fault(kind, match=MESSAGES)
            steps.reply(booking)
        steps.fault("rate_limit", answered=True, match=MESSAGES)
        steps.reply(booking)


@hazard(met=lambda recording: struck(recording, "status"))
def fails_twice(steps: StepBuilder) -> None:
    """The second page of a list fails, and fails again when it is asked for once more, or four times more."""
    steps.needs.add("small_pages")
    path = steps.any_of("/bookings", "/inbox/conversations", "/inbox/participants")
    with steps.uninterrupted():
        for _ in range(5):
            steps.book()
        steps.passes("1m")
        steps.fault("status", status=steps.any_of(503, 500), match={**READS, "path": path, "nth": 2}, times=steps.any_of(2, 5))
        steps.sync()


@hazard(met=lambda recording: any(fault["kind"] == "status" and fault["struck"] > 2 for fault in recording.faults))
def fails_three_times(steps: StepBuilder) -> None:
    """Each list, of several pages, fails, and fails twice more when it is asked for again: what is in it is unknown until then."""
    steps.needs.add("small_pages")
    booking, *_ = (steps.book() for _ in range(3))
    with steps.uninterrupted():
        steps.guest_writes(booking)
        steps.passes("1m")
        for path in LISTS:
            steps.fault("status", status=steps.any_of(503, 500), match={**READS, "path": path}, times=3)
        steps.sync()


@hazard(met=lambda recording: any(entry["status"] == 429 for entry in recording.entries))
def rate_limit(steps: StepBuilder) -> None:
    """The hour's requests are used up: 429 until the reset; and once more, when only the messages are still to be read."""
    booking = steps.book()
    steps.fault("rate_limit", match={"nth": steps.any_of(1, 2, 3, 5)})
    steps.perhaps(steps.reply, booking)
    steps.sync()
    with steps.uninterrupted():
        steps.guest_writes(booking)
        steps.fault("rate_limit", match={**READS, "path": "/inbox/messages"})
        steps.sync()


@hazard(met=lambda recording: struck_sending(recording, "timeout_after", "timeout_before"), excludes=frozenset({"stale_read"}))
def lost_twice(steps: StepBuilder) -> None:
    """A message is not stored, or its answer is lost, and with the second try it is the same."""
    booking = steps.book(host_participant=True)
    with steps.uninterrupted():
        for kinds in (("timeout_before", "timeout_before"), ("timeout_before", "timeout_after"), ("dropped", "timeout_after")):
            for kind in kinds:
                steps.fault(kind, match=MESSAGES)
            steps.reply(booking)
            steps.passes("5m")


@hazard(
    met=lambda recording: struck_sending(recording, "timeout_after") and struck(recording, "status", "rate_limit"),
    excludes=frozenset({"stale_read"}),
)
def lost_answer_and_look(steps: StepBuilder) -> None:
    """A message is stored, the answer to the client is lost, and the first list that would show it fails, or the hour is used up."""
    booking = steps.book(host_participant=True)
    with steps.uninterrupted():
        steps.sync()
        steps.fault("timeout_after", match=MESSAGES)
        path = steps.any_of("/inbox/messages", "/inbox/conversations")
        steps.fault(steps.any_of("rate_limit", "status"), match={**READS, "path": path, "nth": 2})
        steps.reply(booking)
    steps.passes("5m")


@hazard(
    met=lambda recording: struck_sending(recording, "timeout_after") and after_a_meanwhile(recording, "guest_writes"),
    excludes=frozenset({"stale_read"}),
)
def written_after_a_loss(steps: StepBuilder) -> None:
    """A message is stored, the answer to the client is lost, and before it looks for the message guest and staff write something else."""
    booking = steps.book(host_participant=True)
    with _written_before_the_look(steps, booking, "timeout_after"):
        steps.guest_writes(booking)
        steps.staff_write(booking)


@hazard(
    met=lambda recording: struck_sending(recording, "timeout_before") and after_a_meanwhile(recording, "staff_writes"),
    excludes=frozenset({"stale_read"}),
)
def written_though_lost(steps: StepBuilder) -> None:
    """A message is not stored, no answer comes, and before the client looks for it guest and staff write what is hardly different."""
    booking, other = (steps.book(host_participant=True) for _ in range(2))
    with _written_before_the_look(steps, booking, "timeout_before", WORDS):
        steps.guest_writes(booking, WORDS)
        steps.staff_write(other, content=WORDS)
        for nearly in NEARLY:
            steps.staff_write(booking, content=nearly)


@hazard(met=lambda recording: after_a_meanwhile(recording, "guest_writes"))
def written_while_answering(steps: StepBuilder) -> None:
    """While the client answers, the guest writes, and what it reads next fails."""
    booking = steps.book(host_participant=True)
    with steps.uninterrupted():
        with steps.meanwhile("/inbox/messages", method="POST"):
            steps.guest_writes(booking)
            steps.passes("5m")
            steps.fault("status", status=503, match=READS)
        steps.reply(booking)
    steps.passes("1m")
    steps.sync()


@contextmanager
def _written_before_the_look(steps: StepBuilder, booking: int, fault: str, words: str = "") -> Iterator[None]:
    """Let the steps that are added within the block happen after a message of the client had no answer."""
    with steps.uninterrupted():
        steps.guest_writes(booking)
        steps.sync()
        steps.fault(fault, match=MESSAGES)
        with steps.meanwhile("/inbox/messages", page=1, nth=2):
            yield
        steps.reply(booking, words)
    steps.passes("5m")
