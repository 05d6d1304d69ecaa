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
MEMBERS = {"Client": "clients", "Host": "hosts"}
"""The types of a participant's member, with the plural of the resource that each is of."""
MEMBER_TYPES = tuple(MEMBERS)
BOOKING_STATUSES = ("Booked", "Tentative", "Unavailable", "Locked", "Canceled")
CURRENCIES = (
    "AED", "AUD", "BRL", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HUF", "IDR", "INR", "JPY", "MYR", "NZD", "PLN", "RUB", "THB", "UAH",
    "USD",
)  # fmt: skip
_ISO_3166_1 = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI
    CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ
    GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS
    LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG
    PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK
    TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
COUNTRIES = tuple(_ISO_3166_1.split())
ACCOUNT_STATUSES = ("trial", "paying", "suspended")

APPLICATION = "Doorkeeper::Application"
USER = "User"

RATE_KINDS = ("nightly", "weekly")
SURFACE_UNITS = ("metric", "imperial")
RESIDENCY_CATEGORIES = ("primary_residence", "secondary_residence", "non_residential")
MANAGEMENT_TYPES = ("professional", "non_professional")
ROUNDING_KINDS = ("no-rounding", "round-up", "closest-exact", "closest-marketing")
SWIKLY = "smily_damage_deposit_with_swikly"
COLLECTION_METHODS = ("with_smily", "external", SWIKLY)
