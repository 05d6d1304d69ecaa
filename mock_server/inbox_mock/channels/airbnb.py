"""Airbnb opens the conversation some time after the booking, and synchronises it.

Documented: it opens one by itself, with at least one Client participant. Assumed: how long it takes, how often
a Host takes part, the response deadline.
"""

from inbox_mock.channels import ChannelPolicy

POLICY = ChannelPolicy(
    name="airbnb",
    title="Airbnb",
    colour=("#b8264c", "#f58aa3"),
    application_id=65,
    opens_after=(5, 300),
    host_share=0.3,
    default_channel="airbnb",
    origin="airbnb_message",
    response_hours=24,
)
