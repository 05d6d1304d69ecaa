"""Booking channels: the shape of a policy and its defaults. Each sibling module exports one ``POLICY``, all that a channel needs."""

from dataclasses import dataclass
from functools import cache

from inbox_mock.domain.discovery import discover
from inbox_mock.domain.enumerations import CHANNELS, ORIGINS


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPolicy:
    """The differences between channels, as values. Delays are ranges in seconds, shares are from 0 to 1.

    * ``name`` is used by scenarios, the admin API and the command line; ``title`` is shown to people.
    * ``booked_on`` names within a sentence where a guest books; by default the title.
    * ``colour`` is the channel's colour in the dashboard, on light and on dark background.
    * ``opens_after``: how long after a booking the channel opens the conversation. A channel without it opens none.
    * ``application_id`` and ``application_name`` are those of the application that appears as ``created_by``. Every
      scenario gets it. By default the next free id and the title are used.
    * ``default_channel`` and ``origin`` are words of the API's enumerations: the conversation's default channel, and the
      origin of incoming messages.
    * ``host_share``: how often the channel adds a Host participant.
    * ``response_hours``: the deadline for an answer.
    * ``relays_after``: how long it takes until the guest sees a host's message.

    Raises:
        ValueError: ``default_channel`` or ``origin`` is not a value of the API.
    """

    name: str
    title: str
    booked_on: str = ""
    colour: tuple[str, str] = ("#4d5763", "#aab4bf")
    opens_after: tuple[int, int] | None = None
    application_id: int | None = None
    application_name: str = ""
    host_share: float = 0.0
    default_channel: str | None = None
    origin: str = "email"
    response_hours: int | None = None
    relays_after: tuple[int, int] = (1, 5)

    def __post_init__(self) -> None:
        """Reject values that the API does not have."""
        for key, word, words in (("default_channel", self.default_channel, (None, *CHANNELS)), ("origin", self.origin, ORIGINS)):
            if word not in words:
                message = f"channel {self.name!r}: {key} is {word!r}; expected one of {', '.join(filter(None, words))}"
                raise ValueError(message)

    @property
    def owns_conversations(self) -> bool:
        """Whether the channel opens conversations, so that clients wait for them."""
        return self.opens_after is not None

    @property
    def application(self) -> dict[str, object] | None:
        """The channel's application as in a scenario file; None for a channel that opens no conversations."""
        if not self.owns_conversations:
            return None
        named: dict[str, object] = {"name": self.application_name or self.title, "channel": self.name}
        return named if self.application_id is None else {"id": self.application_id, **named}


@cache
def policies() -> dict[str, ChannelPolicy]:
    """Return every channel's policy by the channel's name."""
    return {policy.name: policy for policy in discover(__name__, "POLICY", ChannelPolicy).values()}


def opening() -> tuple[ChannelPolicy, ...]:
    """Return the policies of the channels that open conversations."""
    return tuple(policy for policy in policies().values() if policy.owns_conversations)
