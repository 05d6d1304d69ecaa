"""Every event that something can cause, and by what."""

from collections.abc import Callable

import pytest

from api.oauth import an_application, two_applications
from builders import a_body, a_message
from fake import Mock, Sandbox
from receiver import Receiver, deliveries, subscribe

pytestmark = pytest.mark.both_transports

STAY = {"start_at": "2031-06-01", "end_at": "2031-06-08"}
INQUIRY = {"firstname": "Ada", "lastname": "Lindner", "email": "ada@example.com", **STAY}


def inquire(sandbox: Sandbox) -> int:
    return int(sandbox.api.post("/rentals/16/inquiries", a_body("inquiries", **INQUIRY)).record["id"])


def write(sandbox: Sandbox) -> int:
    return int(sandbox.api.post("/inbox/messages", a_message()).record["id"])


def attach(sandbox: Sandbox) -> None:
    attachment = sandbox.api.post("/inbox/attachments", a_body("attachments", name="a.txt", file="YQ==")).record["id"]
    sandbox.api.put(f"/inbox/messages/{write(sandbox)}/add_attachment", {"attachments": [{"id": attachment}]})


CAUSES: dict[str, tuple[Callable[[Sandbox], object], list[str]]] = {
    "a client's booking": (
        lambda s: s.api.post("/rentals/16/bookings", a_body("bookings", booked=True, **STAY)),
        ["booking_created"],
    ),
    "a changed booking": (lambda s: s.api.put("/bookings/80", a_body("bookings", expected_checkin_time="14:45")), ["booking_updated"]),
    "a guest who cancels": (lambda s: s.admin.post("/bookings/80/cancel"), ["booking_destroyed"]),
    "a new client": (lambda s: s.api.post("/clients", a_body("clients", fullname="Ada Lindner")), ["client_created"]),
    "a renamed client": (lambda s: s.api.put("/clients/1", a_body("clients", fullname="Ada Lindner")), ["client_updated"]),
    "an inquiry": (inquire, ["inquiry_created"]),
    "a changed inquiry": (
        lambda s: s.api.put(f"/inquiries/{inquire(s)}", a_body("inquiries", adults=2)),
        ["inquiry_created", "inquiry_updated"],
    ),
    "a client's conversation": (
        lambda s: s.api.post("/inbox/conversations", a_body("conversations", subject="Keys")),
        ["inbox_conversation_created"],
    ),
    "a closed conversation": (
        lambda s: s.api.put("/inbox/conversations/11", a_body("conversations", closed=True)),
        ["inbox_conversation_updated"],
    ),
    "a connected booking": (
        lambda s: s.api.put("/inbox/conversations/11/connect_booking", {"bookings": [{"id": 80}]}),
        ["inbox_conversation_updated"],
    ),
    "a message": (write, ["inbox_message_created", "inbox_conversation_updated"]),
    "an edited message": (
        lambda s: s.api.put(f"/inbox/messages/{write(s)}", a_body("messages", content="At five.")),
        ["inbox_message_created", "inbox_conversation_updated", "inbox_message_updated"],
    ),
    "an attachment": (attach, ["inbox_message_created", "inbox_conversation_updated", "inbox_message_updated"]),
    "a guest who writes": (
        lambda s: s.admin.post("/conversations/11/messages", {"content": "Hello"}),
        ["inbox_message_created", "inbox_conversation_updated"],
    ),
    "a new participant": (
        lambda s: s.api.post("/inbox/participants", a_body("participants", conversation_id=11, member_id=2, member_type="Host")),
        [],
    ),
    "a participant who reads": (lambda s: s.api.put("/inbox/participants/2", a_body("participants", read=True)), []),
    "a lone attachment": (lambda s: s.api.post("/inbox/attachments", a_body("attachments", name="a.txt", file="YQ==")), []),
    "a new host": (lambda s: s.api.post("/hosts", a_body("hosts", firstname="Lea", lastname="Fontaine")), []),
    "a refused message": (lambda s: s.api.post("/inbox/messages", a_message(content="")), []),
    "reading": (lambda s: s.api.get("/inbox/messages"), []),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_a_change_is_told_in_the_order_of_its_events(inbox: Sandbox, receiver: Receiver, cause: str) -> None:
    subscribe(inbox, receiver.url)
    do, events = CAUSES[cause]

    do(inbox)
    inbox.advance("0s")

    assert receiver.events == events


def test_a_guest_who_books_is_told_with_all_that_follows(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url)

    booking = inbox.admin.post("/bookings", {"conversation_delay": "10m", "host_participant": False}).json["booking"]
    inbox.advance("10m")

    assert receiver.events == ["client_created", "booking_created", "inbox_conversation_created", "booking_updated"]
    assert receiver.of("booking_created")[0]["resource"]["booking"]["links"]["conversations"] == []
    (conversation,) = receiver.of("inbox_conversation_created")
    assert conversation["resource"]["conversation"]["links"]["bookings"] == [booking["id"]]
    assert len(conversation["resource"]["conversation"]["links"]["participants"]) == 1
    (updated,) = receiver.of("booking_updated")
    assert updated["resource"]["booking"]["links"]["conversations"] == [conversation["resource"]["conversation"]["id"]]


def test_companions_are_told_as_clients(inbox: Sandbox, receiver: Receiver) -> None:
    inbox.admin.post("/bookings", {"conversation_delay": "10m", "client_participants": 3})
    subscribe(inbox, receiver.url, "client_created")

    inbox.advance("10m")

    assert len(receiver.received) == 2


def test_a_destroyed_booking_is_told_as_cancelled(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "booking_destroyed")

    inbox.api.delete("/bookings/80", a_body("bookings", cancelation_reason="payment_failed"))
    inbox.advance("0s")

    booking = receiver.last.json["resource"]["booking"]
    assert (booking["id"], booking["status"]) == (80, "Canceled")
    assert booking["canceled_at"] == inbox.now()


def test_installing_an_application_is_told(mock: Mock, receiver: Receiver) -> None:
    sandbox = mock.sandbox(two_applications())
    subscribe(sandbox, receiver.url, "accounts_application_created", application_id=18)

    an_application(sandbox, "Rival").tokens(account_id=2)
    sandbox.advance("0s")

    assert [received.json["account_id"] for received in receiver.received] == [2]
    assert receiver.last.json["resource"]["accounts_application"]["links"] == {"account": 2}


def test_authorizing_an_installed_application_again_is_not_told(mock: Mock, receiver: Receiver) -> None:
    sandbox = mock.sandbox(two_applications())
    subscribe(sandbox, receiver.url, application_id=18)

    an_application(sandbox, "Rival").tokens(account_id=1)
    sandbox.advance("0s")

    assert receiver.received == []


def test_a_changed_application_is_told_to_itself(mock: Mock, receiver: Receiver) -> None:
    sandbox = mock.sandbox(two_applications())
    subscribe(sandbox, receiver.url, "accounts_application_updated", application_id=18)
    rival = an_application(sandbox, "Rival").api(sandbox.application("Rival")["token"])

    answer = rival.put("/applications/18", a_body("applications", default_price_increase="5.0"))
    sandbox.advance("0s")

    assert answer.status == 200, answer.body
    assert receiver.events == ["accounts_application_updated"]


def test_only_what_is_subscribed_to_is_told(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "inbox_message_created")

    write(inbox)
    inbox.advance("0s")

    assert receiver.events == ["inbox_message_created"]


def test_an_unsubscribed_address_is_told_nothing_more(inbox: Sandbox, receiver: Receiver) -> None:
    webhook = subscribe(inbox, receiver.url)
    assert inbox.admin.delete(f"/webhooks/{webhook['id']}").status == 204

    write(inbox)
    inbox.advance("0s")

    assert deliveries(inbox) == []


def test_every_subscription_is_told(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, f"{receiver.url}/one", "inbox_message_created")
    subscribe(inbox, f"{receiver.url}/two", "inbox_message_created")

    write(inbox)
    inbox.advance("0s")

    assert [received.path for received in receiver.received] == ["/hook/one", "/hook/two"]
    assert receiver.received[0].body == receiver.received[1].body


def test_an_unknown_event_cannot_be_subscribed_to(inbox: Sandbox, receiver: Receiver) -> None:
    answer = inbox.admin.post("/webhooks", {"url": receiver.url, "events": ["inbox_participant_created"]})

    assert answer.status == 422
    assert "inbox_message_created" in answer.errors[0]["expected"]
