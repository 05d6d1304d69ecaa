"""Booking channels: this file is the shape of a policy and its defaults, each sibling exports one ``POLICY``."""

from dataclasses import dataclass
from functools import cache

from inbox_mock.domain.discovery import discover


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPolicy:
    """The differences between channels, as values. Delays are in seconds, shares from 0 to 1.

    A channel that never opens conversations by itself has no ``opens_after``. ``relays_after``: how long a host's message
    takes until the guest sees it.
    """

    name: str
    title: str
    opens_after: tuple[int, int] | None = None
    host_share: float = 0.0
    default_channel: str | None = None
    origin: str = "email"
    response_hours: int | None = None
    relays_after: tuple[int, int] = (1, 5)

    @property
    def owns_conversations(self) -> bool:
        """Whether the channel opens the conversation, and clients wait for it."""
        return self.opens_after is not None


@cache
def policies() -> dict[str, ChannelPolicy]:
    """Return every channel's policy by the channel's name."""
    return {policy.name: policy for policy in discover(__name__, "POLICY", ChannelPolicy).values()}
