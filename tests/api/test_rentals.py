"""What /rentals shows of a rental: what the scenario says of it, and believable values for what it leaves out."""

from typing import Any

import pytest

from builders import a_scenario
from fake import Mock
from inbox_mock.client import AdminError

# The documentation's sample with the scopes rentals_read and rentals_write, in our own words, and what its tables have beyond it.
SAMPLE: dict[str, Any] = {
    "name": "Chalet Les Robles",
    "headline": {"en": "A chalet in Névache", "fr": "Un chalet à Névache"},
    "summary": {"en": "Peace and sun."},
    "description": {"en": "For nine people, with a garden."},
    "rental_type": "chalet",
    "management_type": "non_professional",
    "downpayment": 40,
    "bedrooms_count": 5,
    "sleeps": 9,
    "sleeps_max": 10,
    "bathrooms_count": 3,
    "surface": 120,
    "surface_unit": "imperial",
    "bookable_online": True,
    "min_price": "490.0",
    "max_price": "710.0",
    "base_rate": "705.5",
    "base_rate_kind": "nightly",
    "currency": "USD",
    "price_public_notes": {"en": None},
    "lat": 45.02,
    "lng": -6.6,
    "city": "Névache",
    "state": "Hautes-Alpes",
    "country_code": "FR",
    "contact_name": "Jan Kowalski",
    "reviews_count": 3,
    "reviews_average_rating": "4.5",
    "address1": "1 chemin des Marmottes",
    "address2": "Bâtiment B",
    "zip": "05100",
    "residency_category": "secondary_residence",
    "checkin_details": {"en": "Ring the bell."},
    "checkout_details": {"en": "Close the windows."},
    "checkin_time": 15,
    "checkout_time": 11,
    "initial_price": 800,
    "final_price": 700,
    "position": 4,
    "notes": "The boiler is old.",
    "absolute_min_price": "300.0",
    "mid_term_pricing_active": True,
    "stories_count": 2,
    "floor": "A",
    "nightly_rates_managed_externally": True,
    "website_url": {"en": "https://example.com/en/chalet"},
    "certifications": {"meubles_de_tourisme": "3_etoiles"},
    "balance_due": 14,
    "checkin_type": "self_checkin",
    "checkin_end_time": 21,
    "damage_deposit": "250.0",
    "charge_damage_deposit_on_arrival": False,
    "damage_deposit_collection_method": "external",
    "damage_deposit_external_collection_method_name": "Cheque",
    "permit_issue_date": "2021-06-01T00:00:00Z",
    "permit_number": "05100-7",
    "rounding_kind": "round-up",
    "bookable_on_request": False,
    "instantly_bookable": True,
    "full_bathrooms_count": 2,
    "standalone_toilets_count": 1,
    "vr_bathrooms_count": 2.5,
    "absolute_min_stay": 3,
    "public_notes": "No parties.",
    "refund_damage_deposit_after": 10,
    "owner_fullname": "Marta Lisowska",
    "owner_email": "marta@example.com",
    "owner_notes": "Calls on Fridays.",
}
TIMES = {"created_at": "2027-02-03T04:05:06Z", "updated_at": "2030-05-31T12:00:00Z", "published_at": "2028-01-01T00:00:00Z"}


def rental(mock: Mock, **attributes: Any) -> dict[str, Any]:
    return mock.sandbox(a_scenario(rentals=[{"id": 16, **attributes}])).api.get("/rentals/16").record


@pytest.mark.both_transports
def test_a_scenario_sets_every_attribute(mock: Mock) -> None:
    wanted = SAMPLE | TIMES

    shown = rental(mock, **wanted)

    assert {name: shown[name] for name in wanted} == wanted
    assert shown.keys() - wanted == {"links", "id"}


def test_a_rentals_times_may_be_offsets_from_the_start_and_lie_before_it(mock: Mock) -> None:
    assert rental(mock, updated_at="-2h")["updated_at"] == "2030-06-01T10:00:00Z"
    with pytest.raises(AdminError, match="a time up to the start"):
        rental(mock, updated_at="+2h")


@pytest.mark.parametrize("name", SAMPLE)
def test_an_attribute_alone_is_shown_as_it_was_set(mock: Mock, name: str) -> None:
    assert rental(mock, **{name: SAMPLE[name]})[name] == SAMPLE[name]


def test_a_rental_of_which_nothing_is_said_has_prices_and_rooms(mock: Mock) -> None:
    shown = rental(mock)

    assert (shown["position"], shown["base_rate"], shown["base_rate_kind"], shown["currency"]) == (1, "700.0", "weekly", "EUR")
    assert shown["bedrooms_count"] > 0
    assert shown["address1"] is None
    assert shown["headline"].keys() == shown["description"].keys() == {"en"}


def test_rentals_follow_each_other_in_the_list_of_their_account(mock: Mock) -> None:
    rentals = [{"id": 16}, {"id": 17}, {"id": 18, "account": 2}, {"id": 19, "position": 9}]
    sandbox = mock.sandbox({"accounts": [{"id": 1}, {"id": 2}], "rentals": rentals})

    first, second = sandbox.api.get("/rentals").records, sandbox.api_with("public", account_id=2).get("/rentals").records

    assert [record["position"] for record in first] == [1, 2, 9]
    assert [record["position"] for record in second] == [1]


def test_prices_follow_the_base_rate_unless_they_are_given(mock: Mock) -> None:
    shown = rental(mock, base_rate="900.0", min_price="600.0")

    assert (shown["min_price"], shown["max_price"]) == ("600.0", "900.0")


@pytest.mark.parametrize(("toilets", "full", "counted"), [(0, 3, 3), (1, 2, 2.5)])
def test_a_toilet_on_its_own_counts_half_a_bathroom(mock: Mock, toilets: int, full: int, counted: float) -> None:
    shown = rental(mock, bathrooms_count=3, standalone_toilets_count=toilets)

    assert (shown["full_bathrooms_count"], shown["vr_bathrooms_count"]) == (full, counted)
    assert type(shown["vr_bathrooms_count"]) is type(counted)


@pytest.mark.parametrize("name", ["city", "sleeps", "lat", "absolute_min_price", "owner_email", "final_price"])
def test_what_is_not_known_of_a_rental_is_null(mock: Mock, name: str) -> None:
    assert rental(mock)[name] is None
    assert rental(mock, **{name: None})[name] is None


def test_fields_and_include_work_on_attributes_without_a_column(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(rentals=[{"id": 16, **SAMPLE}]))

    record = sandbox.api.get("/rentals/16", fields="address1,surface", include="photos,availability").record

    assert record == {
        "links": record["links"], "id": 16, "surface": 120, "address1": "1 chemin des Marmottes", "photos": [], "availability": None,
    }  # fmt: skip
