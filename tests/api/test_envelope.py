"""The envelope: links, one resource, meta, and what records look like in it."""

import re

import pytest

from builders import a_body, a_message
from fake import Mock
from whole import ALWAYS_EMPTY, ATTACHMENTS, CONVERSATIONS, LISTS, MESSAGES, PARTICIPANTS, PICTURE, a_busy_sandbox

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
    "/bookings": {
        "bookings.account": "accounts/{bookings.account}",
        "bookings.rental": "rentals/{bookings.rental}",
        "bookings.client": "clients/{bookings.client}",
        "bookings.inquiry": "inquiries/{bookings.inquiry}",
        "bookings.rental_agreement": "rental_agreements/{bookings.rental_agreement}",
        "bookings.source": "sources/{bookings.source}",
        "bookings.bookings_fees": "bookings_fees/{bookings.bookings_fees}",
        "bookings.bookings_payments": "bookings_payments/{bookings.bookings_payments}",
        "bookings.bookings_taxes": "bookings_taxes/{bookings.bookings_taxes}",
        "bookings.bookings_tags": "bookings_tags/{bookings.bookings_tags}",
        "bookings.booking_comments": "booking_comments/{bookings.booking_comments}",
        "bookings.payments": "payments/{bookings.payments}",
        "bookings.rentals_tags": "rentals_tags/{bookings.rentals_tags}",
        "bookings.discount_code_usage": "discount_code_usages/{bookings.discount_code_usage}",
    },
    "/rentals": {
        "rentals.account": "accounts/{rentals.account}",
        "rentals.availability": "availabilities/{rentals.availability}",
        "rentals.change_over": "change_overs/{rentals.change_over}",
        "rentals.destination": "destinations/{rentals.destination}",
        "rentals.payment_gateway": "payment_gateways/{rentals.payment_gateway}",
        "rentals.rates_table": "rates_tables/{rentals.rates_table}",
        "rentals.rental_agreement": "rental_agreements/{rentals.rental_agreement}",
        "rentals.rental_cancelation_policy": "rental_cancelation_policies/{rentals.rental_cancelation_policy}",
        "rentals.nightly_rate_map": "nightly_rate_maps/{rentals.nightly_rate_map}",
        "rentals.mid_term_rate_map": "mid_term_rate_maps/{rentals.mid_term_rate_map}",
        "rentals.photos": "photos/{rentals.photos}",
        "rentals.reviews": "reviews/{rentals.reviews}",
        "rentals.host_reviews": "host_reviews/{rentals.host_reviews}",
        "rentals.special_offers": "special_offers/{rentals.special_offers}",
        "rentals.rates": "rates/{rentals.rates}",
        "rentals.rentals_amenities": "rentals_amenities/{rentals.rentals_amenities}",
        "rentals.rentals_fees": "rentals_fees/{rentals.rentals_fees}",
        "rentals.bathrooms": "bathrooms/{rentals.bathrooms}",
        "rentals.bedrooms": "bedrooms/{rentals.bedrooms}",
        "rentals.living_rooms": "living_rooms/{rentals.living_rooms}",
        "rentals.rentals_tags": "rentals_tags/{rentals.rentals_tags}",
        "rentals.rental_contacts": "rental_contacts/{rentals.rental_contacts}",
        "rentals.videos": "videos/{rentals.videos}",
    },
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
    "/bookings": {"account", "rental", "client", "inquiry", "source", "conversations", *ALWAYS_EMPTY},
    "/clients": {"account"},
    "/sources": {"account", "bookings"},
    "/inquiries": {"account", "rental", "source", "booking", "conversation"},
    "/rentals": {key.removeprefix("rentals.") for key in TEMPLATES["/rentals"]},
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


PUBLIC_LINKS_OF_BOOKINGS = {"account", "rental", "bookings_tags", "rentals_tags", "discount_code_usage"}


@pytest.mark.parametrize("path", ["/bookings/80", "/bookings", "/bookings?from=2040-01-01"])
def test_without_bookings_read_a_booking_has_the_links_and_templates_of_the_public_view(mock: Mock, path: str) -> None:
    answer = a_busy_sandbox(mock).api_with("public").get(path)

    assert all(set(record["links"]) == PUBLIC_LINKS_OF_BOOKINGS for record in answer.records)
    assert set(answer.json["links"]) == {f"bookings.{name}" for name in PUBLIC_LINKS_OF_BOOKINGS}


def test_an_application_that_sees_its_own_bookings_in_full_has_all_their_templates(mock: Mock) -> None:
    api = a_busy_sandbox(mock).api_with("bookings_write_owned")
    body = a_body("bookings", booked=True, start_at="2031-06-01", end_at="2031-06-08")

    assert set(api.post("/rentals/16/bookings", body).json["links"]) == set(TEMPLATES["/bookings"])


def test_the_payment_gateway_of_a_rental_needs_a_scope_of_payment_preferences(mock: Mock) -> None:
    sandbox = a_busy_sandbox(mock)

    with_it, without_it = (sandbox.api_with(scope).get("/rentals/16") for scope in ("preferences_payments_read", "rentals_write"))

    assert "payment_gateway" in with_it.record["links"]
    assert "rentals.payment_gateway" in with_it.json["links"]
    assert "payment_gateway" not in without_it.record["links"]
    assert "rentals.payment_gateway" not in without_it.json["links"]


@pytest.mark.parametrize("path", ["/bookings/80", "/rentals/16"])
def test_a_client_that_follows_every_template_gets_records_or_the_apis_own_404(mock: Mock, path: str) -> None:
    api = a_busy_sandbox(mock).api
    answer = api.get(path)

    assert answer.json["links"]
    for key, template in answer.json["links"].items():
        linked = answer.record["links"][key.partition(".")[2]]
        record_id = (linked or [None])[0] if isinstance(linked, list) else linked
        found = api.get(template.removeprefix(f"{mock.root}/api/v3").partition("{")[0] + str(record_id or 1))
        assert found.status == (404 if record_id is None else 200), template
        assert record_id is not None or found.errors == [{"code": "not_found"}]


def test_links_to_one_are_a_number_or_null_and_links_to_many_a_list(mock: Mock) -> None:
    api = a_busy_sandbox(mock).api

    assert api.get("/bookings/80").record["links"] | {"source": None, "client": None} == {
        "account": 1,
        "rental": 16,
        "client": None,
        "inquiry": 31,
        "source": None,
        "conversations": [11],
        **ALWAYS_EMPTY,
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
