"""Rentals: read only for clients, and written by scenarios, which take every attribute as it is declared here.

What a scenario leaves out is the attribute's example, or null where it may be null. Attributes without a column of their own
are kept in the column ``details``.
"""

from inbox_mock.domain.enumerations import (
    COLLECTION_METHODS,
    CURRENCIES,
    MANAGEMENT_TYPES,
    RATE_KINDS,
    RESIDENCY_CATEGORIES,
    ROUNDING_KINDS,
    SURFACE_UNITS,
)
from inbox_mock.resources.declaration import ON_ITS_PAGE, Attribute, Link, Resource, absent
from inbox_mock.resources.field_types import boolean, choice, decimal, email, integer, number, structure, text, time, translations

READ = "rentals_read"
TO_ONE = {
    "availability": "availabilities",
    "change_over": "change_overs",
    "destination": "destinations",
    "payment_gateway": "payment_gateways",
    "rates_table": "rates_tables",
    "rental_agreement": "rental_agreements",
    "rental_cancelation_policy": "rental_cancelation_policies",
    "nightly_rate_map": "nightly_rate_maps",
    "mid_term_rate_map": "mid_term_rate_maps",
}
TO_MANY = (
    "photos", "reviews", "host_reviews", "special_offers", "rates", "rentals_amenities", "rentals_fees", "bathrooms", "bedrooms",
    "living_rooms", "rentals_tags", "rental_contacts", "videos",
)  # fmt: skip
IN_NO_SAMPLE = frozenset({"payment_gateway", "mid_term_rate_map", "host_reviews", "living_rooms", "rental_contacts", "videos"})
SCOPES = {"payment_gateway": "preferences_payments_read"}

