"""Bookings and what belongs to them: inquiries, sources.

Start and end of a booking are the rental's wall-clock times with a false ``Z``.
"""

from inbox_mock.domain.enumerations import (
    APPLICATION,
    BOOKING_STATUSES,
    COLLECTION_METHODS,
    COUNTRIES,
    CURRENCIES,
    SWIKLY,
    USER,
)
from inbox_mock.domain.fidelity import assumed, documented, recorded
from inbox_mock.resources.constraints import Constraint, in_future, less_than, required_with
from inbox_mock.resources.declaration import ON_ITS_PAGE, STAMPS, Attribute, Link, Resource, Write, absent
from inbox_mock.resources.field_types import Kind, amount, boolean, choice, decimal, email, integer, record_id, record_ids, text, time

BOOKINGS_RECORDED = recorded("bookings")

PRICES_READ = ("paid_amount", "payment_left_to_collect", "authorized_amount", "paid_or_authorized_amount")
TIME_OF_DAY = r"(([01]?[0-9]|2[0-3])(:[0-5][0-9])?)?"
PHONE = r"\+?[ -.0-9EXText]*"
CANCELLATION = ("cancelation_reason", "cancelation_message_to_guest", "cancelation_message_to_channel")

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
"""What bookings must hold to beyond the kinds of their attributes, as inquiries to what follows."""
OF_INQUIRIES = (
    Constraint("end_at", NOT_AFTER_START, "it is not after start_at", ON_ITS_PAGE),
    in_future("start_at", ON_ITS_PAGE, instant="start_at_global"),
    in_future("end_at", ON_ITS_PAGE, instant="end_at_global"),
    required_with("country_code", ("phone",), ON_ITS_PAGE),
)


def _local(name: str, example: str) -> Attribute:
    return Attribute(
        name,
        time(local=True),
        ON_ITS_PAGE,
        write=Write.ALWAYS,
        required=True,
        public=True,
        example=example,
        note="The rental's local time, written with a false Z. Assumed: with an offset, it is that instant.",
    )


def _optional(names: tuple[str, ...], kind: Kind, write: Write) -> tuple[Attribute, ...]:
    return tuple(Attribute(name, kind, ON_ITS_PAGE, null=True, write=write) for name in names)


INQUIRIES_RECORDED = recorded("inquiries, 2016")

