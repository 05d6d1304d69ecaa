"""Bookings. Their start_at and end_at are the rental's wall-clock times with a false ``Z``."""

from inbox_mock.domain.enumerations import APPLICATION, BOOKING_STATUSES, USER
from inbox_mock.domain.fidelity import assumed, documented, recorded
from inbox_mock.resources.declaration import Attribute, Link, Resource, Write
from inbox_mock.resources.field_types import Kind, boolean, choice, decimal, integer, record_id, text, time

PAGE = "/reference/endpoints/bookings"
DOCUMENTED = documented(PAGE)
RECORDED = recorded("bookings")

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
        fidelity=DOCUMENTED,
    )


def _optional(names: tuple[str, ...], kind: Kind, write: Write) -> tuple[Attribute, ...]:
    return tuple(Attribute(name=name, kind=kind, null=True, write=write, fidelity=DOCUMENTED) for name in names)


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


RESOURCE = Resource(
    name="booking",
    plural="bookings",
    path="bookings",
    page=PAGE,
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
        Attribute(name="start_at_global", kind=time(), public=True, note="The true instant.", fidelity=DOCUMENTED),
        Attribute(name="end_at_global", kind=time(), public=True, note="The true instant.", fidelity=DOCUMENTED),
        Attribute(name="status", kind=choice(BOOKING_STATUSES), public=True, fidelity=DOCUMENTED),
        Attribute(name="reference", kind=text(), public=True, example="0000EG", fidelity=DOCUMENTED),
        Attribute(name="owned_by_app", kind=boolean(), public=True, fidelity=RECORDED),
        Attribute(
            name="booked",
            kind=boolean(),
            write=Write.ALWAYS,
            note="Exactly one of booked, unavailable, tentative_expires_at.",
            fidelity=DOCUMENTED,
        ),
        Attribute(name="unavailable", kind=boolean(), write=Write.ALWAYS, fidelity=DOCUMENTED),
        Attribute(name="tentative_expires_at", kind=time(), null=True, write=Write.ALWAYS, fidelity=DOCUMENTED),
        Attribute(name="client_id", kind=record_id(), null=True, read=False, write=Write.ALWAYS, fidelity=DOCUMENTED),
        Attribute(name="source_id", kind=record_id(), null=True, read=False, write=Write.ALWAYS, fidelity=DOCUMENTED),
        Attribute(name="adults", kind=integer(0), null=True, write=Write.ALWAYS, fidelity=DOCUMENTED),
        Attribute(name="children", kind=integer(0), null=True, write=Write.ALWAYS, fidelity=DOCUMENTED),
        Attribute(name="currency", kind=text(3), write=Write.ALWAYS, example="EUR", fidelity=DOCUMENTED),
        *_optional(PRICES_WRITTEN, decimal(), Write.ALWAYS),
        *_optional(PRICES_READ, decimal(), Write.NEVER),
        Attribute(name="charge_damage_deposit_on_arrival", kind=boolean(), null=True, write=Write.ALWAYS, fidelity=DOCUMENTED),
        *_optional(TEXTS_WRITTEN, text(), Write.ALWAYS),
        Attribute(name="notes", kind=text(6000), null=True, write=Write.ALWAYS, fidelity=DOCUMENTED),
        *_optional(CANCELLATION, text(), Write.NEVER),
        Attribute(name="locked", kind=text(), null=True, example="doorkeeper/application-17", fidelity=RECORDED),
        *_optional(("canceled_at", "contract_updated_at", "balance_due_at"), time(), Write.NEVER),
        Attribute(name="created_by_id", kind=record_id(), null=True, fidelity=DOCUMENTED),
        Attribute(name="created_by_type", kind=choice((APPLICATION, USER)), null=True, fidelity=DOCUMENTED),
        Attribute(name="created_at", kind=time(), fidelity=DOCUMENTED),
        Attribute(name="updated_at", kind=time(), public=True, fidelity=DOCUMENTED),
    ),
    links=(
        Link(name="account", target="accounts", public=True, fidelity=RECORDED),
        Link(name="rental", target="rentals", public=True, fidelity=RECORDED),
        Link(name="client", target="clients", null=True, fidelity=RECORDED),
        Link(name="inquiry", target="inquiries", null=True, fidelity=RECORDED),
        _absent("rental_agreement", many=False),
        Link(name="source", target="sources", null=True, fidelity=RECORDED),
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
)
