"""Rentals, as far as an inbox needs them."""

from inbox_mock.domain.fidelity import assumed, documented
from inbox_mock.resources.declaration import Attribute, Link, Resource, stamps
from inbox_mock.resources.field_types import integer, structure, text, time

PAGE = "/reference/endpoints/rentals"
DOCUMENTED = documented(PAGE)

RESOURCE = Resource(
    name="rental",
    plural="rentals",
    path="rentals",
    page=PAGE,
    view="rental_records",
    read_scopes=("public",),
    cap=50,
    note="Read only here. A rental's time zone is the scenario's business: the API shows none.",
    attributes=(
        Attribute(name="name", kind=text(), example="Chalet Les Robles", fidelity=DOCUMENTED),
        Attribute(
            name="headline",
            kind=structure({"type": "object", "additionalProperties": {"type": "string"}}),
            example={"en": "Above the valley"},
            fidelity=DOCUMENTED,
        ),
        Attribute(name="rental_type", kind=text(), example="villa", fidelity=DOCUMENTED),
        Attribute(name="city", kind=text(), null=True, fidelity=DOCUMENTED),
        Attribute(name="country_code", kind=text(), null=True, fidelity=DOCUMENTED),
        Attribute(name="checkin_time", kind=integer(0, 24), example=16, fidelity=DOCUMENTED),
        Attribute(name="checkout_time", kind=integer(0, 24), example=10, fidelity=DOCUMENTED),
        Attribute(name="sleeps", kind=integer(), null=True, fidelity=DOCUMENTED),
        Attribute(name="currency", kind=text(), example="EUR", fidelity=DOCUMENTED),
        Attribute(name="published_at", kind=time(), null=True, fidelity=DOCUMENTED),
        *stamps(PAGE),
    ),
    links=(Link(name="account", target="accounts", fidelity=assumed("the sample of rentals has many more associations")),),
)