DECLARED = (
    Resource(
        name="booking",
        plural="bookings",
        page="/reference/endpoints/bookings",
        read_scopes=("public",),
        write_scopes=("bookings_write", "bookings_write_owned"),
        full_scopes=("bookings_read",),
        owner_scopes=("bookings_write_owned",),
        needs=(("booked",), ("unavailable",), ("tentative_expires_at",)),
        note="Lists show future bookings that are not cancelled, unless filters say otherwise. Assumed: a cancelled one can be updated.",
        attributes=(
            _local("start_at", "2030-07-01T16:00:00Z"),
            _local("end_at", "2030-07-08T10:00:00Z"),
            Attribute("start_at_global", time(), ON_ITS_PAGE, public=True, note="The true instant."),
            Attribute("end_at_global", time(), ON_ITS_PAGE, public=True, note="The true instant."),
            Attribute("status", choice(BOOKING_STATUSES), ON_ITS_PAGE, public=True),
            Attribute("reference", text(), ON_ITS_PAGE, public=True, example="0000EG"),
            Attribute("owned_by_app", boolean(), public=True, fidelity=BOOKINGS_RECORDED),
            Attribute(
                "booked", boolean(), ON_ITS_PAGE, write=Write.ALWAYS, note="Exactly one of booked, unavailable, tentative_expires_at."
            ),
            Attribute("unavailable", boolean(), ON_ITS_PAGE, write=Write.ALWAYS),
            Attribute("tentative_expires_at", time(), ON_ITS_PAGE, null=True, write=Write.ALWAYS),
            Attribute("client_id", record_id(), ON_ITS_PAGE, null=True, read=False, write=Write.ALWAYS),
            Attribute("source_id", record_id(), ON_ITS_PAGE, null=True, read=False, write=Write.ALWAYS),
            Attribute("bookings_tag_ids", record_ids(), ON_ITS_PAGE, read=False, write=Write.ALWAYS, example=[1, 2]),
            Attribute("adults", integer(0), ON_ITS_PAGE, null=True, write=Write.ALWAYS),
            Attribute("children", integer(0), ON_ITS_PAGE, null=True, write=Write.ALWAYS),
            Attribute("currency", choice(CURRENCIES, blank=True), ON_ITS_PAGE, null=True, write=Write.ALWAYS, example="EUR"),
            *_optional(("initial_price",), decimal(), Write.ALWAYS),
            Attribute("initial_rental_price", decimal(), ON_ITS_PAGE, null=True, note="Another name of initial_price."),
            *_optional(("final_price",), decimal(), Write.ALWAYS),
            Attribute("final_rental_price", decimal(), assumed("final_price: a booking has no fees and taxes here"), null=True),
            *_optional(("final_payback_to_owner",), decimal(), Write.ALWAYS),
            *_optional(("rental_payback_to_owner",), decimal(low=0), Write.ALWAYS),
            *_optional(("channel_price", "commission"), decimal(), Write.ALWAYS),
            Attribute(
                "discount", amount(), ON_ITS_PAGE, null=True, write=Write.ALWAYS, example="10%", note="Blank, an amount, or a percentage."
            ),
            *_optional(("downpayment",), decimal(), Write.ALWAYS),
            *_optional(("damage_deposit",), decimal(low=0), Write.ALWAYS),
            *_optional(PRICES_READ, decimal(), Write.NEVER),
            Attribute("reconciliation", decimal(), ON_ITS_PAGE, null=True, write=Write.ALWAYS),
            Attribute("bookings_payments_count", integer(), ON_ITS_PAGE, note="Always 0: bookings have no payments here."),
            Attribute("review_requests_count", integer(), ON_ITS_PAGE, note="Always 0: nobody asks for reviews here."),
            Attribute("payment_url", text(), ON_ITS_PAGE, null=True, note="Always null."),
            Attribute(
                "imported",
                boolean(),
                write=Write.ALWAYS,
                note="Whether it came from a channel.",
                fidelity=assumed("in the tables, in no sample or recording: true for the bookings of channels that open conversations"),
            ),
            Attribute("charge_damage_deposit_on_arrival", boolean(), ON_ITS_PAGE, null=True, write=Write.ALWAYS),
            *_optional(("damage_deposit_collection_method",), choice(COLLECTION_METHODS), Write.ALWAYS),
            *_optional(("damage_deposit_external_collection_method_name", "door_key_code"), text(), Write.ALWAYS),
            *_optional(("expected_checkin_time", "expected_checkout_time"), text(pattern=TIME_OF_DAY), Write.ALWAYS),
            *_optional(("external_reference",), text(), Write.ALWAYS),
            Attribute("notes", text(6000), ON_ITS_PAGE, null=True, write=Write.ALWAYS),
            *_optional(("cancelation_reason",), text(), Write.UPDATE),
            *_optional(CANCELLATION[1:], text(), Write.NEVER),
            Attribute(
                "locked",
                text(),
                null=True,
                write=Write.ALWAYS,
                example="doorkeeper/application-17",
                fidelity=BOOKINGS_RECORDED,
                note="Assumed: besides the application that made the booking, only the one named here may change it.",
            ),
            Attribute(
                "canceled_at",
                time(),
                null=True,
                note="Read only: DELETE cancels.",
                fidelity=assumed("its page calls it writable and does not say what writing it does: it is ignored"),
            ),
            *_optional(("contract_updated_at", "balance_due_at"), time(), Write.NEVER),
            Attribute("booked_at", time(), ON_ITS_PAGE, null=True, read=False, write=Write.ALWAYS),
            Attribute("created_by_id", record_id(), ON_ITS_PAGE, null=True),
            Attribute("created_by_type", choice((APPLICATION, USER)), ON_ITS_PAGE, null=True),
            Attribute("created_at", time(), ON_ITS_PAGE),
            Attribute("updated_at", time(), ON_ITS_PAGE, public=True),
        ),
        links=(
            Link("account", "accounts", public=True, fidelity=BOOKINGS_RECORDED),
            Link("rental", "rentals", public=True, fidelity=BOOKINGS_RECORDED),
            Link("client", "clients", null=True, fidelity=BOOKINGS_RECORDED),
            Link("inquiry", "inquiries", null=True, fidelity=BOOKINGS_RECORDED),
            absent("rental_agreement", "rental_agreements", many=False),
            Link("source", "sources", null=True, fidelity=BOOKINGS_RECORDED),
            absent("bookings_fees", many=True),
            absent("bookings_payments", many=True),
            absent("bookings_taxes", many=True),
            Link(
                "bookings_tags",
                "bookings_tags",
                many=True,
                public=True,
                fidelity=assumed(
                    "as written in bookings_tag_ids: the fake has no tags, so any id will do, and the template leads to a 404"
                ),
            ),
            absent("booking_comments", many=True),
            Link(
                "conversations",
                "conversations",
                many=True,
                templates=(),
                fidelity=documented("/reference/endpoints/bookings: the sample has the link and no template for it"),
            ),
            absent("payments", many=True),
            absent("rentals_tags", many=True, public=True),
            absent("discount_code_usage", "discount_code_usages", many=False, public=True),
        ),
        constraints=OF_BOOKINGS,
    ),
    Resource(
        name="inquiry",
        plural="inquiries",
        page="/reference/endpoints/inquiries",
        read_scopes=("inquiries_read", "inquiries_write", "inquiries_write_owned"),
        write_scopes=("inquiries_write", "inquiries_write_owned"),
        note="Times are moved to the rental's check-in and check-out hours.",
        attributes=(
            Attribute("firstname", text(50), ON_ITS_PAGE, write=Write.ALWAYS, required=True, example="John"),
            Attribute("lastname", text(99), ON_ITS_PAGE, write=Write.ALWAYS, required=True, example="Smith"),
            Attribute("email", email(), ON_ITS_PAGE, write=Write.ALWAYS, required=True, example="john@example.com"),
            Attribute(
                "country_code", choice(COUNTRIES, blank=True), ON_ITS_PAGE, null=True, write=Write.ALWAYS, note="Needed with a phone."
            ),
            Attribute("phone", text(pattern=PHONE), ON_ITS_PAGE, null=True, write=Write.ALWAYS),
            Attribute("start_at", time(local=True), ON_ITS_PAGE, write=Write.ALWAYS, required=True, example="2030-07-01T16:00:00Z"),
            Attribute("end_at", time(local=True), ON_ITS_PAGE, write=Write.ALWAYS, required=True, example="2030-07-08T10:00:00Z"),
            Attribute("adults", integer(1), ON_ITS_PAGE, null=True, write=Write.ALWAYS),
            Attribute("children", integer(0), ON_ITS_PAGE, null=True, write=Write.ALWAYS),
            Attribute("message", text(500), ON_ITS_PAGE, null=True, write=Write.ALWAYS),
            Attribute("source_id", record_id(), ON_ITS_PAGE, null=True, read=False, write=Write.ALWAYS),
            Attribute("rental_id", record_id(), ON_ITS_PAGE, read=False, write=Write.UPDATE),
            Attribute("accept_privacy_policy", boolean(), ON_ITS_PAGE, read=False, write=Write.CREATE),
            Attribute("locked", text(), null=True, write=Write.CREATE, example="doorkeeper/application-17", fidelity=INQUIRIES_RECORDED),
            *STAMPS,
        ),
        links=(
            Link("account", "accounts", ON_ITS_PAGE),
            Link("rental", "rentals", fidelity=INQUIRIES_RECORDED),
            Link("source", "sources", null=True, fidelity=INQUIRIES_RECORDED),
            Link("booking", "bookings", null=True, fidelity=INQUIRIES_RECORDED),
            Link("conversation", "conversations", ON_ITS_PAGE, null=True),
        ),
        constraints=OF_INQUIRIES,
    ),
    Resource(
        name="source",
        plural="sources",
        page="/reference/endpoints/sources",
        read_scopes=("bookings_read", "bookings_write", "bookings_write_owned"),
        write_scopes=("bookings_write", "bookings_write_owned"),
        attributes=(
            Attribute("name", text(50, printable=True), ON_ITS_PAGE, write=Write.ALWAYS, required=True, example="Website"),
            Attribute("position", integer(), ON_ITS_PAGE, write=Write.ALWAYS),
            Attribute("internal", boolean(), ON_ITS_PAGE, note="Nothing can be associated with an internal source: 422."),
            *STAMPS,
        ),
        links=(
            Link("account", "accounts", fidelity=recorded("sources")),
            Link("bookings", "bookings", many=True, fidelity=recorded("sources")),
        ),
    ),
)