ATTRIBUTES = (
    Attribute("name", text(), ON_ITS_PAGE, example="Chalet Les Robles"),
    Attribute("headline", translations(), ON_ITS_PAGE, example={"en": "Above the valley"}),
    Attribute("summary", translations(), ON_ITS_PAGE, example={"en": "Quiet, sunny, and close to the village."}),
    Attribute("description", translations(), ON_ITS_PAGE, example={"en": "A house for families, with a garden and a view."}),
    Attribute("rental_type", text(), ON_ITS_PAGE, example="villa"),
    Attribute("management_type", choice(MANAGEMENT_TYPES), ON_ITS_PAGE, example="professional"),
    Attribute("downpayment", integer(0, 100), ON_ITS_PAGE, example=30, note="In percent."),
    Attribute("bedrooms_count", integer(0, 100), ON_ITS_PAGE, example=2),
    Attribute("sleeps", integer(0, 100), ON_ITS_PAGE, null=True),
    Attribute("sleeps_max", integer(0, 100), ON_ITS_PAGE, null=True),
    Attribute("bathrooms_count", integer(0, 100), ON_ITS_PAGE, example=1),
    Attribute("surface", integer(1), ON_ITS_PAGE, example=80),
    Attribute("surface_unit", choice(SURFACE_UNITS), ON_ITS_PAGE, example="metric"),
    Attribute("bookable_online", boolean(), ON_ITS_PAGE, example=False),
    Attribute("min_price", decimal(), ON_ITS_PAGE, example="700.0"),
    Attribute("max_price", decimal(), ON_ITS_PAGE, example="700.0"),
    Attribute("base_rate", decimal(), ON_ITS_PAGE, example="700.0"),
    Attribute("base_rate_kind", choice(RATE_KINDS), ON_ITS_PAGE, example="weekly"),
    Attribute("currency", choice(CURRENCIES), ON_ITS_PAGE, example="EUR"),
    Attribute("price_public_notes", translations(), ON_ITS_PAGE, example={"en": None}),
    Attribute("lat", number(-90, 90), ON_ITS_PAGE, null=True, example=45.02),
    Attribute("lng", number(-180, 180), ON_ITS_PAGE, null=True, example=6.6),
    Attribute("city", text(), ON_ITS_PAGE, null=True),
    Attribute("state", text(), ON_ITS_PAGE, null=True),
    Attribute("country_code", text(), ON_ITS_PAGE, null=True),
    Attribute("contact_name", text(), ON_ITS_PAGE, null=True),
    Attribute("reviews_count", integer(0), ON_ITS_PAGE, example=0),
    Attribute("reviews_average_rating", decimal(), ON_ITS_PAGE, null=True, example="4.5"),
    Attribute("published_at", time(), ON_ITS_PAGE, null=True),
    Attribute("created_at", time(), ON_ITS_PAGE),
    Attribute("updated_at", time(), ON_ITS_PAGE),
    Attribute("address1", text(), ON_ITS_PAGE, null=True, scope=READ),
    Attribute("address2", text(), ON_ITS_PAGE, null=True, scope=READ),
    Attribute("zip", text(), ON_ITS_PAGE, null=True, scope=READ),
    Attribute("residency_category", choice(RESIDENCY_CATEGORIES), ON_ITS_PAGE, example="primary_residence"),
    Attribute("checkin_details", translations(), ON_ITS_PAGE, scope=READ, example={"en": "The keys are in the box beside the door."}),
    Attribute("checkout_details", translations(), ON_ITS_PAGE, scope=READ, example={"en": "Put the keys back into the box."}),
    Attribute("checkin_time", integer(0, 24), ON_ITS_PAGE, example=16),
    Attribute("checkout_time", integer(0, 24), ON_ITS_PAGE, example=10),
    Attribute("initial_price", integer(0), ON_ITS_PAGE, null=True),
    Attribute("final_price", integer(0), ON_ITS_PAGE, null=True),
    Attribute("position", integer(), ON_ITS_PAGE, example=1),
    Attribute("notes", text(1000), ON_ITS_PAGE, null=True, scope=READ),
    Attribute("absolute_min_price", decimal(), ON_ITS_PAGE, null=True),
    Attribute("mid_term_pricing_active", boolean(), ON_ITS_PAGE, example=False),
    Attribute("stories_count", integer(0, 100), ON_ITS_PAGE, example=1),
    Attribute("floor", text(), ON_ITS_PAGE, null=True),
    Attribute("nightly_rates_managed_externally", boolean(), ON_ITS_PAGE, example=False),
    Attribute("website_url", translations(), ON_ITS_PAGE, example={}),
    Attribute("certifications", structure({"type": "object"}), ON_ITS_PAGE, example={}),
    Attribute("balance_due", integer(0), ON_ITS_PAGE, example=30, note="In days."),
    Attribute("checkin_type", text(), ON_ITS_PAGE, null=True),
    Attribute("checkin_end_time", integer(0, 24), ON_ITS_PAGE, example=22),
    Attribute("damage_deposit", decimal(), ON_ITS_PAGE, example="500.0"),
    Attribute("charge_damage_deposit_on_arrival", boolean(), ON_ITS_PAGE, example=True),
    Attribute("damage_deposit_collection_method", choice(COLLECTION_METHODS), ON_ITS_PAGE, example="with_smily"),
    Attribute("damage_deposit_external_collection_method_name", text(), ON_ITS_PAGE, null=True),
    Attribute("permit_issue_date", time(), ON_ITS_PAGE, null=True),
    Attribute("permit_number", text(), ON_ITS_PAGE, null=True),
    Attribute("rounding_kind", choice(ROUNDING_KINDS), ON_ITS_PAGE, example="no-rounding"),
    Attribute("bookable_on_request", boolean(), ON_ITS_PAGE, example=True),
    Attribute("instantly_bookable", boolean(), ON_ITS_PAGE, example=False),
    Attribute("full_bathrooms_count", integer(0, 100), ON_ITS_PAGE, example=1),
    Attribute("standalone_toilets_count", integer(0, 100), ON_ITS_PAGE, example=0),
    Attribute("vr_bathrooms_count", number(0, 100), ON_ITS_PAGE, example=1, note="A toilet on its own counts half."),
    Attribute("absolute_min_stay", integer(0), ON_ITS_PAGE, example=1, note="In nights."),
    Attribute("public_notes", text(), ON_ITS_PAGE, null=True),
    Attribute("refund_damage_deposit_after", integer(0), ON_ITS_PAGE, example=7, note="In days."),
    Attribute("owner_fullname", text(100), ON_ITS_PAGE, null=True, scope=READ),
    Attribute("owner_email", email(), ON_ITS_PAGE, null=True, scope=READ),
    Attribute("owner_notes", text(2000), ON_ITS_PAGE, null=True, scope=READ),
)

DECLARED = (
    Resource(
        name="rental",
        plural="rentals",
        page="/reference/endpoints/rentals",
        read_scopes=("public",),
        cap=50,
        note="Read only here. A rental's time zone is the scenario's business: the API shows none.",
        attributes=ATTRIBUTES,
        links=(
            Link("account", "accounts", ON_ITS_PAGE),
            *(absent(name, path, many=False, sampled=name not in IN_NO_SAMPLE, scope=SCOPES.get(name)) for name, path in TO_ONE.items()),
            *(absent(name, many=True, sampled=name not in IN_NO_SAMPLE) for name in TO_MANY),
        ),
    ),
)
