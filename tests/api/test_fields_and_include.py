"""``fields`` narrows what is shown of a record, ``include`` embeds its associations in place."""

import pytest

from builders import a_body, a_message
from fake import Mock, Sandbox
from whole import ALWAYS_EMPTY, ATTACHMENTS, CONVERSATIONS, LISTS, MESSAGES, PARTICIPANTS, a_busy_sandbox

ASSOCIATIONS: dict[str, dict[str, str]] = {
    CONVERSATIONS: {
        "account": "/accounts",
        "assignee": "/hosts",
        "source": "/sources",
        "bookings": "/bookings",
        "inquiries": "/inquiries",
        "messages": MESSAGES,
        "participants": PARTICIPANTS,
    },
    PARTICIPANTS: {"account": "/accounts", "conversation": CONVERSATIONS},
    MESSAGES: {"account": "/accounts", "attachments": ATTACHMENTS, "conversation": CONVERSATIONS, "sender": PARTICIPANTS},
    ATTACHMENTS: {"account": "/accounts", "messages": MESSAGES},
    "/hosts": {"account": "/accounts", "participants": PARTICIPANTS, "source": "/sources"},
    "/bookings": {
        "account": "/accounts",
        "rental": "/rentals",
        "client": "/clients",
        "source": "/sources",
        "inquiry": "/inquiries",
        "conversations": CONVERSATIONS,
    },
    "/clients": {"account": "/accounts"},
    "/sources": {"account": "/accounts", "bookings": "/bookings"},
    "/inquiries": {
        "account": "/accounts",
        "rental": "/rentals",
        "source": "/sources",
        "booking": "/bookings",
        "conversation": CONVERSATIONS,
    },
    "/rentals": {"account": "/accounts"},
}
EVERY = [(path, name) for path, found in ASSOCIATIONS.items() for name in found]
NOTHING_YET = {(CONVERSATIONS, "inquiries"), ("/inquiries", "conversation")}


@pytest.fixture
def busy(mock: Mock) -> Sandbox:
    return a_busy_sandbox(mock)


@pytest.mark.parametrize(("path", "name"), EVERY)
def test_an_included_record_is_what_its_own_address_answers(busy: Sandbox, path: str, name: str) -> None:
    records = busy.api.get(path, include=name).records

    embedded = 0
    for record in records:
        linked = record["links"][name]
        many = isinstance(linked, list)
        found = [
            busy.api.get(f"{ASSOCIATIONS[path][name]}/{record_id}").record for record_id in (linked if many else [linked]) if record_id
        ]
        assert record[name] == (found if many else (found[0] if found else None))
        embedded += len(found)
    assert embedded or (path, name) in NOTHING_YET


@pytest.mark.parametrize(("path", "name"), EVERY)
def test_including_changes_nothing_else(busy: Sandbox, path: str, name: str) -> None:
    plain, including = busy.api.get(path), busy.api.get(path, include=name)

    assert including.json["links"] == plain.json["links"]
    assert list(including.json) == list(plain.json)
    assert all(list(record)[-1] == name for record in including.records)
    assert [{key: found for key, found in record.items() if key != name} for record in including.records] == plain.records


def test_a_participants_member_is_embedded_whatever_its_type(busy: Sandbox) -> None:
    answer = busy.api.get(PARTICIPANTS, include="member")

    traveller, host = answer.records
    assert traveller["links"]["member"]["type"] == "Client"
    assert traveller["member"] == busy.api.get(f"/clients/{traveller['links']['member']['id']}").record
    assert host["links"]["member"] == {"id": 2, "type": "Host"}
    assert host["member"] == busy.api.get("/hosts/2").record


@pytest.mark.parametrize("name", sorted(ALWAYS_EMPTY))
def test_an_association_that_is_empty_is_embedded_empty(busy: Sandbox, name: str) -> None:
    record = busy.api.get("/bookings/80", include=name).record

    assert record["links"][name] == record[name] == ALWAYS_EMPTY[name]


def test_tags_that_a_booking_names_are_embedded_as_none(busy: Sandbox) -> None:
    stay = {"booked": True, "start_at": "2031-09-01", "end_at": "2031-09-08", "bookings_tag_ids": [1, 2]}

    record = busy.api.post("/rentals/16/bookings?include=bookings_tags", a_body("bookings", **stay)).record

    assert (record["links"]["bookings_tags"], record["bookings_tags"]) == ([1, 2], [])


