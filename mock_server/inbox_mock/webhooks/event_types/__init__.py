"""The types of events that webhooks deliver: each module here exports ``EVENT_TYPES``, a tuple of declarations."""

from dataclasses import KW_ONLY, dataclass
from functools import cache

from inbox_mock.domain.access import ALL_SCOPES
from inbox_mock.domain.discovery import DeclarationError, by_name, discover, expect_words
from inbox_mock.resources import RESOURCES


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of event: ``plural`` names the resource whose record is delivered.

    An application receives it if it holds any one of ``scopes``; without ``scopes`` every application does. It is published by
    the use case that names it, and right after each event that it ``accompanies``, about the same record.

    Raises:
        ValueError: the name is none, or there is no such resource or scope.
    """

    name: str
    says: str
    plural: str
    _: KW_ONLY
    scopes: tuple[str, ...] = ()
    accompanies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a name that is hard to type, and a resource and scopes that do not exist."""
        expect_words("event type", self.name)
        if self.plural not in RESOURCES:
            raise ValueError(f"event type {self.name!r}: plural is {self.plural!r}; expected one of {', '.join(RESOURCES)}")
        for key, names in (("scopes", self.scopes), ("accompanies", self.accompanies)):
            if isinstance(names, str):
                raise ValueError(f"event type {self.name!r}: {key} is {names!r}; expected a tuple of names")
        for scope in self.scopes:
            if scope not in ALL_SCOPES:
                raise ValueError(f"event type {self.name!r}: scopes has {scope!r}; expected some of {', '.join(ALL_SCOPES)}")


@cache
def event_types() -> dict[str, EventType]:
    """Return every event type by its name.

    Raises:
        DeclarationError: a module cannot be used, or two event types have the same name, or one accompanies an unknown one.
    """
    declared = discover(__name__, "EVENT_TYPES", tuple)
    found: dict[str, EventType] = by_name(__name__, declared, kind=EventType)
    for module, several in declared.items():
        for one in several:
            for other in one.accompanies:
                if other not in found or other == one.name:
                    raise DeclarationError(
                        f"{__name__}.{module}: event type {one.name!r} accompanies {other!r}; expected another event type"
                    )
                if found[other].plural != one.plural:
                    raise DeclarationError(
                        f"{__name__}.{module}: event type {one.name!r} of {one.plural} accompanies {other!r} of {found[other].plural}"
                    )
    for name in found:
        _expect_no_circle(found, (name,))
    return found


def _expect_no_circle(found: dict[str, EventType], path: tuple[str, ...]) -> None:
    """Refuse event types that accompany each other: publishing one would never end."""
    for other in found[path[-1]].accompanies:
        if other in path:
            raise DeclarationError(f"{__name__}: event types accompany each other in a circle: {', '.join((*path, other))}")
        _expect_no_circle(found, (*path, other))


@cache
def companions_of(name: str) -> tuple[str, ...]:
    """Return the names of the event types that accompany one."""
    return tuple(event_type.name for event_type in event_types().values() if name in event_type.accompanies)
