"""What bookings and inquiries must hold to beyond the kinds of their attributes."""

from inbox_mock.domain.enumerations import SWIKLY
from inbox_mock.domain.fidelity import recorded
from inbox_mock.resources.constraints import Constraint, in_future, less_than, required_with
from inbox_mock.resources.declaration import ON_ITS_PAGE

USED = "is within a used period"
NOT_AFTER_START = "must be after start_at"
NO_STATE = "can't be blank. Set either booked, tentative_expires_at or unavailable attributes"
SEVERAL_STATES = "is invalid. Set only one of booked, tentative_expires_at and unavailable"
RECORDED_BY_CLIENT = recorded("a public PHP client tests for this answer")
WITHIN = "it lies within another stay in the rental; assumed: also if the stay holds another one whole"

OF_BOOKINGS = (
    *(Constraint(end, USED, WITHIN, RECORDED_BY_CLIENT) for end in ("start_at", "end_at")),
    Constraint("end_at", NOT_AFTER_START, "it is not after start_at", ON_ITS_PAGE),
    Constraint("status", NO_STATE, "none of the three is set", RECORDED_BY_CLIENT),
    Constraint("status", SEVERAL_STATES, "more than one of the three is set", ON_ITS_PAGE),
    in_future("tentative_expires_at", ON_ITS_PAGE),
    required_with("final_price", ("commission", "downpayment"), ON_ITS_PAGE),
    less_than("final_payback_to_owner", "final_price", ON_ITS_PAGE),
    less_than("rental_payback_to_owner", "initial_price", ON_ITS_PAGE),
    Constraint(
        "damage_deposit_external_collection_method_name",
        "must be blank",
        "damage_deposit_collection_method is not external",
        ON_ITS_PAGE,
        among=("damage_deposit_external_collection_method_name", "damage_deposit_collection_method"),
        broken=lambda booking, _: (
            bool(booking.get("damage_deposit_external_collection_method_name"))
            and booking.get("damage_deposit_collection_method") != "external"
        ),
    ),
    Constraint(
        "charge_damage_deposit_on_arrival",
        "is not included in the list",
        f"it is true, and damage_deposit_collection_method is {SWIKLY}",
        ON_ITS_PAGE,
        among=("charge_damage_deposit_on_arrival", "damage_deposit_collection_method"),
        broken=lambda booking, _: (
            bool(booking.get("charge_damage_deposit_on_arrival")) and booking.get("damage_deposit_collection_method") == SWIKLY
        ),
    ),
)
OF_INQUIRIES = (
    Constraint("end_at", NOT_AFTER_START, "it is not after start_at", ON_ITS_PAGE),
    in_future("start_at", ON_ITS_PAGE, instant="start_at_global"),
    in_future("end_at", ON_ITS_PAGE, instant="end_at_global"),
    required_with("country_code", ("phone",), ON_ITS_PAGE),
)
