"""Direct bookings: the account's own website, the telephone, an application's user. No conversation is opened."""

from inbox_mock.channels import ChannelPolicy

POLICY = ChannelPolicy(name="direct", title="Direct", booked_on="the website")
