"""Applications installed on the account: how a client learns which channel a conversation belongs to."""

from inbox_mock.domain.fidelity import recorded
from inbox_mock.resources.declaration import Attribute, Resource, Write, stamps
from inbox_mock.resources.field_types import decimal, text

PAGE = "/reference/endpoints/applications"

RESOURCE = Resource(
    name="application",
    plural="applications",
    path="applications",
    page=PAGE,
    view="application_records",
    read_scopes=("applications_read",),
    write_scopes=("applications_write",),
    attributes=(
        Attribute(name="name", kind=text(), example="Airbnb", fidelity=recorded("applications, 2019: id 65 is Airbnb")),
        Attribute(
            name="default_price_increase", kind=decimal(0, 100), write=Write.UPDATE, example="5.0", fidelity=recorded("applications, 2019")
        ),
        *stamps(PAGE),
    ),
    note="Not to be had with client credentials.",
)
