"""Accounts: the property managers."""

from inbox_mock.domain.enumerations import ACCOUNT_STATUSES
from inbox_mock.domain.fidelity import assumed, documented
from inbox_mock.resources.declaration import Attribute, Resource, stamps
from inbox_mock.resources.field_types import boolean, choice, structure, text

PAGE = "/reference/endpoints/accounts"
DOCUMENTED = documented(PAGE)
TEXTS = ("email", "website", "address1", "address2", "city", "zip", "state", "country_code")

RESOURCE = Resource(
    name="account",
    plural="accounts",
    path="accounts",
    page=PAGE,
    view="account_records",
    read_scopes=("public",),
    note="One for a user's token, all authorised ones for client credentials.",
    attributes=(
        Attribute(name="business_name", kind=text(), example="Super Awesome Villas", fidelity=DOCUMENTED),
        *(Attribute(name=name, kind=text(), null=True, fidelity=DOCUMENTED) for name in TEXTS),
        Attribute(name="status", kind=choice(ACCOUNT_STATUSES), fidelity=DOCUMENTED),
        Attribute(name="default_locale", kind=text(), example="en", fidelity=DOCUMENTED),
        Attribute(name="selected_locales", kind=structure({"type": "array", "items": {"type": "string"}}), fidelity=DOCUMENTED),
        Attribute(name="demo", kind=boolean(), fidelity=DOCUMENTED),
        Attribute(name="test", kind=boolean(), fidelity=DOCUMENTED),
        Attribute(
            name="inbox_email",
            kind=text(),
            null=True,
            scope="inbox_read",
            note="Only with inbox_read.",
            fidelity=assumed("the table calls it a Boolean and describes an e-mail address"),
        ),
        Attribute(name="phones", kind=structure({"type": "object"}), fidelity=DOCUMENTED),
        Attribute(name="preferences", kind=structure({"type": "object"}), fidelity=DOCUMENTED),
        *stamps(PAGE),
    ),
)
