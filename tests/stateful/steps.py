"""Random steps that a client, a guest and time may take in a sandbox, the same ones in any number of sandboxes."""

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

from builders import JSON, a_body, a_booking, a_message, a_scenario
from fake import Answer, Sandbox
from whole import ATTACHMENTS, CONVERSATIONS, MESSAGES, PARTICIPANTS, PICTURE


@dataclass(frozen=True)
class Step:
    """What is done, and a number from which its details follow."""

    name: str
    number: int


def _book(sandbox: Sandbox, number: int) -> Answer:
    day = f"2031-{number % 12 + 1:02}-{number % 27 + 1:02}"
    stay = a_body("bookings", start_at=f"{day}T16:00:00Z", end_at=f"{day}T20:00:00Z", booked=True)
    return sandbox.api.post("/rentals/16/bookings", stay)


STEPS: dict[str, Callable[[Sandbox, int], Answer]] = {
    "time passes": lambda s, n: s.admin.post("/clock/advance", {"by": f"{n}m"}),
    "a message": lambda s, n: s.api.post(MESSAGES, a_message(content=f"Message {n}", sent_at=s.now())),
    "an edited message": lambda s, n: s.api.put(f"{MESSAGES}/{n % 3 + 1}", a_body("messages", content=f"Edited {n}")),
    "a message without content": lambda s, n: s.api.post(MESSAGES, a_message(content="", sender_id=n)),
    "a conversation": lambda s, n: s.api.post(CONVERSATIONS, a_body("conversations", subject=f"Subject {n}")),
    "closing": lambda s, n: s.api.put(f"{CONVERSATIONS}/11", a_body("conversations", closed=n % 2 == 0)),
    "assigning": lambda s, n: s.api.put(f"{CONVERSATIONS}/12", a_body("conversations", assignee_id=2 if n % 2 else None)),
    "a participant": lambda s, n: s.api.post(
        PARTICIPANTS, a_body("participants", conversation_id=11 + n % 3, member_id=2, member_type="Host")
    ),
    "reading": lambda s, n: s.api.put(f"{PARTICIPANTS}/{n % 4 + 1}", a_body("participants", read=n % 3 > 0)),
    "a booking": _book,
    "a changed booking": lambda s, n: s.api.put(f"/bookings/{80 + n % 3}", a_body("bookings", expected_checkin_time=f"{n % 24}:00")),
    "a cancelled booking": lambda s, n: s.api.delete(f"/bookings/{80 + n % 4}"),
    "a client": lambda s, n: s.api.post("/clients", a_body("clients", fullname=f"Client {n}")),
    "a renamed client": lambda s, n: s.api.put(f"/clients/{n % 3 + 1}", a_body("clients", fullname=f"Client {n}")),
    "a host": lambda s, n: s.api.put("/hosts/2", a_body("hosts", lastname=f"Kowalski {n}")),
    "a source": lambda s, n: s.api.post("/sources", a_body("sources", name=f"Source {n}")),
    "an attachment": lambda s, n: s.api.post(ATTACHMENTS, a_body("attachments", name=f"{n}.png", file=PICTURE)),
}


def take(sandbox: Sandbox, step: Step) -> Answer:
    """Take a step."""
    return STEPS[step.name](sandbox, step.number)


def steps(longest: int) -> st.SearchStrategy[list[Step]]:
    """Lists of steps."""
    return st.lists(st.builds(Step, st.sampled_from(sorted(STEPS)), st.integers(0, 120)), max_size=longest)


def a_lively_scenario(**changes: object) -> JSON:
    """One Airbnb booking that has its conversation, one that still waits for it, and one of Booking.com."""
    return a_scenario(
        bookings=[
            a_booking(),
            a_booking(id=81, start_at="+40d", end_at="+45d", created_at="-1m", conversation_delay="30m", conversation=12),
            a_booking(id=82, channel="booking-com", start_at="+50d", end_at="+55d", created_at="-30m", conversation=13),
        ],
        participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}],
        **changes,
    )
