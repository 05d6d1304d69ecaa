"""Sources: where an account's bookings come from."""

from inbox_mock.domain.fidelity import documented, recorded
from inbox_mock.resources.declaration import Attribute, Link, Resource, Write, stamps
from inbox_mock.resources.field_types import boolean, integer, text

PAGE = "/reference/endpoints/sources"
DOCUMENTED = documented(PAGE)

RESOURCE = Resource(
    name="source",
    plural="sources",
    path="sources",
    page=PAGE,
    view="source_records",
    read_scopes=("bookings_read", "bookings_write", "bookings_write_owned"),
    write_scopes=("bookings_write", "bookings_write_owned"),
    attributes=(
        Attribute(name="name", kind=text(50, printable=True), write=Write.ALWAYS, required=True, example="Website", fidelity=DOCUMENTED),
        Attribute(name="position", kind=integer(), write=Write.ALWAYS, fidelity=DOCUMENTED),
        Attribute(name="internal", kind=boolean(), fidelity=DOCUMENTED, note="Nothing can be associated with an internal source: 422."),
        *stamps(PAGE),
    ),
    links=(
        Link(name="account", target="accounts", fidelity=recorded("sources")),
        Link(name="bookings", target="bookings", many=True, fidelity=recorded("sources")),
    ),
)
