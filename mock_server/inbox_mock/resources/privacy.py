"""Which attributes hold what is private, and of which kind: names, texts, and others. Each free text is in one of the two tables.

Attributes of closed kinds (numbers, times, choices, ids, truth values) are public: they cannot hold more than their kind.
"""

import re

from inbox_mock.resources import RESOURCES

NAMES, TEXTS, LABELS, EMAILS, PHONES, PLACES, CODES, FILES, BYTES, ADDRESSES = (
    "names", "texts", "labels", "emails", "phones", "places", "codes", "files", "bytes", "addresses",
)  # fmt: skip
"""Kinds of what is private. ``places`` are streets, towns and positions, ``addresses`` those of the web, ``labels`` short words."""
EVERYTHING = frozenset({NAMES, TEXTS, LABELS, EMAILS, PHONES, PLACES, CODES, FILES, BYTES, ADDRESSES})
CLOSED = frozenset({"WholeNumber", "Choice", "Time", "DecimalText", "Amount", "Flag", "RecordId", "RecordIds"})
"""The fields of kinds of attributes that hold no free text."""

PRIVATE: dict[str, dict[str, str]] = {
    "conversations": {"subject": TEXTS},
    "messages": {"content": TEXTS},
    "attachments": {"name": FILES, "file": BYTES, "remote_file_url": ADDRESSES, "url": FILES},
    "hosts": {"firstname": NAMES, "lastname": NAMES, "email": EMAILS},
    "bookings": {
        "payment_url": ADDRESSES,
        "damage_deposit_external_collection_method_name": LABELS,
        "door_key_code": CODES,
        "external_reference": CODES,
        "notes": TEXTS,
        "cancelation_reason": LABELS,
        "cancelation_message_to_guest": TEXTS,
        "cancelation_message_to_channel": TEXTS,
    },
    "clients": {
        "fullname": NAMES,
        "firstname": NAMES,
        "lastname": NAMES,
        "company": NAMES,
        "vat_number": CODES,
        "notes": TEXTS,
        "passport": CODES,
        "addresses": PLACES,
        "emails": EMAILS,
        "phones": PHONES,
    },
    "sources": {"name": LABELS},
    "inquiries": {"firstname": NAMES, "lastname": NAMES, "email": EMAILS, "phone": PHONES, "message": TEXTS},
    "rentals": {
        "name": NAMES,
        "headline": TEXTS,
        "summary": TEXTS,
        "description": TEXTS,
        "price_public_notes": TEXTS,
        "lat": PLACES,
        "lng": PLACES,
        "city": PLACES,
        "state": PLACES,
        "contact_name": NAMES,
        "address1": PLACES,
        "address2": PLACES,
        "zip": PLACES,
        "checkin_details": TEXTS,
        "checkout_details": TEXTS,
        "notes": TEXTS,
        "website_url": ADDRESSES,
        "damage_deposit_external_collection_method_name": LABELS,
        "permit_number": CODES,
        "public_notes": TEXTS,
        "owner_fullname": NAMES,
        "owner_email": EMAILS,
        "owner_notes": TEXTS,
    },
    "accounts": {
        "business_name": NAMES,
        "email": EMAILS,
        "website": ADDRESSES,
        "address1": PLACES,
        "address2": PLACES,
        "city": PLACES,
        "zip": PLACES,
        "state": PLACES,
        "inbox_email": EMAILS,
        "phones": PHONES,
        "preferences": TEXTS,
    },
}
"""Private attributes by resource, with their kind."""

PUBLIC: dict[str, frozenset[str]] = {
    "attachments": frozenset({"file_content_type"}),
    "bookings": frozenset({"reference", "expected_checkin_time", "expected_checkout_time", "locked"}),
    "clients": frozenset({"preferred_locale"}),
    "inquiries": frozenset({"locked"}),
    "rentals": frozenset({"rental_type", "country_code", "floor", "certifications", "checkin_type", "vr_bathrooms_count"}),
    "applications": frozenset({"name"}),
    "accounts": frozenset({"country_code", "default_locale", "selected_locales"}),
}
"""Free texts that tell nothing of a person or a place, by resource."""

WITHIN = {
    "email": EMAILS, "number": PHONES, "phone": PHONES, "mobile": PHONES, "fax": PHONES, "label": LABELS, "address1": PLACES,
    "address2": PLACES, "city": PLACES, "state": PLACES, "zip": PLACES, "country_code": "", "default_communication_locale": "",
}  # fmt: skip
"""The kinds of parts of a list or an object, by their keys; of others, that of the whole. An empty one is public."""

PLAIN_PARAMETERS = frozenset(
    {
        "page",
        "per_page",
        "include",
        "fields",
        "ids",
        "status",
        "months",
        "from",
        "until",
        "updated_since",
        "include_canceled",
        "rental_id",
        "client_id",
    }
)
"""Parameters of a query whose values are words and figures of the API."""
ENVELOPE = frozenset(
    {"meta", "links", "errors", "event", "account_id", "id", "token_type", "expires_in", "scope", "created_at", "access_token",
     "refresh_token", "error", "error_description", "client_id", "grant_type", "redirect_uri", "response_type"}
)  # fmt: skip
"""Keys beside records in a body, whose values are the API's own words, or labels of credentials."""

KEY = re.compile(r"[A-Za-z_][\w-]{0,60}(\.[A-Za-z_]\w{0,60})?")
"""A key of an object as an API names one; another one may be anybody's address or number."""

KNOWN_LABELS = frozenset(
    {"default", "home", "work", "mobile", "office", "other", "website", "direct", "airbnb", "booking.com", "homeaway", "vrbo", "expedia",
     "tripadvisor", "email", "canceled_by_traveller", "canceled_by_owner", "payment_failed"}
)  # fmt: skip
"""Labels that are the same for everybody, in lower case: they stay."""


def kind_of(plural: str, attribute: str) -> str | None:
    """Return the kind of a private attribute; None for a public one, and for a link. What no declaration has is a text."""
    if attribute in PRIVATE.get(plural, {}):
        return PRIVATE[plural][attribute]
    resource = RESOURCES.get(plural)
    named = () if resource is None else (*(a.name for a in resource.attributes), *(link.name for link in resource.links))
    return None if attribute in named or attribute in {"id", "links"} else TEXTS
