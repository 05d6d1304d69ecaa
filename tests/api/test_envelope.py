"""The envelope: links, one resource, meta, and what records look like in it."""

import re

import pytest

from builders import a_body, a_message
from fake import Mock
from whole import ATTACHMENTS, CONVERSATIONS, LISTS, MESSAGES, PARTICIPANTS, PICTURE, a_busy_sandbox

pytestmark = pytest.mark.both_transports

TEMPLATES: dict[str, dict[str, str]] = {
    CONVERSATIONS: {
        "conversations.account": "accounts/{conversations.account}",
        "conversations.assignee": "hosts/{conversations.assignee}",
        "conversations.source": "sources/{conversations.source}",
        "conversations.bookings": "bookings/{conversations.bookings}",
        "conversations.inquiries": "inquiries/{conversations.inquiries}",
        "conversations.messages": "inbox/messages/{conversations.messages}",
        "conversations.participants": "inbox/participants/{conversations.participants}",
    },
    PARTICIPANTS: {
        "participants.account": "accounts/{participants.account}",
        "participants.conversation": "inbox/conversations/{participants.conversation}",
        "participants.client": "clients/{participants.member.id}",
        "participants.host": "hosts/{participants.member.id}",
    },
    MESSAGES: {
        "messages.account": "accounts/{messages.account}",
        "messages.attachments": "inbox/attachments/{messages.attachments}",
        "messages.conversation": "inbox/conversations/{messages.conversation}",
        "messages.sender": "inbox/participants/{messages.sender}",
    },
    ATTACHMENTS: {
        "attachments.account": "accounts/{attachments.account}",
        "attachments.messages": "inbox/messages/{attachments.messages}",
    },
    "/hosts": {
        "hosts.account": "accounts/{hosts.account}",
        "hosts.participants": "inbox/participants/{hosts.participants}",
        "hosts.source": "sources/{hosts.source}",
        "hosts.user": "users/{hosts.user}",
    },
    "/clients": {"clients.account": "accounts/{clients.account}"},
    "/sources": {"sources.account": "accounts/{sources.account}", "sources.bookings": "bookings/{sources.bookings}"},
    "/inquiries": {
        "inquiries.account": "accounts/{inquiries.account}",
        "inquiries.rental": "rentals/{inquiries.rental}",
        "inquiries.source": "sources/{inquiries.source}",
        "inquiries.booking": "bookings/{inquiries.booking}",
        "inquiries.conversation": "inbox/conversations/{inquiries.conversation}",
    },
    "/rentals": {"rentals.account": "accounts/{rentals.account}"},
    "/me": {"accounts_applications.account": "accounts/{accounts_applications.account}"},
}
BARE = ("/applications", "/accounts")
PLURALS = {path: path.rsplit("/", 1)[-1] for path in LISTS} | {"/me": "accounts_applications"}
LINKS = {
    CONVERSATIONS: {"account", "assignee", "source", "bookings", "inquiries", "messages", "participants", "created_by"},
    PARTICIPANTS: {"account", "conversation", "member"},
    MESSAGES: {"account", "attachments", "conversation", "sender", "created_by"},
    ATTACHMENTS: {"account", "messages"},
    "/hosts": {"account", "participants", "source", "user"},
    "/bookings": {
        "account",
        "rental",
        "client",
        "inquiry",
        "rental_agreement",
        "source",
        "bookings_fees",
        "bookings_payments",
        "bookings_taxes",
        "bookings_tags",
        "booking_comments",
        "conversations",
        "payments",
        "rentals_tags",
        "discount_code_usage",
    },
    "/clients": {"account"},
    "/sources": {"account", "bookings"},
    "/inquiries": {"account", "rental", "source", "booking", "conversation"},
    "/me": {"account"},
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.mark.parametrize("path", sorted(TEMPLATES))
def test_templates_lead_to_the_associations(mock: Mock, path: str) -> None:
    answer = a_busy_sandbox(mock).api.get(path)

    assert answer.json["links"] == {key: f"{mock.root}/api/v3/{rest}" for key, rest in TEMPLATES[path].items()}


@pytest.mark.parametrize("path", sorted(TEMPLATES))
def test_links_come_first_then_the_resource_then_meta(mock: Mock, path: str) -> None:
    answer = a_busy_sandbox(mock).api.get(path)

    assert list(answer.json) == ["links", PLURALS[path], "meta"]


@pytest.mark.parametrize("path", BARE)
def test_a_resource_without_associations_has_no_links_at_all(mock: Mock, path: str) -> None:
    answer = a_busy_sandbox(mock).api.get(path)

    assert list(answer.json) == [PLURALS[path], "meta"]
    assert all("links" not in record for record in answer.records)


@pytest.mark.parametrize("path", [CONVERSATIONS, PARTICIPANTS, MESSAGES, ATTACHMENTS, "/hosts", "/clients", "/inquiries"])
def test_an_empty_list_keeps_its_templates(mock: Mock, path: str) -> None:
    answer = mock.sandbox("empty").api.get(path)

    assert answer.records == []
    assert set(answer.json["links"]) == set(TEMPLATES[path])


@pytest.mark.parametrize("path", sorted(LINKS))
def test_a_record_links_to_each_of_its_associations(mock: Mock, path: str) -> None:
    record = a_busy_sandbox(mock).api.get(path).records[0]

    assert set(record["links"]) == LINKS[path]


def test_a_booking_links_to_conversations_without_a_template_for_them(mock: Mock) -> None:
    answer = a_busy_sandbox(mock).api.get("/bookings/80")

    assert answer.record["links"]["conversations"] == [11]
    assert "bookings.conversations" not in answer.json["links"]


def test_links_to_one_are_a_number_or_null_and_links_to_many_a_list(mock: Mock) -> None:
    api = a_busy_sandbox(mock).api

    assert api.get("/bookings/80").record["links"] | {"source": None, "client": None} == {
        "account": 1,
        "rental": 16,
        "client": None,
        "inquiry": 31,
        "rental_agreement": None,
        "source": None,
        "bookings_fees": [],
        "bookings_payments": [],
        "bookings_taxes": [],
        "bookings_tags": [],
        "booking_comments": [],
        "conversations": [11],
        "payments": [],
        "rentals_tags": [],
        "discount_code_usage": None,
    }
    assert api.get(f"{MESSAGES}/22").record["links"]["attachments"] == [1]
    assert api.get(f"{MESSAGES}/21").record["links"]["attachments"] == []


def test_a_polymorphic_link_says_id_and_type(mock: Mock) -> None:
    api = a_busy_sandbox(mock).api

    assert api.get(f"{PARTICIPANTS}/2").record["links"]["member"] == {"id": 2, "type": "Host"}
    assert api.get(f"{PARTICIPANTS}/1").record["links"]["member"]["type"] == "Client"
    assert "member_id" not in api.get(f"{PARTICIPANTS}/1").record


@pytest.mark.parametrize("path", [f"{CONVERSATIONS}/11", "/bookings/80", "/accounts/1", "/me"])
def test_one_record_comes_as_a_list_of_one(mock: Mock, path: str) -> None:
    answer = a_busy_sandbox(mock).api.get(path)

    assert len(answer.records) == 1


@pytest.mark.parametrize("path", LISTS)
def test_ids_are_integers_and_times_whole_seconds_in_utc(mock: Mock, path: str) -> None:
    records = a_busy_sandbox(mock).api.get(path).records

    assert records
    for record in records:
        assert type(record["id"]) is int
        moments = [found for name, found in record.items() if name.endswith("_at") and found is not None]
        assert moments
        assert all(TIME.fullmatch(moment) for moment in moments)


def test_decimals_are_text(mock: Mock) -> None:
    api = a_busy_sandbox(mock).api

    assert api.get("/bookings/80").record["final_price"] == "2700.0"
    assert api.get("/applications/65").record["default_price_increase"] == "0.0"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2024-05-06 07:08:09 UTC", "2024-05-06T07:08:09Z"),
        ("2024-05-06 09:08:09 +0200", "2024-05-06T07:08:09Z"),
        ("2024-05-06", "2024-05-06T00:00:00Z"),
        ("2024-05-06T07:08:09Z", "2024-05-06T07:08:09Z"),
        ("2024-05-06T09:08:09+02:00", "2024-05-06T07:08:09Z"),
        ("2024-05-06T07:08:09.123Z", "2024-05-06T07:08:09Z"),
    ],
)
def test_a_time_is_written_in_many_forms_and_read_in_one(mock: Mock, written: str, shown: str) -> None:
    answer = a_busy_sandbox(mock).api.post(MESSAGES, a_message(sent_at=written))

    assert answer.record["sent_at"] == shown


