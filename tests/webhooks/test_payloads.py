"""What a webhook looks like on the wire."""

import hmac
from base64 import b64encode
from collections.abc import Callable
from textwrap import wrap

import pytest

from builders import a_body, a_message, a_scenario
from fake import Mock, Sandbox
from receiver import Receiver, subscribe

pytestmark = pytest.mark.both_transports

UNPREFIXED = {"inbox_conversation_created": "conversation", "inbox_message_created": "message"}


@pytest.fixture
def told(inbox: Sandbox, receiver: Receiver) -> Receiver:
    """A receiver that was told of a client."""
    subscribe(inbox, receiver.url, "client_created")
    inbox.api.post("/clients", a_body("clients", fullname="Halldor Helgason"))
    inbox.advance("0s")
    return receiver


def test_the_headers_are_written_as_documented(told: Receiver) -> None:
    assert told.last.header("Content-Type") == "application/json"
    assert told.last.header("User-Agent") == "BookingSync Webhook Delivery"
    assert len(told.last.header("X-Content-Signature")) == 40


def test_the_signature_is_made_with_the_secret_of_the_application(inbox: Sandbox, told: Receiver) -> None:
    secret = inbox.application("Your application")["client_secret"]
    lines = "".join(f"{line}\n" for line in wrap(b64encode(told.last.body).decode(), 60))

    assert told.last.header("X-Content-Signature") == hmac.new(secret.encode(), lines.encode(), "sha1").hexdigest()


def test_a_subscription_tells_the_secret_that_signs(inbox: Sandbox, receiver: Receiver) -> None:
    assert subscribe(inbox, receiver.url)["secret"] == inbox.application("Your application")["client_secret"]


def test_a_payload_names_account_event_and_resource_in_this_order(told: Receiver) -> None:
    payload = told.last.json

    assert list(payload) == ["account_id", "event", "resource"]
    assert (payload["account_id"], payload["event"]) == (1, "client_created")


def test_the_resource_has_templates_under_the_plural_and_the_record_under_the_singular(inbox: Sandbox, told: Receiver) -> None:
    resource = told.last.json["resource"]

    assert list(resource) == ["links", "client"]
    assert resource["links"] == {"clients.account": f"{inbox.transport.root}/api/v3/accounts/{{clients.account}}"}


def test_the_record_is_an_object_as_the_api_shows_it(inbox: Sandbox, told: Receiver) -> None:
    record = told.last.json["resource"]["client"]

    assert record == inbox.api.get(f"/clients/{record['id']}").record
    assert list(record)[:2] == ["links", "id"]


def test_a_payload_tells_no_time_and_its_delivery_in_a_header_of_the_fake_only(told: Receiver) -> None:
    assert {name.lower() for name, _ in told.last.headers} <= {
        "host",
        "user-agent",
        "accept-encoding",
        "accept",
        "connection",
        "content-type",
        "x-content-signature",
        "content-length",
        "x-mock-delivery",
    }


def test_inbox_records_come_under_their_bare_names(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, *UNPREFIXED)
    inbox.api.post("/inbox/conversations", a_body("conversations", subject="Keys"))
    inbox.api.post("/inbox/messages", a_message())

    inbox.advance("0s")

    for event, singular in UNPREFIXED.items():
        (payload,) = receiver.of(event)
        assert list(payload["resource"]) == ["links", singular]
        assert all(key.startswith(f"{singular}s.") for key in payload["resource"]["links"])
        assert payload["resource"][singular] == inbox.api.get(f"/inbox/{singular}s/{payload['resource'][singular]['id']}").record


def test_the_templates_of_a_message_lead_to_what_it_links_to(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "inbox_message_created")
    inbox.api.post("/inbox/messages", a_message())
    inbox.advance("0s")

    root = f"{inbox.transport.root}/api/v3"
    links = receiver.last.json["resource"]["links"]
    assert links["messages.attachments"] == f"{root}/inbox/attachments/{{messages.attachments}}"
    assert links["messages.conversation"] == f"{root}/inbox/conversations/{{messages.conversation}}"
    assert links["messages.sender"] == f"{root}/inbox/participants/{{messages.sender}}"


def test_what_is_told_is_the_record_as_it_was_then(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "inbox_message_created", "inbox_message_updated")
    message = inbox.api.post("/inbox/messages", a_message(content="At four.")).record
    inbox.api.put(f"/inbox/messages/{message['id']}", a_body("messages", content="At five."))

    inbox.advance("0s")

    assert receiver.events == ["inbox_message_created", "inbox_message_updated"]
    assert [received.json["resource"]["message"]["content"] for received in receiver.received] == ["At four.", "At five."]


def test_any_letter_and_any_length_arrives(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "inbox_message_created")
    content = 'שלום 🏔️ \u2028 "quoted" ' + "é" * 100_000
    inbox.api.post("/inbox/messages", a_message(content=content))

    inbox.advance("0s")

    assert receiver.last.json["resource"]["message"]["content"] == content


def test_the_installation_of_an_application_has_no_id(
    in_process: Mock, receiver: Receiver, uninstall: Callable[[Sandbox, int], None]
) -> None:
    sandbox = in_process.sandbox(a_scenario())
    subscribe(sandbox, receiver.url, "accounts_application_destroyed")

    uninstall(sandbox, 17)

    resource = receiver.last.json["resource"]
    assert list(resource) == ["links", "accounts_application"]
    assert resource["accounts_application"] == {"links": {"account": 1}, "partnership_invoice_recipient": "account"}
