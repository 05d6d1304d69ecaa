"""Bookings and what belongs to them: inquiries, sources, rentals.

Start and end of a booking are the rental's wall-clock times with a false ``Z``.
"""

from inbox_mock.domain.enumerations import APPLICATION, BOOKING_STATUSES, USER
from inbox_mock.domain.fidelity import assumed, documented, recorded
from inbox_mock.resources.declaration import Attribute, Link, Resource, Write, stamps
from inbox_mock.resources.field_types import Kind, boolean, choice, decimal, email, integer, record_id, structure, text, time

# What the page of each resource documents.
BOOKINGS = documented("/reference/endpoints/bookings")
INQUIRIES = documented("/reference/endpoints/inquiries")
SOURCES = documented("/reference/endpoints/sources")
RENTALS = documented("/reference/endpoints/rentals")

BOOKINGS_RECORDED = recorded("bookings")

PRICES_WRITTEN = (
    "initial_price",
    "initial_rental_price",
    "final_price",
    "final_rental_price",
    "final_payback_to_owner",
    "rental_payback_to_owner",
    "channel_price",
    "commission",
    "discount",
    "downpayment",
    "damage_deposit",
)
PRICES_READ = ("paid_amount", "payment_left_to_collect", "authorized_amount", "paid_or_authorized_amount")
TEXTS_WRITTEN = (
    "damage_deposit_collection_method",
    "damage_deposit_external_collection_method_name",
    "door_key_code",
    "expected_checkin_time",
    "expected_checkout_time",
    "external_reference",
)
CANCELLATION = ("cancelation_reason", "cancelation_message_to_guest", "cancelation_message_to_channel")


def _local(name: str, example: str) -> Attribute:
    return Attribute(
        name=name,
        kind=time(),
        write=Write.ALWAYS,
        required=True,
        public=True,
        example=example,
        note="The rental's local time, written with a false Z.",
        fidelity=BOOKINGS,
    )


def _optional(names: tuple[str, ...], kind: Kind, write: Write) -> tuple[Attribute, ...]:
    return tuple(Attribute(name=name, kind=kind, null=True, write=write, fidelity=BOOKINGS) for name in names)


def _absent(name: str, *, many: bool, public: bool = False) -> Link:
    return Link(
        name=name,
        target="",
        many=many,
        null=not many,
        public=public,
        served=False,
        fidelity=assumed("out of scope for an inbox: always empty here"),
    )


INQUIRIES_RECORDED = recorded("inquiries, 2016")

