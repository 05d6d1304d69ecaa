"""What the pages of bookings, inquiries and clients say of the values that may be written, and in which words others are refused."""

import pytest

from builders import JSON, a_body, a_scenario
from fake import Mock, Sandbox

STAY = {"booked": True, "start_at": "2030-09-01T16:00:00Z", "end_at": "2030-09-08T10:00:00Z"}
SWIKLY = "smily_damage_deposit_with_swikly"
NOT_INCLUDED = "is not included in the list"


@pytest.fixture
def agency(mock: Mock) -> Sandbox:
    return mock.sandbox(a_scenario())


def written(sandbox: Sandbox, **attributes: object) -> JSON:
    """The record of a new booking that has these attributes."""
    answer = sandbox.api.post("/rentals/16/bookings", a_body("bookings", **STAY | attributes))
    assert answer.status == 201, answer.errors
    return answer.record


@pytest.mark.parametrize(
    ("attributes", "field", "title"),
    [
        ({"currency": "XXX"}, "currency", NOT_INCLUDED),
        ({"currency": "eur"}, "currency", NOT_INCLUDED),
        ({"expected_checkin_time": "in the afternoon"}, "expected_checkin_time", "is invalid"),
        ({"expected_checkin_time": "25:00"}, "expected_checkin_time", "is invalid"),
        ({"expected_checkout_time": "10:60"}, "expected_checkout_time", "is invalid"),
        ({"damage_deposit": "-0.5"}, "damage_deposit", "must be greater than or equal to 0"),
        ({"damage_deposit_collection_method": "cash"}, "damage_deposit_collection_method", NOT_INCLUDED),
        (
            {"damage_deposit_external_collection_method_name": "Cash"},
            "damage_deposit_external_collection_method_name",
            "must be blank",
        ),
        (
            {"damage_deposit_collection_method": SWIKLY, "charge_damage_deposit_on_arrival": True},
            "charge_damage_deposit_on_arrival",
            NOT_INCLUDED,
        ),
        ({"commission": "10.0"}, "final_price", "can't be blank"),
        ({"downpayment": "10.0"}, "final_price", "can't be blank"),
        ({"final_price": "100.0", "final_payback_to_owner": "100"}, "final_payback_to_owner", "must be less than 100.0"),
        ({"initial_price": "90.0", "rental_payback_to_owner": "90.5"}, "rental_payback_to_owner", "must be less than 90.0"),
        ({"rental_payback_to_owner": "-1"}, "rental_payback_to_owner", "must be greater than or equal to 0"),
        ({"notes": "x" * 6001}, "notes", "is too long (maximum is 6000 characters)"),
        ({"booked": False, "tentative_expires_at": "2030-06-01T12:00:00Z"}, "tentative_expires_at", "must be in the future"),
    ],
)
def test_a_booking_that_breaks_a_constraint_is_refused(agency: Sandbox, attributes: JSON, field: str, title: str) -> None:
    answer = agency.api.post("/rentals/16/bookings", a_body("bookings", **STAY | attributes))

    assert answer.status == 422
    assert answer.errors == [{"code": "validation_failed", "field": field, "title": title}]


@pytest.mark.parametrize(
    "attributes",
    [
        {"currency": "JPY"},
        {"currency": ""},
        {"currency": None},
        {"expected_checkin_time": "12", "expected_checkout_time": "9:30"},
        {"expected_checkin_time": "", "expected_checkout_time": None},
        {"damage_deposit": "0.0", "damage_deposit_collection_method": "with_smily"},
        {"damage_deposit_collection_method": "external", "damage_deposit_external_collection_method_name": "Cash"},
        {"damage_deposit_collection_method": SWIKLY, "charge_damage_deposit_on_arrival": False},
        {"final_price": "100.0", "commission": "10.0", "downpayment": "30.0", "final_payback_to_owner": "99.99"},
        {"initial_price": "90.0", "rental_payback_to_owner": "0.0"},
        {"notes": "x" * 6000},
        {"booked": False, "tentative_expires_at": "2030-06-01T12:00:01Z"},
    ],
)
def test_a_booking_at_the_limits_is_accepted(agency: Sandbox, attributes: JSON) -> None:
    record = written(agency, **attributes)

    assert record | attributes == record


def test_a_change_is_held_against_what_the_booking_has_already(agency: Sandbox) -> None:
    url = f"/bookings/{written(agency, final_price='100.0', commission='10.0')['id']}"

    without_price, too_much, both = (
        agency.api.put(url, a_body("bookings", **changes))
        for changes in ({"final_price": None}, {"final_payback_to_owner": "100"}, {"final_price": None, "commission": None})
    )

    assert [(error["field"], error["title"]) for error in without_price.errors] == [("final_price", "can't be blank")]
    assert [(error["field"], error["title"]) for error in too_much.errors] == [("final_payback_to_owner", "must be less than 100.0")]
    assert both.status == 200


