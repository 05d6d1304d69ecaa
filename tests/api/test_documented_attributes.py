"""Every attribute that the documentation's tables, samples and recordings show is in the record, and no other.

The tables are those of developers.bookingsync.com/reference/endpoints, by resource; write-only attributes are left out.
"""

import pytest

from fake import Mock, Sandbox
from whole import ATTACHMENTS, CONVERSATIONS, MESSAGES, PARTICIPANTS, a_busy_sandbox

STAMPED = "id created_at updated_at"
PERSONAL = "forget_me_at processing_restricted_at"
CREATED_BY = "created_by_id created_by_type"
TABLES = {
    CONVERSATIONS: f"""{STAMPED} {CREATED_BY} default_channel subject deadline_response_at closed_at marked_as_spam_at
        last_message_at read_at""",
    PARTICIPANTS: f"{STAMPED} last_message_sent_at read_at",
    MESSAGES: f"{STAMPED} {CREATED_BY} content origin visibility channel sent_at",
    ATTACHMENTS: f"{STAMPED} name url file_size file_content_type image_width image_height",
    "/hosts": f"{STAMPED} {PERSONAL} firstname lastname email",
    "/clients": f"""{STAMPED} {PERSONAL} fullname firstname lastname company vat_number notes passport preferred_locale addresses emails
        phones""",
    "/sources": f"{STAMPED} name position internal",
    "/inquiries": f"""{STAMPED} firstname lastname email country_code phone start_at end_at adults children message locked""",
    "/applications": f"{STAMPED} name default_price_increase",
    "/accounts": f"""{STAMPED} business_name email status website address1 address2 city zip state country_code default_locale
        selected_locales demo test inbox_email phones preferences""",
    "/me": "partnership_invoice_recipient",
    "/bookings": f"""{STAMPED} {CREATED_BY} start_at end_at start_at_global end_at_global status reference owned_by_app booked unavailable
        tentative_expires_at adults children currency initial_price initial_rental_price final_price final_rental_price
        final_payback_to_owner rental_payback_to_owner channel_price commission discount downpayment damage_deposit
        charge_damage_deposit_on_arrival damage_deposit_collection_method damage_deposit_external_collection_method_name paid_amount
        payment_left_to_collect authorized_amount paid_or_authorized_amount bookings_payments_count review_requests_count payment_url
        reconciliation imported locked door_key_code expected_checkin_time expected_checkout_time external_reference notes
        cancelation_reason cancelation_message_to_guest cancelation_message_to_channel canceled_at contract_updated_at balance_due_at""",
    "/rentals": f"""{STAMPED} absolute_min_price base_rate base_rate_kind balance_due bathrooms_count bedrooms_count bookable_online
        checkin_type checkin_time checkin_end_time checkout_time city contact_name country_code currency damage_deposit
        charge_damage_deposit_on_arrival damage_deposit_collection_method damage_deposit_external_collection_method_name description
        downpayment final_price floor headline initial_price lat lng max_price mid_term_pricing_active min_price name
        nightly_rates_managed_externally permit_issue_date permit_number position price_public_notes rental_type
        reviews_average_rating reviews_count rounding_kind sleeps sleeps_max state stories_count summary surface surface_unit website_url
        residency_category certifications management_type bookable_on_request instantly_bookable full_bathrooms_count
        standalone_toilets_count vr_bathrooms_count absolute_min_stay public_notes refund_damage_deposit_after published_at
        address1 address2 zip checkin_details checkout_details notes owner_fullname owner_email owner_notes""",
}
ONLY_WITH_RENTALS_READ = {
    "address1", "address2", "zip", "checkin_details", "checkout_details", "notes", "owner_fullname", "owner_email", "owner_notes",
}  # fmt: skip
PUBLIC_BOOKING = {
    "id", "start_at", "end_at", "start_at_global", "end_at_global", "status", "reference", "updated_at", "owned_by_app",
}  # fmt: skip
SAMPLE_OF_RENTALS = """id name headline summary description rental_type management_type downpayment bedrooms_count sleeps sleeps_max
    bathrooms_count surface surface_unit bookable_online min_price max_price base_rate base_rate_kind currency price_public_notes lat lng
    city state country_code contact_name reviews_count reviews_average_rating published_at created_at updated_at address1 address2 zip
    residency_category checkin_details checkout_details checkin_time checkout_time initial_price final_price position notes
    absolute_min_price mid_term_pricing_active stories_count floor nightly_rates_managed_externally website_url certifications"""


@pytest.fixture
def busy(mock: Mock) -> Sandbox:
    return a_busy_sandbox(mock)


@pytest.mark.parametrize("path", TABLES)
def test_a_record_has_the_attributes_of_its_table_and_no_other(busy: Sandbox, path: str) -> None:
    record = busy.api.get(path).records[0]

    assert record.keys() - {"links"} == {*TABLES[path].split()}


@pytest.mark.parametrize("scope", ["public", "bookings_write_owned", "inbox_read"])
def test_without_bookings_read_a_booking_has_the_attributes_of_the_public_table(busy: Sandbox, scope: str) -> None:
    record = busy.api_with(scope).get("/bookings/80").record

    assert record.keys() - {"links"} == PUBLIC_BOOKING


@pytest.mark.parametrize("scope", ["public", "bookings_read", "inbox_write"])
def test_without_rentals_read_a_rental_has_the_attributes_of_the_public_table(busy: Sandbox, scope: str) -> None:
    record = busy.api_with(scope).get("/rentals/16").record

    assert record.keys() - {"links"} == {*TABLES["/rentals"].split()} - ONLY_WITH_RENTALS_READ


@pytest.mark.parametrize("scope", ["rentals_read", "rentals_write"])
def test_with_rentals_read_a_rental_has_all_attributes(busy: Sandbox, scope: str) -> None:
    record = busy.api_with(scope).get("/rentals/16").record

    assert record.keys() - {"links"} == {*TABLES["/rentals"].split()}


def test_a_rental_has_its_attributes_in_the_order_of_the_sample_and_the_others_after_them(busy: Sandbox) -> None:
    sample = SAMPLE_OF_RENTALS.split()

    record = busy.api.get("/rentals/16").record

    assert list(record)[: 1 + len(sample)] == ["links", *sample]
