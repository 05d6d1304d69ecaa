"""A row of each table that has an id, by column. Generated from schema.sql by tests/rows_of_schema.py: do not edit."""

# ruff: noqa: UP013 - the functional form takes a few lines for each table, like the schema
# fmt: off
from typing import TypedDict

AccountRow = TypedDict("AccountRow", {
    "id": int, "business_name": str, "email": str | None, "status": str, "website": str | None, "address1": str | None,
    "address2": str | None, "city": str | None, "zip": str | None, "state": str | None, "country_code": str | None, "default_locale": str,
    "selected_locales": str, "demo": int, "test": int, "inbox_email": str | None, "phones": str, "preferences": str, "created_at": str,
    "updated_at": str,
})
UserRow = TypedDict("UserRow", {
    "id": int, "account_id": int, "fullname": str,
})
ApplicationRow = TypedDict("ApplicationRow", {
    "id": int, "name": str, "channel": str | None, "client": int, "scopes": str, "redirect_uris": str, "client_id": str,
    "client_secret": str, "named_client_id": str | None, "named_client_secret": str | None, "default_price_increase": str,
    "created_at": str, "updated_at": str,
})
TokenRow = TypedDict("TokenRow", {
    "id": int, "kind": str, "secret": str, "name": str | None, "application_id": int, "account_id": int | None, "scopes": str,
    "redirect_uri": str | None, "issued_at": str, "expires_at": str | None, "revoked_at": str | None, "access_id": int | None,
    "previous_refresh_id": int | None, "code_challenge": str | None,
})
RentalRow = TypedDict("RentalRow", {
    "id": int, "account_id": int, "name": str, "timezone": str, "currency": str, "checkin_time": int, "checkout_time": int,
    "details": str, "published_at": str | None, "created_at": str, "updated_at": str,
})
SourceRow = TypedDict("SourceRow", {
    "id": int, "account_id": int, "name": str, "position": int, "internal": int, "created_at": str, "updated_at": str,
})
ClientRow = TypedDict("ClientRow", {
    "id": int, "account_id": int, "fullname": str | None, "firstname": str | None, "lastname": str | None, "company": str | None,
    "vat_number": str | None, "notes": str | None, "passport": str | None, "preferred_locale": str | None, "addresses": str,
    "emails": str, "phones": str, "forget_me_at": str | None, "processing_restricted_at": str | None, "created_at": str, "updated_at": str,
})
HostRow = TypedDict("HostRow", {
    "id": int, "account_id": int, "user_id": int | None, "source_id": int | None, "firstname": str, "lastname": str, "email": str | None,
    "forget_me_at": str | None, "processing_restricted_at": str | None, "created_at": str, "updated_at": str,
})
BookingRow = TypedDict("BookingRow", {
    "id": int, "account_id": int, "rental_id": int, "client_id": int | None, "source_id": int | None, "inquiry_id": int | None,
    "application_id": int | None, "channel": str, "start_at": str, "end_at": str, "start_at_global": str, "end_at_global": str,
    "status": str, "reference": str, "external_reference": str | None, "locked": str | None, "booked": int, "unavailable": int,
    "tentative_expires_at": str | None, "adults": int | None, "children": int | None, "currency": str | None, "initial_price": str | None,
    "final_price": str | None, "final_payback_to_owner": str | None, "rental_payback_to_owner": str | None, "channel_price": str | None,
    "commission": str | None, "discount": str | None, "downpayment": str | None, "damage_deposit": str | None,
    "charge_damage_deposit_on_arrival": int | None, "damage_deposit_collection_method": str | None,
    "damage_deposit_external_collection_method_name": str | None, "paid_amount": str | None, "payment_left_to_collect": str | None,
    "authorized_amount": str | None, "paid_or_authorized_amount": str | None, "balance_due_at": str | None, "reconciliation": str | None,
    "imported": int, "door_key_code": str | None, "expected_checkin_time": str | None, "expected_checkout_time": str | None,
    "notes": str | None, "cancelation_reason": str | None, "cancelation_message_to_guest": str | None,
    "cancelation_message_to_channel": str | None, "canceled_at": str | None, "contract_updated_at": str | None, "bookings_tag_ids": str,
    "created_by_id": int | None, "created_by_type": str | None, "created_at": str, "updated_at": str,
})
InquiryRow = TypedDict("InquiryRow", {
    "id": int, "account_id": int, "rental_id": int, "source_id": int | None, "booking_id": int | None, "conversation_id": int | None,
    "application_id": int | None, "firstname": str, "lastname": str, "email": str, "country_code": str | None, "phone": str | None,
    "start_at": str, "end_at": str, "adults": int | None, "children": int | None, "message": str | None, "locked": str | None,
    "created_at": str, "updated_at": str,
})
ConversationRow = TypedDict("ConversationRow", {
    "id": int, "account_id": int, "channel": str | None, "default_channel": str | None, "subject": str | None, "source_id": int | None,
    "assignee_id": int | None, "deadline_response_at": str | None, "closed_at": str | None, "marked_as_spam_at": str | None,
    "last_message_at": str | None, "created_by_id": int | None, "created_by_type": str | None, "created_at": str, "updated_at": str,
    "relay_seconds": int | None, "relay_fails": int,
})
ParticipantRow = TypedDict("ParticipantRow", {
    "id": int, "account_id": int, "conversation_id": int, "member_id": int, "member_type": str, "by_channel": int,
    "last_message_sent_at": str | None, "read_at": str | None, "created_at": str, "updated_at": str,
})
MessageRow = TypedDict("MessageRow", {
    "id": int, "account_id": int, "conversation_id": int, "sender_id": int, "content": str, "origin": str, "visibility": str,
    "channel": str | None, "sent_at": str | None, "created_by_id": int | None, "created_by_type": str | None, "created_at": str,
    "updated_at": str, "on_channel_at": str | None, "on_channel_as": str | None,
})
AttachmentRow = TypedDict("AttachmentRow", {
    "id": int, "account_id": int, "name": str, "file_name": str, "file_size": int, "file_content_type": str, "image_width": int | None,
    "image_height": int | None, "created_at": str, "updated_at": str,
})
WebhookRow = TypedDict("WebhookRow", {
    "id": int, "application_id": int, "role": str | None, "url": str | None, "events": str, "retries": int, "latency_seconds": int,
    "created_at": str,
})
DeliveryRow = TypedDict("DeliveryRow", {
    "id": int, "webhook_id": int, "application_id": int, "account_id": int, "url": str, "event": str, "record": str, "forged": int,
    "reason": str | None, "attempts": int, "retries": int, "outcome": str, "created_at": str,
})
JournalEntryRow = TypedDict("JournalEntryRow", {
    "id": int, "at": str, "method": str, "path": str, "query": str, "status": int | None, "application_id": int | None,
    "delivery_id": int | None, "request": str, "response": str, "caused": str, "fault_id": int | None, "reasons": str,
    "request_body": str | None, "response_body": str | None,
})
CommandRow = TypedDict("CommandRow", {
    "id": int, "after": int, "at": str, "kind": str, "details": str,
})
FaultRow = TypedDict("FaultRow", {
    "id": int, "kind": str, "options": str, "match": str, "set_at": str, "ends_at": str | None, "seen": int, "struck": int,
    "times": int | None, "lingering": str,
})

TABLES: dict[type, str] = {
    AccountRow: "accounts", UserRow: "users", ApplicationRow: "applications", TokenRow: "tokens", RentalRow: "rentals",
    SourceRow: "sources", ClientRow: "clients", HostRow: "hosts", BookingRow: "bookings", InquiryRow: "inquiries",
    ConversationRow: "conversations", ParticipantRow: "participants", MessageRow: "messages", AttachmentRow: "attachments",
    WebhookRow: "webhooks", DeliveryRow: "deliveries", JournalEntryRow: "journal", CommandRow: "commands", FaultRow: "faults",
}