def test_a_hold_that_is_over_does_not_forbid_other_changes(agency: Sandbox) -> None:
    record = written(agency, booked=False, tentative_expires_at="2030-06-02")
    agency.advance("2d")

    again = agency.api.put(f"/bookings/{record['id']}", a_body("bookings", notes="Call them", tentative_expires_at="2030-06-02"))

    assert (again.status, again.record["status"]) == (200, "Tentative")


# Locks


def test_an_application_may_lock_its_booking_to_another_or_to_none(agency: Sandbox) -> None:
    url = f"/bookings/{written(agency)['id']}"

    others, nobodys = (
        agency.api.put(url, a_body("bookings", locked=locked)).record["locked"] for locked in ("doorkeeper/application-65", None)
    )

    assert (others, nobodys) == ("doorkeeper/application-65", None)


@pytest.mark.parametrize(
    ("locked", "status"), [("doorkeeper/application-17", 422), ("doorkeeper/application-18", 200), ("", 200), (None, 200)]
)
def test_a_lock_lets_in_the_application_that_it_names(mock: Mock, locked: object, status: int) -> None:
    applications = [{"id": 17, "name": "Mine", "client": True}, {"id": 18, "name": "Theirs"}]
    sandbox = mock.sandbox(a_scenario(applications=applications))
    record = written(sandbox, locked=locked)

    changed = sandbox.api_with("bookings_write", application_id=18).put(f"/bookings/{record['id']}", a_body("bookings", notes="x"))

    assert record["locked"] == locked
    assert changed.status == status


# Inquiries and clients

JOHN = {"firstname": "John", "lastname": "Smith", "email": "john@example.com", "start_at": "2030-12-12", "end_at": "2030-12-13"}


@pytest.mark.parametrize(
    ("attributes", "problems"),
    [
        ({"phone": "call me", "country_code": "FR"}, [("phone", "is invalid")]),
        ({"phone": "1", "country_code": "ZZ"}, [("country_code", NOT_INCLUDED)]),
        ({"phone": "1", "country_code": ""}, [("country_code", "can't be blank")]),
        ({"start_at": "2030-05-30"}, [("start_at", "must be in the future")]),
        ({"start_at": "2030-05-29", "end_at": "2030-05-30"}, [("start_at", "must be in the future"), ("end_at", "must be in the future")]),
    ],
)
def test_an_inquiry_that_breaks_a_constraint_is_refused(agency: Sandbox, attributes: JSON, problems: list[tuple[str, str]]) -> None:
    answer = agency.api.post("/rentals/16/inquiries", a_body("inquiries", **JOHN | attributes))

    assert answer.status == 422
    assert [(error["field"], error["title"]) for error in answer.errors] == problems


def test_an_inquiry_may_be_written_with_its_lock_which_then_stays(agency: Sandbox) -> None:
    attributes = {"phone": "+33 (0)6 00-00.00 Ext 7", "country_code": "FR", "locked": None}
    made = agency.api.post("/rentals/16/inquiries", a_body("inquiries", **JOHN | attributes)).record

    changed = agency.api.put(f"/inquiries/{made['id']}", a_body("inquiries", locked="doorkeeper/application-65")).record

    assert made | attributes == made
    assert changed["locked"] is None


def test_a_scenario_may_hold_an_inquiry_about_the_past(mock: Mock) -> None:
    inquiry = JOHN | {"rental": 16, "start_at": "-10d", "end_at": "-8d"}

    sandbox = mock.sandbox(a_scenario(inquiries=[inquiry]))

    assert sandbox.api.put("/inquiries/1", a_body("inquiries", message="When was it?")).status == 200


@pytest.mark.parametrize("attribute", ["firstname", "lastname"])
def test_a_clients_names_have_150_characters_at_most(agency: Sandbox, attribute: str) -> None:
    answer = agency.api.post("/clients", a_body("clients", fullname="Ada", **{attribute: "x" * 151}))

    assert answer.errors == [{"code": "validation_failed", "field": attribute, "title": "is too long (maximum is 150 characters)"}]
    assert agency.api.post("/clients", a_body("clients", fullname="Ada", **{attribute: "x" * 150})).status == 201


# What OpenAPI says of it


def test_the_openapi_document_lists_each_refusal_with_its_source(mock: Mock) -> None:
    paths = mock.caller(base="").get("/openapi.json").json["paths"]

    found = paths["/api/v3/rentals/{rental_id}/bookings"]["post"]["responses"]["422"]["x-refusals"]

    recorded = [(refusal["field"], refusal["title"]) for refusal in found if refusal["x-fidelity"] == "recorded"]
    assert ("start_at", "is within a used period") in recorded
    assert ("end_at", "is within a used period") in recorded
    assert ("final_price", "can't be blank") in [
        (refusal["field"], refusal["title"]) for refusal in found if refusal["x-source"] == "/reference/endpoints/bookings"
    ]
    assert all(refusal["when"] for refusal in found)
