"""What is made of a scenario file: records that refer to each other by name, generated ones, pages."""

from typing import Any

import pytest

from builders import a_body, a_booking, a_scenario
from fake import Mock
from inbox_mock.scenarios.build import Overrides, build_image
from inbox_mock.scenarios.loading import Scenario, from_object, shipped
from scenarios.folder import SPRING


@pytest.mark.parametrize("scenario", [scenario for scenario in shipped() if scenario.name != "large"], ids=lambda scenario: scenario.name)
@pytest.mark.parametrize("mode", ["manual", "real"])
def test_every_shipped_scenario_can_be_made(scenario: Scenario, mode: str) -> None:
    assert scenario.description
    assert build_image(scenario, Overrides(mode=mode), wall=SPRING)


# Records and their references


def test_records_refer_to_each_other_by_name(mock: Mock) -> None:
    sandbox = mock.sandbox({
        "rentals": [{"as": "chalet"}],
        "users": [{"as": "user", "fullname": "Jan"}],
        "hosts": [{"as": "jan", "firstname": "Jan", "lastname": "K", "user": "user"}],
        "clients": [{"as": "ada", "fullname": "Ada"}],
        "sources": [{"as": "flyer", "name": "Flyer"}],
        "bookings": [
            {"as": "stay", "rental": "chalet", "source": "flyer", "client": "ada", "start_at": "+1d", "end_at": "+2d", "created_at": "-1d"}
        ],
        "conversations": [{"as": "talk", "booking": "stay", "created_at": "-1h"}],
        "participants": [{"booking": "stay", "client": "ada", "at": "-1h"}],
        "messages": [{"conversation": "talk", "from": "jan", "content": "Hello", "at": "-30m", "channel": None}],
        "changes": [{"conversation": "talk", "assignee": "jan", "closed": True, "at": "-10m"}],
    })  # fmt: skip

    booking, talk = sandbox.api.get("/bookings").record, sandbox.api.get("/inbox/conversations").record
    assert (booking["links"]["client"], booking["links"]["rental"], booking["links"]["conversations"]) == (1, 1, [talk["id"]])
    assert (talk["links"]["assignee"], talk["closed_at"], talk["last_message_at"]) == (1, "2030-06-01T11:50:00Z", "2030-06-01T11:30:00Z")
    assert talk["created_by_id"] == 17
    assert sandbox.api.get("/sources/1").record["links"]["bookings"] == [booking["id"]]


def test_a_guests_message_has_the_origin_and_the_channel_that_the_scenario_names(mock: Mock) -> None:
    messages = [
        {"booking": 80, "from": "guest", "content": "By e-mail", "at": "-30m", "origin": "email", "channel": "email"},
        {"booking": 80, "from": "guest", "content": "In a short message", "at": "-20m", "origin": "sms", "channel": None},
        {"booking": 80, "from": "guest", "content": "On Airbnb", "at": "-10m"},
    ]
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(created_at="-1h")], messages=messages))

    written = [(found["origin"], found["channel"]) for found in sandbox.api.get("/inbox/messages").records]

    assert written == [("email", "email"), ("sms", None), ("airbnb_message", "airbnb")]


def test_an_account_has_the_sources_that_are_written_out_and_no_others(mock: Mock) -> None:
    scenario = a_scenario(accounts=[{"id": 1}, {"id": 2}], sources=[{"name": "Flyer"}, {"name": "Airbnb"}])
    sandbox = mock.sandbox(scenario)

    names = [
        [source["name"] for source in sandbox.api_with("bookings_read", account_id=account).get("/sources").records] for account in (1, 2)
    ]

    assert names == [["Flyer", "Airbnb"], ["Airbnb", "Booking.com", "Website"]]


def test_a_channel_without_a_source_adds_its_own_when_it_books(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(sources=[{"id": 5, "name": "Flyer"}], bookings=[a_booking(), a_booking(id=81, conversation=12)]))

    sources = sandbox.api.get("/sources").records

    assert [(source["name"], source["links"]["bookings"]) for source in sources] == [("Flyer", []), ("Airbnb", [80, 81])]


def test_an_application_may_have_the_id_of_one_that_is_left_out(mock: Mock) -> None:
    sandbox = mock.sandbox({"applications": [{"id": 17, "name": "Theirs"}, {"id": 65, "name": "Other"}]})

    names = {record["id"]: record["name"] for record in sandbox.api.get("/applications").records}
    assert (names[17], names[65]) == ("Theirs", "Other")
    assert {"Your application", "Airbnb", "Booking.com"} < set(names.values())


def test_applications_without_an_id_may_get_that_of_one_that_is_left_out(mock: Mock) -> None:
    sandbox = mock.sandbox({"applications": [{"name": f"Theirs {number}"} for number in range(1, 18)]})

    names = {record["id"]: record["name"] for record in sandbox.api.get("/applications").records}
    assert [names[number] for number in (1, 17)] == ["Theirs 1", "Theirs 17"]
    assert {"Your application", "Airbnb", "Booking.com"} < set(names.values())


def test_an_id_that_a_scenario_names_is_the_records_own(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()], participants=[{"id": 7, "booking": 80, "host": "jan"}]))

    assert sandbox.api.get("/inbox/participants").ids == [1, 7]
    assert (
        sandbox.api.post("/inbox/participants", a_body("participants", conversation_id=11, member_id=2, member_type="Host")).record["id"]
        == 8
    )


# Settings


PAGES: tuple[dict[str, Any], ...] = ({}, {"per_page": 1}, {"per_page": 100})


def test_page_cap_is_the_size_of_a_page_and_the_most_that_it_can_be(mock: Mock) -> None:
    api = mock.sandbox({"page_cap": 2, "clients": [{"fullname": name} for name in "ABCDE"]}).api

    assert [api.get("/clients", **query).headers["X-Per-Page"] for query in PAGES] == ["2", "1", "2"]
    assert [len(api.get("/clients", page=page).records) for page in (1, 2, 3)] == [2, 2, 1]


def test_the_same_scenario_and_seed_make_the_same_bytes() -> None:
    scenario = from_object(a_scenario(bookings=[a_booking()]))

    assert build_image(scenario, Overrides(), wall=0.0) == build_image(scenario, Overrides(), wall=0.0)
    assert build_image(scenario, Overrides(), wall=0.0) != build_image(scenario, Overrides(seed=8), wall=0.0)


@pytest.mark.parametrize("generate", [{"bookings": 60, "messages": 200}, {"bookings": 1}, {"bookings": 1, "messages": 3}, {"messages": 3}])
def test_records_can_be_generated_beside_written_ones(mock: Mock, generate: dict[str, int]) -> None:
    sandbox = mock.sandbox({"accounts": [{"id": 5}], "hosts": [{"id": 3, "firstname": "Jan", "lastname": "K"}], "generate": generate})

    ever: dict[str, Any] = {"from": "2020-01-01"}
    total = int(sandbox.api.get("/bookings", **ever).headers["X-Total-Count"])
    assert total == generate.get("bookings", 0)
    conversations = int(sandbox.api.get("/inbox/conversations").headers["X-Total-Count"])
    assert len(sandbox.api.get("/inbox/messages").records) == (min(100, generate.get("messages", 0)) if conversations else 0)