def test_a_link_to_nobody_is_embedded_as_null(busy: Sandbox) -> None:
    busy.api.put(f"{CONVERSATIONS}/11", a_body("conversations", assignee_id=None))

    assert busy.api.get(f"{CONVERSATIONS}/11", include="assignee").record["assignee"] is None


@pytest.mark.parametrize(
    "path",
    [f"{MESSAGES}?include=sender,attachments", f"{MESSAGES}?include=sender%2Cattachments", f"{MESSAGES}/21,22?include=sender,attachments"],
)
def test_several_associations_are_joined_by_commas(busy: Sandbox, path: str) -> None:
    records = busy.api.get(path).records

    assert [record["sender"]["id"] for record in records] == [1, 2]
    assert [[file["id"] for file in record["attachments"]] for record in records] == [[], [1]]


def test_unknown_names_are_left_alone(busy: Sandbox) -> None:
    answer = busy.api.get(MESSAGES, include="sender,hosts,,links, id,__class__")

    assert answer.status == 200
    assert [record["sender"]["links"]["member"]["type"] for record in answer.records] == ["Client", "Host"]
    assert all("hosts" not in record for record in answer.records)


@pytest.mark.parametrize("path", LISTS)
def test_every_list_tolerates_unknown_names(busy: Sandbox, path: str) -> None:
    answer = busy.api.get(path, include="pigeons", fields="pigeons")

    assert answer.status == 200
    assert all(set(record) <= {"id", "links"} for record in answer.records)


def test_an_included_record_does_not_embed_its_own(busy: Sandbox) -> None:
    record = busy.api.get(f"{CONVERSATIONS}/11", include="participants,bookings").record

    assert all("conversation" not in participant for participant in record["participants"])
    assert all("rental" not in booking for booking in record["bookings"])


def test_a_written_record_can_include_too(busy: Sandbox) -> None:
    created = busy.api.post(MESSAGES, a_message(), include="sender")
    changed = busy.api.put(f"{CONVERSATIONS}/11", a_body("conversations", closed=True), include="participants")

    assert created.record["sender"]["id"] == 2
    assert [participant["id"] for participant in changed.record["participants"]] == [1, 2]


def test_what_the_token_may_not_read_is_not_embedded(busy: Sandbox) -> None:
    inbox_only = busy.api_with("inbox_read")

    conversation = inbox_only.get(f"{CONVERSATIONS}/11", include="inquiries,source").record
    traveller = inbox_only.get(f"{PARTICIPANTS}/1", include="member").record

    assert not {"inquiries", "source"} & set(conversation)
    assert "member" not in traveller


def test_an_embedded_booking_shows_what_the_token_may_see(busy: Sandbox) -> None:
    booking = busy.api_with("inbox_read").get(f"{CONVERSATIONS}/11", include="bookings").record["bookings"][0]

    assert booking["reference"] == busy.api.get("/bookings/80").record["reference"]
    assert not {"final_price", "notes", "locked"} & set(booking)


@pytest.mark.parametrize("path", LISTS)
def test_fields_limit_the_attributes(busy: Sandbox, path: str) -> None:
    whole = busy.api.get(path)
    wanted = list(whole.records[0])[-1]

    narrow = busy.api.get(path, fields=wanted)

    kept = {"id", "links", wanted}
    assert narrow.records == [{name: found for name, found in record.items() if name in kept} for record in whole.records]


@pytest.mark.parametrize(
    "path", ["/accounts?fields=id,business_name", "/accounts?fields=id%2Cbusiness_name", "/accounts/1?fields=business_name"]
)
def test_fields_are_joined_by_commas(busy: Sandbox, path: str) -> None:
    assert busy.api.get(path).record == {"id": 1, "business_name": "Super Awesome Villas"}


def test_blank_fields_limit_nothing(busy: Sandbox) -> None:
    assert busy.api.get(CONVERSATIONS, fields="").records == busy.api.get(CONVERSATIONS).records


def test_unknown_fields_are_ignored(busy: Sandbox) -> None:
    assert set(busy.api.get(f"{CONVERSATIONS}/11", fields="subject,pigeons").record) == {"links", "id", "subject"}


def test_fields_and_include_go_together(busy: Sandbox) -> None:
    record = busy.api.get(f"{CONVERSATIONS}/11", fields="subject", include="assignee").record

    assert set(record) == {"links", "id", "subject", "assignee"}
    assert record["assignee"] == busy.api.get("/hosts/2").record
