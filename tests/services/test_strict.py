"""What the guide asks clients to refrain from: refused in a strict sandbox, flagged in a lenient one."""

from collections.abc import Callable

import pytest

from builders import a_body, a_booking, a_message, a_scenario
from fake import Answer, Mock, Sandbox

Do = Callable[[Sandbox], Answer]


def connect(sandbox: Sandbox) -> Answer:
    made = sandbox.api.post("/inbox/conversations", a_body("conversations", subject="Mine")).record["id"]
    return sandbox.api.put(f"/inbox/conversations/{made}/connect_booking", {"bookings": [{"id": 80}]})


TEACHINGS: dict[str, tuple[Do, str, str]] = {
    "a conversation with the channel of Airbnb": (
        lambda s: s.api.post("/inbox/conversations", a_body("conversations", default_channel="airbnb")),
        "default_channel",
        "wait for it",
    ),
    "a conversation with the channel of Booking.com": (
        lambda s: s.api.post("/inbox/conversations", a_body("conversations", default_channel="booking-com")),
        "default_channel",
        "wait for it",
    ),
    "a channel's booking connected to a conversation of one's own": (connect, "bookings", "airbnb opens the conversation"),
    "a Client participant in a channel's conversation": (
        lambda s: s.api.post("/inbox/participants", a_body("participants", conversation_id=11, member_id=1, member_type="Client")),
        "member_type",
        "managed by airbnb",
    ),
    "a message as the guest": (lambda s: s.api.post("/inbox/messages", a_message(sender_id=1)), "sender", "Host participants"),
}
HARMLESS: dict[str, Do] = {
    "a conversation by e-mail": lambda s: s.api.post("/inbox/conversations", a_body("conversations", default_channel="email")),
    "a conversation without channel": lambda s: s.api.post("/inbox/conversations", a_body("conversations", subject="Mine")),
    "a Host participant": lambda s: s.api.post(
        "/inbox/participants", a_body("participants", conversation_id=11, member_id=2, member_type="Host")
    ),
    "an answer": lambda s: s.api.post("/inbox/messages", a_message()),
    "the channel's booking and the channel's conversation": lambda s: s.api.put(
        "/inbox/conversations/11/connect_booking", {"bookings": [{"id": 80}]}
    ),
}


def a_sandbox(mock: Mock, *, strict: bool) -> Sandbox:
    participants = [{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}]
    return mock.sandbox(a_scenario(bookings=[a_booking()], participants=participants), strict=strict)


@pytest.mark.parametrize("deed", TEACHINGS)
def test_a_strict_sandbox_refuses_and_teaches(mock: Mock, deed: str) -> None:
    do, field, lesson = TEACHINGS[deed]

    answer = do(a_sandbox(mock, strict=True))

    assert answer.status == 422
    (problem,) = answer.errors
    assert (problem["code"], problem["field"]) == ("validation_failed", field)
    assert lesson in problem["title"]


@pytest.mark.parametrize("deed", TEACHINGS)
def test_a_lenient_sandbox_accepts_and_says_what_will_not_happen(mock: Mock, deed: str) -> None:
    sandbox = a_sandbox(mock, strict=False)

    answer = TEACHINGS[deed][0](sandbox)

    assert answer.status in {200, 201}
    assert answer.headers["X-Mock-Why"].startswith(("not synchronised: ", "not relayed: "))
    assert sandbox.handle.journal()[-1]["why"] == answer.headers["X-Mock-Why"]


@pytest.mark.parametrize("deed", HARMLESS)
def test_a_strict_sandbox_accepts_what_is_harmless(mock: Mock, deed: str) -> None:
    answer = HARMLESS[deed](a_sandbox(mock, strict=True))

    assert answer.status in {200, 201}


def test_a_strict_sandbox_lets_everybody_else_act(mock: Mock) -> None:
    sandbox = a_sandbox(mock, strict=True)

    assert sandbox.admin.post("/conversations/11/messages", {"content": "Hello"}).status == 201
    booking = sandbox.admin.post("/bookings", {"client_participants": 2}).json["booking"]
    assert sandbox.admin.post(f"/bookings/{booking['id']}/conversation").status == 200