DECLARED = (
    Resource(
        name="booking",
        plural="bookings",
        path="bookings",
        page=BOOKINGS.source,
        view="booking_records",
        read_scopes=("public",),
        write_scopes=("bookings_write", "bookings_write_owned"),
        full_scopes=("bookings_read",),
        owner_scopes=("bookings_write_owned",),
        needs=(("booked",), ("unavailable",), ("tentative_expires_at",)),
        note="Lists show future bookings that are not cancelled, unless filters say otherwise.",
        attributes=(
            _local("start_at", "2030-07-01T16:00:00Z"),
            _local("end_at", "2030-07-08T10:00:00Z"),
            Attribute(name="start_at_global", kind=time(), public=True, note="The true instant.", fidelity=BOOKINGS),
            Attribute(name="end_at_global", kind=time(), public=True, note="The true instant.", fidelity=BOOKINGS),
            Attribute(name="status", kind=choice(BOOKING_STATUSES), public=True, fidelity=BOOKINGS),
            Attribute(name="reference", kind=text(), public=True, example="0000EG", fidelity=BOOKINGS),
            Attribute(name="owned_by_app", kind=boolean(), public=True, fidelity=BOOKINGS_RECORDED),
            Attribute(
                name="booked",
                kind=boolean(),
                write=Write.ALWAYS,
                note="Exactly one of booked, unavailable, tentative_expires_at.",
                fidelity=BOOKINGS,
            ),
            Attribute(name="unavailable", kind=boolean(), write=Write.ALWAYS, fidelity=BOOKINGS),
            Attribute(name="tentative_expires_at", kind=time(), null=True, write=Write.ALWAYS, fidelity=BOOKINGS),
            Attribute(name="client_id", kind=record_id(), null=True, read=False, write=Write.ALWAYS, fidelity=BOOKINGS),
            Attribute(name="source_id", kind=record_id(), null=True, read=False, write=Write.ALWAYS, fidelity=BOOKINGS),
            Attribute(name="adults", kind=integer(0), null=True, write=Write.ALWAYS, fidelity=BOOKINGS),
            Attribute(name="children", kind=integer(0), null=True, write=Write.ALWAYS, fidelity=BOOKINGS),
            Attribute(name="currency", kind=text(3), write=Write.ALWAYS, example="EUR", fidelity=BOOKINGS),
            *_optional(PRICES_WRITTEN, decimal(), Write.ALWAYS),
            *_optional(PRICES_READ, decimal(), Write.NEVER),
            Attribute(name="charge_damage_deposit_on_arrival", kind=boolean(), null=True, write=Write.ALWAYS, fidelity=BOOKINGS),
            *_optional(TEXTS_WRITTEN, text(), Write.ALWAYS),
            Attribute(name="notes", kind=text(6000), null=True, write=Write.ALWAYS, fidelity=BOOKINGS),
            *_optional(CANCELLATION, text(), Write.NEVER),
            Attribute(name="locked", kind=text(), null=True, example="doorkeeper/application-17", fidelity=BOOKINGS_RECORDED),
            *_optional(("canceled_at", "contract_updated_at", "balance_due_at"), time(), Write.NEVER),
            Attribute(name="created_by_id", kind=record_id(), null=True, fidelity=BOOKINGS),
            Attribute(name="created_by_type", kind=choice((APPLICATION, USER)), null=True, fidelity=BOOKINGS),
            Attribute(name="created_at", kind=time(), fidelity=BOOKINGS),
            Attribute(name="updated_at", kind=time(), public=True, fidelity=BOOKINGS),
        ),
        links=(
            Link(name="account", target="accounts", public=True, fidelity=BOOKINGS_RECORDED),
            Link(name="rental", target="rentals", public=True, fidelity=BOOKINGS_RECORDED),
            Link(name="client", target="clients", null=True, fidelity=BOOKINGS_RECORDED),
            Link(name="inquiry", target="inquiries", null=True, fidelity=BOOKINGS_RECORDED),
            _absent("rental_agreement", many=False),
            Link(name="source", target="sources", null=True, fidelity=BOOKINGS_RECORDED),
            _absent("bookings_fees", many=True),
            _absent("bookings_payments", many=True),
            _absent("bookings_taxes", many=True),
            _absent("bookings_tags", many=True, public=True),
            _absent("booking_comments", many=True),
            Link(
                name="conversations",
                target="conversations",
                many=True,
                templates=(),
                fidelity=documented("/reference/endpoints/bookings: the sample has the link and no template for it"),
            ),
            _absent("payments", many=True),
            _absent("rentals_tags", many=True, public=True),
            _absent("discount_code_usage", many=False, public=True),
        ),
    ),
    Resource(
        name="inquiry",
        plural="inquiries",
        path="inquiries",
        page=INQUIRIES.source,
        view="inquiry_records",
        read_scopes=("inquiries_read", "inquiries_write", "inquiries_write_owned"),
        write_scopes=("inquiries_write", "inquiries_write_owned"),
        note="Times are moved to the rental's check-in and check-out hours.",
        attributes=(
            Attribute(name="firstname", kind=text(50), write=Write.ALWAYS, required=True, example="John", fidelity=INQUIRIES),
            Attribute(name="lastname", kind=text(99), write=Write.ALWAYS, required=True, example="Smith", fidelity=INQUIRIES),
            Attribute(name="email", kind=email(), write=Write.ALWAYS, required=True, example="john@example.com", fidelity=INQUIRIES),
            Attribute(name="country_code", kind=text(), null=True, write=Write.ALWAYS, note="Needed with a phone.", fidelity=INQUIRIES),
            Attribute(name="phone", kind=text(), null=True, write=Write.ALWAYS, fidelity=INQUIRIES),
            Attribute(name="start_at", kind=time(), write=Write.ALWAYS, required=True, example="2030-07-01T16:00:00Z", fidelity=INQUIRIES),
            Attribute(name="end_at", kind=time(), write=Write.ALWAYS, required=True, example="2030-07-08T10:00:00Z", fidelity=INQUIRIES),
            Attribute(name="adults", kind=integer(1), null=True, write=Write.ALWAYS, fidelity=INQUIRIES),
            Attribute(name="children", kind=integer(0), null=True, write=Write.ALWAYS, fidelity=INQUIRIES),
            Attribute(name="message", kind=text(500), null=True, write=Write.ALWAYS, fidelity=INQUIRIES),
            Attribute(name="source_id", kind=record_id(), null=True, read=False, write=Write.ALWAYS, fidelity=INQUIRIES),
            Attribute(name="rental_id", kind=record_id(), read=False, write=Write.UPDATE, fidelity=INQUIRIES),
            Attribute(name="accept_privacy_policy", kind=boolean(), read=False, write=Write.CREATE, fidelity=INQUIRIES),
            Attribute(name="locked", kind=text(), null=True, example="doorkeeper/application-17", fidelity=INQUIRIES_RECORDED),
            *stamps(INQUIRIES),
        ),
        links=(
            Link(name="account", target="accounts", fidelity=INQUIRIES),
            Link(name="rental", target="rentals", fidelity=INQUIRIES_RECORDED),
            Link(name="source", target="sources", null=True, fidelity=INQUIRIES_RECORDED),
            Link(name="booking", target="bookings", null=True, fidelity=INQUIRIES_RECORDED),
            Link(name="conversation", target="conversations", null=True, fidelity=INQUIRIES),
        ),
    ),
    Resource(
        name="source",
        plural="sources",
        path="sources",
        page=SOURCES.source,
        view="source_records",
        read_scopes=("bookings_read", "bookings_write", "bookings_write_owned"),
        write_scopes=("bookings_write", "bookings_write_owned"),
        attributes=(
            Attribute(name="name", kind=text(50, printable=True), write=Write.ALWAYS, required=True, example="Website", fidelity=SOURCES),
            Attribute(name="position", kind=integer(), write=Write.ALWAYS, fidelity=SOURCES),
            Attribute(name="internal", kind=boolean(), fidelity=SOURCES, note="Nothing can be associated with an internal source: 422."),
            *stamps(SOURCES),
        ),
        links=(
            Link(name="account", target="accounts", fidelity=recorded("sources")),
            Link(name="bookings", target="bookings", many=True, fidelity=recorded("sources")),
        ),
    ),
    Resource(
        name="rental",
        plural="rentals",
        path="rentals",
        page=RENTALS.source,
        view="rental_records",
        read_scopes=("public",),
        cap=50,
        note="Read only here. A rental's time zone is the scenario's business: the API shows none.",
        attributes=(
            Attribute(name="name", kind=text(), example="Chalet Les Robles", fidelity=RENTALS),
            Attribute(
                name="headline",
                kind=structure({"type": "object", "additionalProperties": {"type": "string"}}),
                example={"en": "Above the valley"},
                fidelity=RENTALS,
            ),
            Attribute(name="rental_type", kind=text(), example="villa", fidelity=RENTALS),
            Attribute(name="city", kind=text(), null=True, fidelity=RENTALS),
            Attribute(name="country_code", kind=text(), null=True, fidelity=RENTALS),
            Attribute(name="checkin_time", kind=integer(0, 24), example=16, fidelity=RENTALS),
            Attribute(name="checkout_time", kind=integer(0, 24), example=10, fidelity=RENTALS),
            Attribute(name="sleeps", kind=integer(), null=True, fidelity=RENTALS),
            Attribute(name="currency", kind=text(), example="EUR", fidelity=RENTALS),
            Attribute(name="published_at", kind=time(), null=True, fidelity=RENTALS),
            *stamps(RENTALS),
        ),
        links=(Link(name="account", target="accounts", fidelity=assumed("the sample of rentals has many more associations")),),
    ),
)
