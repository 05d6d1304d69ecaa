"""What a record shows can be put back: an update with the whole record is accepted, and changes nothing."""

import pytest

from builders import a_body, a_booking, a_scenario
from fake import JSON, Mock
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.scenarios.loading import find, shipped
from whole import all_of

MORE_OF_THE_SAME = {"large", "long-thread"}
SCENARIOS = [scenario.name for scenario in shipped() if scenario.name not in MORE_OF_THE_SAME]
WRITABLE = [operation.resource for operation in OPERATIONS if operation.name.startswith("update_")]
ALL_BOOKINGS = {"bookings": {"from": "2000-01-01", "include_canceled": "true"}}


def without_its_time(record: JSON) -> JSON:
    """The record without updated_at: recordings show that every PUT moves it."""
    return {name: value for name, value in record.items() if name != "updated_at"}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_a_record_shows_can_be_put_back(mock: Mock, scenario: str) -> None:
    undisturbed = {name: value for name, value in find(scenario).data.items() if name not in {"faults", "rate_limit"}}
    api = mock.sandbox(undisturbed).api

    for resource in WRITABLE:
        for before in all_of(api, f"/{resource.path}", **ALL_BOOKINGS.get(resource.plural, {})):
            without_links = {name: value for name, value in before.items() if name != "links"}
            for written in (before, without_links):
                answer = api.put(f"/{resource.path}/{before['id']}", {resource.plural: [written]})
                assert answer.status == 200, (resource.name, before, answer.body)
                assert without_its_time(answer.record) == without_its_time(before), resource.name


def test_every_writable_resource_is_in_a_shipped_scenario(mock: Mock) -> None:
    api = mock.sandbox("agency").api

    assert [resource.plural for resource in WRITABLE if not all_of(api, f"/{resource.path}")] == []


def test_what_stays_as_it_is_breaks_no_constraint_beside_a_change(mock: Mock) -> None:
    api = mock.sandbox(a_scenario(bookings=[a_booking()])).api

    assert api.get("/applications/17").record["default_price_increase"] == "0.0"
    kept = api.put("/applications/17", a_body("applications", name="Other", default_price_increase="0.0"))
    changed = api.put("/applications/17", a_body("applications", default_price_increase="-1.0"))

    assert kept.status == 200
    assert changed.errors[0]["title"] == "must be greater than 0"


def test_a_locked_booking_takes_what_it_shows_and_refuses_what_differs(mock: Mock) -> None:
    api = mock.sandbox(a_scenario(bookings=[a_booking()])).api
    before = api.get("/bookings/80").record

    answer = api.put("/bookings/80", {"bookings": [before | {"notes": "Late", "adults": 7}]})

    assert before["locked"] == "doorkeeper/application-65"
    assert [error["field"] for error in answer.errors] == ["adults", "notes"]


def test_what_equals_a_value_in_another_type_is_not_what_is_shown(mock: Mock) -> None:
    api = mock.sandbox(a_scenario(sources=[{"id": 5, "name": "Website"}])).api
    api.put("/sources/5", a_body("sources", position=0))

    assert api.put("/sources/5", a_body("sources", position=False)).errors[0]["title"] == "is not a number"
