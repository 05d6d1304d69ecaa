"""The section ``records``: what it says is what the API shows, whatever the use cases would have made of it."""

from typing import Any

import pytest

from builders import JSON
from fake import Mock
from inbox_mock.scenarios.build import Overrides, build_image
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.exact import OF_PRESENT, REQUIRED, nouns
from inbox_mock.scenarios.loading import find, from_object
from whole import LISTS

CLIENT = {"id": 3, "type": "Client"}
REFERRED = {"rental": 1, "conversation": 1, "member": {"id": 1, "type": "Client"}, "sender": 1, "application": 1, "account": 1}


def of_records(**changes: Any) -> JSON:
    """A thread (7) of an Airbnb booking (58) with its guest (3) and a host (2), and what the test adds or changes."""
    return {
        "rentals": [{"id": 16, "timezone": "Europe/Paris"}],
        "hosts": [{"id": 2, "firstname": "Jan", "lastname": "Kowalski"}],
        "clients": [{"id": 3, "fullname": "Clementina Kling"}],
        "bookings": [{"id": 58, "rental": 16, "client": 3, "channel": "airbnb", "created_at": "-2h3m4s"}],
        "conversations": [{"id": 7, "channel": "airbnb", "default_channel": "airbnb", "bookings": [58], "relay_seconds": 60}],
        "participants": [{"id": 1, "conversation": 7, "member": CLIENT, "by_channel": True}],
        "messages": [{"id": 5, "conversation": 7, "sender": 1, "content": "May we bring our dog?", "sent_at": "-1h"}],
    } | changes


def mistake(data: JSON) -> str:
    """What is said of a scenario that cannot be built."""
    with pytest.raises(ScenarioError) as caught:
        build_image(from_object(data), Overrides(), 0)
    return str(caught.value)


def test_each_record_is_shown_as_it_stands(mock: Mock) -> None:
    api = mock.sandbox({"records": of_records()}).api

    booking = api.get("/bookings/58").record
    message = api.get("/inbox/messages/5").record

    assert (booking["created_at"], booking["links"]["conversations"]) == ("2030-06-01T09:56:56Z", [7])
    assert (message["sent_at"], message["content"], message["links"]["sender"]) == ("2030-06-01T11:00:00Z", "May we bring our dog?", 1)
    assert api.get("/inbox/conversations/7").record["last_message_at"] is None, "nothing follows from a message"


def test_nothing_is_scheduled_for_them(mock: Mock) -> None:
    sandbox = mock.sandbox({"records": of_records(conversations=[], participants=[], messages=[])})

    sandbox.advance("1d")

    assert sandbox.api.get("/inbox/conversations").records == []


def test_what_comes_later_acts_on_them_as_on_others(mock: Mock) -> None:
    writes = {"at": "1m", "guest_writes": {"booking": 58, "content": "It is a small one."}}
    sandbox = mock.sandbox({"records": of_records(), "timeline": [writes]})

    sandbox.advance("1m")

    assert [message["content"] for message in sandbox.api.get("/inbox/messages").records] == ["May we bring our dog?", "It is a small one."]


def test_of_sources_there_are_those_that_are_listed(mock: Mock) -> None:
    sandbox = mock.sandbox({"records": of_records(sources=[{"id": 9, "name": "Airbnb"}])})

    assert sandbox.api.get("/sources").ids == [9]


@pytest.mark.parametrize(
    ("changes", "place", "found", "expected"),
    [
        ({"bookings": [{"id": 58, "rental": 17}]}, "records.bookings[0].rental", "17", "one of records.rentals"),
        ({"hosts": [{"id": 2}, {"id": 2}]}, "records.hosts[1].id", "2 a second time", "one of its own"),
        ({"messages": [{"conversation": 7, "sender": 1, "sent_at": "noon"}]}, "records.messages[0].sent_at", "noon", "-2h3m4s"),
        ({"clients": [{"id": 3, "full_name": "Ada"}]}, "records.clients[0]", "'full_name'", "'fullname'"),
        ({"participants": [{"conversation": 7}]}, "records.participants[0]", "no 'member'", "there"),
        ({"conversations": [{"id": 7, "bookings": [58, 59]}]}, "records.conversations[0].bookings", "59", "one of records.bookings"),
        (
            {"participants": [{"conversation": 7, "member": {"id": 9, "type": "Host"}}]},
            "records.participants[0].member",
            "9",
            "one of records.hosts",
        ),
        ({"messages": [{"conversation": 7, "sender": 1, "origin": "pigeon"}]}, "records.messages[0].origin", "pigeon", "airbnb_message"),
        ({"bookings": [{"rental": 16, "channel": "pigeon"}]}, "records.bookings[0].channel", "pigeon", "the name of a channel"),
        ({"rentals": [{"id": 16, "timezone": "Europe/Atlantis"}]}, "records.rentals[0].timezone", "Europe/Atlantis", "a time zone"),
        ({"clients": [{"id": 3, "emails": "nobody"}]}, "records.clients[0].emails", "nobody", "a list or an object"),
        ({"attachments": [{"file": "!"}]}, "records.attachments[0].file", "!", "Base64"),
    ],
)
def test_a_mistake_is_named_with_its_place(changes: JSON, place: str, found: str, expected: str) -> None:
    told = mistake({"records": of_records(**changes)})

    assert place in told
    assert found in told
    assert expected in told


def test_a_mistake_in_a_file_has_its_line(tmp_path: Any) -> None:
    path = tmp_path / "it.yaml"
    path.write_text("records:\n  rentals:\n    - {id: 16}\n  bookings:\n    - id: 58\n      rental: 17\n")

    with pytest.raises(ScenarioError, match=r"it\.yaml:6: .*17.*one of records.rentals"):
        build_image(find(str(path)), Overrides(), 0)


def test_a_section_that_makes_records_cannot_stand_beside_them() -> None:
    told = mistake({"records": of_records(), "bookings": []})

    assert "the section 'bookings' beside 'records'" in told


def test_every_record_may_leave_out_all_but_what_it_belongs_to(mock: Mock) -> None:
    records = {name: [{key: REFERRED[key] for key in REQUIRED.get(name, ())}] for name in nouns() if name not in OF_PRESENT}
    sandbox = mock.sandbox({"records": records | {"applications": [{"client": True}]}})

    for path in LISTS:
        assert sandbox.api.get(path, include_canceled="true").ids == [1], path


def test_what_is_left_out_has_a_value_where_there_must_be_one() -> None:
    for name, noun in nouns().items():
        needed = {column for key in noun.keys.values() if "null" not in key.schema.get("type", ()) for column in key.columns}
        given = {column for key in REQUIRED.get(name, ()) for column in noun.keys[key].columns} | {"id"}

        assert {column for column in needed - given - noun.derived.keys() if noun.blank[column] is None} == set(), name
