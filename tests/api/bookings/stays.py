"""What the tests of /bookings share: its address, rentals and stays."""

URL = "/bookings"
RENTALS = [{"id": 16, "timezone": "Europe/Paris", "currency": "EUR"}, {"id": 17, "timezone": "UTC"}]
STAY = {"booked": True, "start_at": "2030-09-01T16:00:00Z", "end_at": "2030-09-08T10:00:00Z"}
PUBLIC = {"id", "links", "start_at", "end_at", "start_at_global", "end_at_global", "status", "updated_at", "reference", "owned_by_app"}
PUBLIC_LINKS = {"account", "rental", "bookings_tags", "rentals_tags", "discount_code_usage"}
"""What shows of a booking, and of its links, without a read scope."""


def a_stay(booking_id: int, rental: int, start_at: str, end_at: str, **more: object) -> dict[str, object]:
    """A direct booking of a scenario, made three hours ago."""
    return {"id": booking_id, "rental": rental, "start_at": start_at, "end_at": end_at, "created_at": "-3h"} | more
