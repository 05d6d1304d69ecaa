"""OAuth scopes, and what each of them implies."""

from functools import lru_cache

AREAS_WITH_OWNED = ("bookings", "inquiries", "payments")
AREAS = ("clients", "inbox", "preferences_general_settings", "preferences_payments", "rates", "rentals", "reviews")

PUBLIC = "public"
ALL: tuple[str, ...] = (
    PUBLIC,
    "applications_read",
    "applications_write",
    *(f"{area}_{power}" for area in AREAS_WITH_OWNED for power in ("read", "write", "write_owned")),
    *(f"{area}_{power}" for area in AREAS for power in ("read", "write")),
    "webhooks_read",
    "webhooks_write",
    "webhooks_write_owned",
)


def parse(text: str) -> tuple[str, ...]:
    """Split a scope string at white space, in order and without repetition."""
    return tuple(dict.fromkeys(text.split()))


@lru_cache(maxsize=256)
def expand(granted: str) -> frozenset[str]:
    """Return all that a scope string allows: ``public`` always, and read where there is write."""
    held = {PUBLIC, *granted.split()}
    held |= {f"{scope.removesuffix('_write')}_read" for scope in held if scope.endswith("_write")}
    return frozenset(held)


def in_words(scope: str) -> str:
    """Say what a scope allows, for whoever is asked to grant it."""
    for power, words in (("_write_owned", "read and change its own {}"), ("_write", "read and change {}"), ("_read", "read {}")):
        if scope.endswith(power):
            return words.format(scope.removesuffix(power).replace("_", " "))
    return "read what is public"
