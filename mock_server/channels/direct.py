"""Direct bookings: the account's own website, the telephone, an application's user. Nobody opens a conversation."""

from mock_server.channels import ChannelPolicy

POLICY = ChannelPolicy(name="direct", title="Direct")
