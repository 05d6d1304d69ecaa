"""Direct bookings: the account's own website, the telephone, an application's user. Nobody opens a conversation."""

from inbox_mock.channels import ChannelPolicy

POLICY = ChannelPolicy(name="direct", title="Direct", booked_on="the website")