def test_me_has_no_id(mock: Mock) -> None:
    answer = mock.sandbox("empty").api.get("/me")

    assert answer.records == [{"links": {"account": 1}, "partnership_invoice_recipient": "account"}]


@pytest.mark.parametrize("path", [CONVERSATIONS, "/bookings", "/me"])
def test_addresses_name_the_host_that_the_client_addressed(mock: Mock, path: str) -> None:
    answer = a_busy_sandbox(mock).api.get(path, headers={"Host": "inbox.test:9000"})

    assert all(url.startswith("http://inbox.test:9000/api/v3/") for url in answer.json["links"].values())
    assert answer.headers["Link"].startswith("<http://inbox.test:9000/api/v3/")


@pytest.mark.parametrize(
    ("path", "action", "other", "plural"),
    [
        (f"{CONVERSATIONS}/11", "connect_booking", a_body("bookings", id=80), "conversations"),
        (f"{CONVERSATIONS}/11", "disconnect_booking", a_body("bookings", id=80), "conversations"),
        (f"{MESSAGES}/21", "add_attachment", a_body("attachments", id=1), "messages"),
    ],
)
def test_tying_answers_the_record_in_the_path(mock: Mock, path: str, action: str, other: object, plural: str) -> None:
    answer = a_busy_sandbox(mock).api.put(f"{path}/{action}", other)

    assert answer.status == 200
    assert list(answer.json) == ["links", plural, "meta"]


def test_a_created_record_comes_in_the_same_envelope(mock: Mock) -> None:
    answer = a_busy_sandbox(mock).api.post(MESSAGES, a_message())

    assert answer.status == 201
    assert list(answer.json) == ["links", "messages", "meta"]
    assert set(answer.json["links"]) == set(TEMPLATES[MESSAGES])


@pytest.mark.parametrize("path", [f"{CONVERSATIONS}/11", f"{ATTACHMENTS}/1", "/hosts/2"])
def test_patch_is_put(mock: Mock, path: str) -> None:
    plural = path.split("/")[-2]
    changes = {"conversations": {"closed": True}, "attachments": {"file": PICTURE}, "hosts": {"firstname": "Janek"}}[plural]
    api = a_busy_sandbox(mock).api

    put = api.put(path, {plural: [changes]})
    patched = api.patch(path, {plural: [changes]})

    assert put.status == patched.status == 200
    assert put.json == patched.json
