"""The words that the API's enumerated attributes can hold."""

CHANNELS = ("airbnb", "homeaway", "email", "booking-com", "vrbo", "expedia")
ORIGINS = (
    "bookingsync_inbox",
    "airbnb_message",
    "airbnb_email",
    "booking-com",
    "homeaway",
    "tripadvisor",
    "email",
    "messenger",
    "whatsapp",
    "inquiry",
    "sms",
    "vrbo",
    "expedia",
)
VISIBILITIES = ("internal", "external")
MEMBER_TYPES = ("Client", "Host")
BOOKING_STATUSES = ("Booked", "Tentative", "Unavailable", "Locked", "Canceled")
ACCOUNT_STATUSES = ("trial", "paying", "suspended")

APPLICATION = "Doorkeeper::Application"
USER = "User"

RATE_KINDS = ("nightly", "weekly")
SURFACE_UNITS = ("metric", "imperial")
RESIDENCY_CATEGORIES = ("primary_residence", "secondary_residence", "non_residential")
MANAGEMENT_TYPES = ("professional", "non_professional")
ROUNDING_KINDS = ("no-rounding", "round-up", "closest-exact", "closest-marketing")
COLLECTION_METHODS = ("with_smily", "external", "smily_damage_deposit_with_swikly")
