"""What a run relied on that no source settles: found in what was asked for, and in what happened."""

import pytest

from api.oauth import an_application
from builders import JSON, a_body, a_booking, a_message, a_scenario, without
from fake import Mock, Sandbox
from faulty import set_fault
from inbox_mock.domain.fidelity import ASSUMPTIONS
from rules.judged import send, the_report
from whole import CONVERSATIONS, MESSAGES, PICTURE


def relied_on(sandbox: Sandbox) -> dict[str, JSON]:
    return {one["behaviour"]: one for one in the_report(sandbox)["assumed"]}


def switches(sandbox: Sandbox) -> dict[str, int]:
    return {one["switch"]: one["seen"] for one in the_report(sandbox)["assumed"] if one["switch"]}


def test_a_run_that_asks_for_nothing_in_doubt_relies_on_nothing(inbox: Sandbox) -> None:
    inbox.api.get("/hosts", page=1)
    inbox.api.get("/clients")

    assert relied_on(inbox) == {}


def test_parameters_count_as_often_as_they_are_sent(inbox: Sandbox) -> None:
    for _ in range(3):
        inbox.api.get("/hosts", updated_since="2030-01-01", include="user")
    inbox.api.get("/hosts", ids="2")

    seen = {behaviour.split(":")[0]: one["seen"] for behaviour, one in relied_on(inbox).items()}
    assert seen == {"Query parameter updated_since": 3, "Query parameter ids": 1}
    assert all(one["source"] and one["switch"] is None for one in relied_on(inbox).values())


def test_refusals_of_which_the_body_was_never_seen_count(inbox: Sandbox) -> None:
    inbox.api.get("/hosts/99")
    inbox.api_with("clients_read").get("/hosts")
    inbox.api.post("/hosts", b"{")

    assert {behaviour.split(":")[0] for behaviour in relied_on(inbox)} == {"Status 404", "Status 403", "Status 400"}


def test_what_a_fault_makes_up_is_no_behaviour_of_the_api(inbox: Sandbox) -> None:
    set_fault(inbox, "status", status=404, times=1)
    inbox.api.get("/hosts")

    assert relied_on(inbox) == {}


def test_a_message_moves_its_conversation(inbox: Sandbox) -> None:
    send(inbox)

    assert switches(inbox)["message_bumps_conversation"] == 1
    assert relied_on(inbox)[ASSUMPTIONS["message_bumps_conversation"].says]["seen"] == 1


def test_every_switch_is_named_when_it_decides_something(mock: Mock) -> None:
    host = {"id": 2, "booking": 80, "host": "jan", "at": "-1h"}
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()], participants=[host]))
    etag = sandbox.api.get(CONVERSATIONS).headers["ETag"]
    sandbox.api.get(CONVERSATIONS, headers={"If-None-Match": etag})
    send(sandbox)
    sandbox.api.post(MESSAGES, without(a_message(), "sent_at"))
    send(sandbox, visibility="all")
    sandbox.api.post("/inbox/attachments", a_body("attachments", name=7, file=PICTURE))
    sandbox.api.put(f"{CONVERSATIONS}/11/connect_booking", a_body("bookings", id=80))
    sandbox.api.put(f"{CONVERSATIONS}/11", a_body("conversations", closed=True))
    stay = {"booked": True, "start_at": "2030-08-01T16:00:00+02:00", "end_at": "2030-08-08"}
    sandbox.api.post("/rentals/16/bookings", a_body("bookings", **stay))
    sandbox.admin.post("/conversations/11/messages", {"from": "guest", "content": "Hello?"})

    application = an_application(sandbox)
    application.refresh(application.tokens()["refresh_token"])
    application.exchange(application.code(), code_verifier="never asked for")

    assert set(switches(sandbox)) == set(ASSUMPTIONS)


def test_what_the_dice_decided_counts(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario())
    sandbox.admin.post("/bookings", {"channel": "airbnb", "rental_id": 16})
    sandbox.api.get("/bookings")
    sandbox.advance("1h")

    assert "How long a channel takes to open a conversation is left to the dice." in relied_on(sandbox)
    assert "Whether the channel adds a Host participant is left to the dice." in relied_on(sandbox)


def test_what_was_said_is_not_left_to_the_dice(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario())
    said = {"conversation_delay": "10m", "host_participant": False}
    sandbox.admin.post("/bookings", {"channel": "airbnb", "rental_id": 16, **said})
    sandbox.api.get("/bookings")
    sandbox.advance("1h")

    assert not any("dice" in behaviour for behaviour in relied_on(sandbox))


def test_what_was_before_the_first_request_does_not_count(inbox: Sandbox) -> None:
    inbox.admin.post("/conversations/11/messages", {"from": "guest", "content": "Hello?"})
    inbox.advance("1h")
    inbox.api.get("/hosts")

    assert relied_on(inbox) == {}


def test_channels_bring_more_than_is_documented(inbox: Sandbox) -> None:
    inbox.api.get("/hosts")
    inbox.admin.post("/conversations/11/messages", {"from": "guest", "content": "Hello?"})
    send(inbox)
    send(inbox, channel=None)
    inbox.advance("1m")

    found = relied_on(inbox)
    assert found["A guest's message sets deadline_response_at, 24 hours later."]["seen"] == 1
    assert found["A relayed message reaches the guest some seconds later."]["seen"] == 1
    assert found["A message whose channel is not the conversation's default_channel stays in the inbox."]["seen"] == 1


def test_a_booking_that_was_cancelled_before_its_conversation_counts(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(created_at="-0s")]))
    sandbox.api.get("/hosts")
    sandbox.admin.post("/bookings/80/cancel")
    sandbox.advance("1h")

    assert "A booking cancelled before its conversation never gets one." in relied_on(sandbox)


def test_the_life_of_tokens_counts(inbox: Sandbox) -> None:
    application = an_application(inbox)
    application.refresh(application.tokens()["refresh_token"])
    application.refresh("f" * 64)

    assert relied_on(inbox).keys() == {
        ASSUMPTIONS["refresh_revokes"].says,
        ASSUMPTIONS["token_refusal_status"].says,
        "Refusals of /oauth/token are worded as Doorkeeper words them.",
    }


def test_a_code_verifier_counts(inbox: Sandbox) -> None:
    application = an_application(inbox)
    application.exchange(application.code(code_challenge="plainly", code_challenge_method="plain"), code_verifier="plainly")

    assert relied_on(inbox).keys() == {ASSUMPTIONS["pkce"].says}


@pytest.mark.parametrize(("page", "seen"), [(1, False), (2, True)])
def test_a_page_past_the_end_counts(inbox: Sandbox, page: int, seen: bool) -> None:
    inbox.api.get("/hosts", page=page)

    assert ("A page past the end is empty, and no error." in relied_on(inbox)) == seen


@pytest.mark.parametrize(
    ("kind", "seen"),
    [("application/vnd.api+json", False), ("Application/JSON; charset=utf-8", False), ("text/plain;charset=UTF-8", True), ("", True)],
)
def test_a_body_of_a_content_type_that_nobody_is_known_to_send_counts(inbox: Sandbox, kind: str, seen: bool) -> None:
    inbox.api.call("POST", "/sources", a_body("sources", name="Our website"), headers={"Content-Type": kind})

    assert ("A body is read as JSON whatever its Content-Type says." in relied_on(inbox)) is seen
