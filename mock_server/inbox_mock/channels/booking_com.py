"""Booking.com opens the conversation some time after the booking, and synchronises it.

Documented: it opens one by itself, with at least one Client participant. Assumed: how long it takes, how often
a Host takes part, the response deadline.
"""

from inbox_mock.channels import ChannelPolicy

POLICY = ChannelPolicy(
    name="booking-com",
    title="Booking.com",
    colour=("#0b4aa2", "#8ab6f4"),
    application_id=66,
    opens_after=(5, 600),
    host_share=0.1,
    default_channel="booking-com",
    origin="booking-com",
    response_hours=24,
)
