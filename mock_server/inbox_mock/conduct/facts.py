"""Facts of a sandbox that rules of conduct look at, each dated: bookings, conversations, participants, messages, tokens, deliveries."""

from dataclasses import dataclass
from datetime import datetime

from inbox_mock.conduct.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFact:
    """A booking. ``channel_conversation`` is the one that its channel opened, at ``opened_at``.

    ``owned``: its channel opens conversations by itself. ``never``: the channel will not open one for it.
    """

    id: int
    account_id: int
    channel: str
    owned: bool
    default_channel: str | None
    created_at: datetime
    canceled_at: datetime | None = None
    channel_conversation: int | None = None
    opened_at: datetime | None = None
    never: bool = False

    def waits(self, at: datetime) -> bool:
        """Return whether the booking existed and its channel had still to open the conversation, as far as a client could know."""
        there = self.owned and self.created_at <= at and (self.canceled_at is None or at < self.canceled_at)
        return there and (self.opened_at is None or at < self.opened_at)

    def has_conversation(self, at: datetime) -> bool:
        """Return whether the channel had opened the conversation."""
        return self.opened_at is not None and self.opened_at <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationFact:
    """A conversation; ``channel`` is None if no channel opened it, so that none sees it."""

    id: int
    account_id: int
    channel: str | None
    default_channel: str | None
    bookings: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantFact:
    """A participant; ``kind`` is Client or Host."""

    id: int
    conversation_id: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFact:
    """A message; ``relayed``: the guest sees it on the channel, or it was sent on its way there."""

    id: int
    account_id: int
    conversation_id: int
    sender_id: int
    visibility: str
    channel: str | None
    created_at: datetime
    relayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFact:
    """An access token: its application, its account, and the granted scopes."""

    application_id: int
    account_id: int | None
    scopes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DeliveryFact:
    """A webhook: its event and record, and how its signature was forged, in words. The record is read each time it is asked for."""

    id: int
    event: str
    record: Value[str] = Value("")
    forged: str = ""
