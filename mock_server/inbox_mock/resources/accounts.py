"""Accounts, applications, and the installations of applications on accounts."""

from inbox_mock.domain.enumerations import ACCOUNT_STATUSES
from inbox_mock.domain.fidelity import assumed, documented, recorded
from inbox_mock.resources.declaration import Attribute, Link, Resource, Write, stamps
from inbox_mock.resources.field_types import boolean, choice, decimal, structure, text

# What the page of each resource documents.
ACCOUNTS = documented("/reference/endpoints/accounts")
APPLICATIONS = documented("/reference/endpoints/applications")
ME = documented("/reference/endpoints/me")

TEXTS = ("email", "website", "address1", "address2", "city", "zip", "state", "country_code")

DECLARED = (
    Resource(
        name="account",
        plural="accounts",
        path="accounts",
        page=ACCOUNTS.source,
        view="account_records",
        read_scopes=("public",),
        note="One for a user's token, all authorised ones for client credentials.",
        attributes=(
            Attribute(name="business_name", kind=text(), example="Super Awesome Villas", fidelity=ACCOUNTS),
            *(Attribute(name=name, kind=text(), null=True, fidelity=ACCOUNTS) for name in TEXTS),
            Attribute(name="status", kind=choice(ACCOUNT_STATUSES), fidelity=ACCOUNTS),
            Attribute(name="default_locale", kind=text(), example="en", fidelity=ACCOUNTS),
            Attribute(name="selected_locales", kind=structure({"type": "array", "items": {"type": "string"}}), fidelity=ACCOUNTS),
            Attribute(name="demo", kind=boolean(), fidelity=ACCOUNTS),
            Attribute(name="test", kind=boolean(), fidelity=ACCOUNTS),
            Attribute(
                name="inbox_email",
                kind=text(),
                null=True,
                scope="inbox_read",
                note="Only with inbox_read.",
                fidelity=assumed("the table calls it a Boolean and describes an e-mail address"),
            ),
            Attribute(name="phones", kind=structure({"type": "object"}), fidelity=ACCOUNTS),
            Attribute(name="preferences", kind=structure({"type": "object"}), fidelity=ACCOUNTS),
            *stamps(ACCOUNTS),
        ),
    ),
    Resource(
        name="application",
        plural="applications",
        path="applications",
        page=APPLICATIONS.source,
        view="application_records",
        read_scopes=("applications_read",),
        write_scopes=("applications_write",),
        attributes=(
            Attribute(name="name", kind=text(), example="Airbnb", fidelity=recorded("applications, 2019: id 65 is Airbnb")),
            Attribute(
                name="default_price_increase",
                kind=decimal(0, 100),
                write=Write.UPDATE,
                example="5.0",
                fidelity=recorded("applications, 2019"),
            ),
            *stamps(APPLICATIONS),
        ),
        note="Not to be had with client credentials.",
    ),
    Resource(
        name="accounts_application",
        plural="accounts_applications",
        path="me",
        page=ME.source,
        view="installation_records",
        read_scopes=("public",),
        has_id=False,
        attributes=(Attribute(name="partnership_invoice_recipient", kind=choice(("account", "smily")), fidelity=ME),),
        links=(Link(name="account", target="accounts", fidelity=ME),),
    ),
)
