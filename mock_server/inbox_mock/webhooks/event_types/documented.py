"""The event types that the API documents."""

from inbox_mock.webhooks.event_types import EventType

INBOX = ("inbox_read", "inbox_write")
INQUIRIES = ("inquiries_read", "inquiries_write", "inquiries_write_owned")
CLIENTS = ("clients_read", "clients_write")
APPLICATIONS = ("applications_read",)

EVENT_TYPES = (
    EventType(name="booking_created", says="a booking was made", plural="bookings"),
    EventType(name="booking_updated", says="a booking was changed", plural="bookings"),
    EventType(name="booking_destroyed", says="a booking was cancelled", plural="bookings"),
    EventType(name="client_created", says="a client was created", plural="clients", scopes=CLIENTS),
    EventType(name="client_updated", says="a client was changed", plural="clients", scopes=CLIENTS),
    EventType(name="client_destroyed", says="a client was deleted", plural="clients", scopes=CLIENTS),
    EventType(name="inquiry_created", says="an inquiry was made", plural="inquiries", scopes=INQUIRIES),
    EventType(name="inquiry_updated", says="an inquiry was changed", plural="inquiries", scopes=INQUIRIES),
    EventType(name="inquiry_destroyed", says="an inquiry was deleted", plural="inquiries", scopes=INQUIRIES),
    EventType(name="inbox_conversation_created", says="a conversation was opened", plural="conversations", scopes=INBOX),
    EventType(name="inbox_conversation_updated", says="a conversation was changed", plural="conversations", scopes=INBOX),
    EventType(name="inbox_message_created", says="a message was posted", plural="messages", scopes=INBOX),
    EventType(name="inbox_message_updated", says="a message was changed", plural="messages", scopes=INBOX),
    EventType(
        name="accounts_application_created",
        says="the application was installed on an account",
        plural="accounts_applications",
        scopes=APPLICATIONS,
    ),
    EventType(
        name="accounts_application_updated",
        says="the settings of the application on an account were changed",
        plural="accounts_applications",
        scopes=APPLICATIONS,
    ),
    EventType(
        name="accounts_application_destroyed",
        says="the application was uninstalled from an account",
        plural="accounts_applications",
        scopes=APPLICATIONS,
    ),
)
