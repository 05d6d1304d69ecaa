"""The types of events that webhooks deliver: each module here exports ``EVENT_TYPES``, a tuple of declarations."""

from dataclasses import dataclass
from functools import cache

from inbox_mock.domain.discovery import by_name, discover


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """A type of event: ``plural`` names the resource whose record is delivered.

    An application receives it if it holds any one of ``scopes``; without ``scopes`` every application does. It is published by
    the use case that names it, and right after each event that it ``accompanies``, about the same record.
    """

    name: str
    says: str
    plural: str
    scopes: tuple[str, ...] = ()
    accompanies: tuple[str, ...] = ()


@cache
def event_types() -> dict[str, EventType]:
    """Return every event type by its name.

    Raises:
        DeclarationError: a module cannot be used, or two event types have the same name.
    """
    return by_name(__name__, discover(__name__, "EVENT_TYPES", tuple), kind=EventType)


@cache
def companions_of(name: str) -> tuple[str, ...]:
    """Return the names of the event types that accompany one."""
    return tuple(event_type.name for event_type in event_types().values() if name in event_type.accompanies)
