"""Accounts, applications, and the installations of applications on accounts."""

from inbox_mock.domain.enumerations import ACCOUNT_STATUSES
from inbox_mock.domain.fidelity import assumed, recorded
from inbox_mock.resources.declaration import ON_ITS_PAGE, STAMPS, Attribute, Link, Resource, Write
from inbox_mock.resources.field_types import boolean, choice, decimal, structure, text

TEXTS = ("email", "website", "address1", "address2", "city", "zip", "state", "country_code")

DECLARED = (
    Resource(
        name="account",
        plural="accounts",
        page="/reference/endpoints/accounts",
        read_scopes=("public",),
        note="One for a user's token, all authorised ones for client credentials.",
        attributes=(
            Attribute("business_name", text(), ON_ITS_PAGE, example="Super Awesome Villas"),
            *(Attribute(name, text(), ON_ITS_PAGE, null=True) for name in TEXTS),
            Attribute("status", choice(ACCOUNT_STATUSES), ON_ITS_PAGE),
            Attribute("default_locale", text(), ON_ITS_PAGE, example="en"),
            Attribute("selected_locales", structure({"type": "array", "items": {"type": "string"}}), ON_ITS_PAGE),
            Attribute("demo", boolean(), ON_ITS_PAGE),
            Attribute("test", boolean(), ON_ITS_PAGE),
            Attribute(
                "inbox_email",
                text(),
                null=True,
                scope="inbox_read",
                note="Only with inbox_read.",
                fidelity=assumed("the table calls it a Boolean and describes an e-mail address"),
            ),
            Attribute("phones", structure({"type": "object"}), ON_ITS_PAGE),
            Attribute("preferences", structure({"type": "object"}), ON_ITS_PAGE),
            *STAMPS,
        ),
    ),
    Resource(
        name="application",
        plural="applications",
        page="/reference/endpoints/applications",
        read_scopes=("applications_read",),
        write_scopes=("applications_write",),
        attributes=(
            Attribute("name", text(), example="Airbnb", fidelity=recorded("applications, 2019: id 65 is Airbnb")),
            Attribute(
                "default_price_increase", decimal(0, 100), write=Write.UPDATE, example="5.0", fidelity=recorded("applications, 2019")
            ),
            *STAMPS,
        ),
        note="Not to be had with client credentials.",
    ),
    Resource(
        name="accounts_application",
        plural="accounts_applications",
        path="me",
        page="/reference/endpoints/me",
        view="installation_records",
        read_scopes=("public",),
        has_id=False,
        attributes=(Attribute("partnership_invoice_recipient", choice(("account", "smily")), ON_ITS_PAGE),),
        links=(Link("account", "accounts", ON_ITS_PAGE),),
    ),
)
