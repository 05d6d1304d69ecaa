"""The event types that the API documents."""

from inbox_mock.webhooks.event_types import EventType

INBOX = ("inbox_read", "inbox_write")
INQUIRIES = ("inquiries_read", "inquiries_write", "inquiries_write_owned")
CLIENTS = ("clients_read", "clients_write")
APPLICATIONS = ("applications_read",)

EVENT_TYPES = (
    EventType("booking_created", "a booking was made", "bookings"),
    EventType("booking_updated", "a booking was changed", "bookings"),
    EventType("booking_destroyed", "a booking was cancelled", "bookings"),
    EventType("client_created", "a client was created", "clients", scopes=CLIENTS),
    EventType("client_updated", "a client was changed", "clients", scopes=CLIENTS),
    EventType("client_destroyed", "a client was deleted", "clients", scopes=CLIENTS),
    EventType("inquiry_created", "an inquiry was made", "inquiries", scopes=INQUIRIES),
    EventType("inquiry_updated", "an inquiry was changed", "inquiries", scopes=INQUIRIES),
    EventType("inquiry_destroyed", "an inquiry was deleted", "inquiries", scopes=INQUIRIES),
    EventType("inbox_conversation_created", "a conversation was opened", "conversations", scopes=INBOX),
    EventType("inbox_conversation_updated", "a conversation was changed", "conversations", scopes=INBOX),
    EventType("inbox_message_created", "a message was posted", "messages", scopes=INBOX),
    EventType("inbox_message_updated", "a message was changed", "messages", scopes=INBOX),
    EventType("accounts_application_created", "the application was installed on an account", "accounts_applications", scopes=APPLICATIONS),
    EventType(
        "accounts_application_updated",
        "the settings of the application on an account were changed",
        "accounts_applications",
        scopes=APPLICATIONS,
    ),
    EventType(
        "accounts_application_destroyed", "the application was uninstalled from an account", "accounts_applications", scopes=APPLICATIONS
    ),
)
