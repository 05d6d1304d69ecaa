"""Inquiries: a traveller asks before booking."""

from inbox_mock.domain.fidelity import documented, recorded
from inbox_mock.resources.declaration import Attribute, Link, Resource, Write, stamps
from inbox_mock.resources.field_types import boolean, email, integer, record_id, text, time

PAGE = "/reference/endpoints/inquiries"
DOCUMENTED = documented(PAGE)
RECORDED = recorded("inquiries, 2016")

RESOURCE = Resource(
    name="inquiry",
    plural="inquiries",
    path="inquiries",
    page=PAGE,
    view="inquiry_records",
    read_scopes=("inquiries_read", "inquiries_write", "inquiries_write_owned"),
    write_scopes=("inquiries_write", "inquiries_write_owned"),
    note="Times are moved to the rental's check-in and check-out hours.",
    attributes=(
        Attribute(name="firstname", kind=text(50), write=Write.ALWAYS, required=True, example="John", fidelity=DOCUMENTED),
        Attribute(name="lastname", kind=text(99), write=Write.ALWAYS, required=True, example="Smith", fidelity=DOCUMENTED),
        Attribute(name="email", kind=email(), write=Write.ALWAYS, required=True, example="john@example.com", fidelity=DOCUMENTED),
        Attribute(name="country_code", kind=text(), null=True, write=Write.ALWAYS, note="Needed with a phone.", fidelity=DOCUMENTED),
        Attribute(name="phone", kind=text(), null=True, write=Write.ALWAYS, fidelity=DOCUMENTED),
        Attribute(name="start_at", kind=time(), write=Write.ALWAYS, required=True, example="2030-07-01T16:00:00Z", fidelity=DOCUMENTED),
        Attribute(name="end_at", kind=time(), write=Write.ALWAYS, required=True, example="2030-07-08T10:00:00Z", fidelity=DOCUMENTED),
        Attribute(name="adults", kind=integer(1), null=True, write=Write.ALWAYS, fidelity=DOCUMENTED),
        Attribute(name="children", kind=integer(0), null=True, write=Write.ALWAYS, fidelity=DOCUMENTED),
        Attribute(name="message", kind=text(500), null=True, write=Write.ALWAYS, fidelity=DOCUMENTED),
        Attribute(name="source_id", kind=record_id(), null=True, read=False, write=Write.ALWAYS, fidelity=DOCUMENTED),
        Attribute(name="rental_id", kind=record_id(), read=False, write=Write.UPDATE, fidelity=DOCUMENTED),
        Attribute(name="accept_privacy_policy", kind=boolean(), read=False, write=Write.CREATE, fidelity=DOCUMENTED),
        Attribute(name="locked", kind=text(), null=True, example="doorkeeper/application-17", fidelity=RECORDED),
        *stamps(PAGE),
    ),
    links=(
        Link(name="account", target="accounts", fidelity=DOCUMENTED),
        Link(name="rental", target="rentals", fidelity=RECORDED),
        Link(name="source", target="sources", null=True, fidelity=RECORDED),
        Link(name="booking", target="bookings", null=True, fidelity=RECORDED),
        Link(name="conversation", target="conversations", null=True, fidelity=DOCUMENTED),
    ),
)
