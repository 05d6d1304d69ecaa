"""Booking channels: the shape of a policy and its defaults. Each sibling module exports one ``POLICY``, all that a channel needs."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from zlib import crc32

from inbox_mock.domain.discovery import by_name, discover
from inbox_mock.domain.enumerations import CHANNELS, ORIGINS

NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
FIRST_DERIVED_ID, DERIVED_IDS = 1000, 9000
MOST = 2**31
RANGE = "a tuple of two whole numbers of seconds, the smaller one first"


@dataclass(frozen=True, kw_only=True)
class ChannelPolicy:
    """The differences between channels, as values. Delays are ranges in seconds, shares are from 0 to 1.

    * ``name`` is used by scenarios, the admin API and the command line; ``title`` is shown to people.
    * ``booked_on`` names within a sentence where a guest books; by default the title.
    * ``colour`` is the channel's colour in the dashboard, on light and on dark background.
    * ``opens_after``: how long after a booking the channel opens the conversation. A channel without it opens none.
    * ``application_id`` and ``application_name`` are those of the application that appears as ``created_by``. Every
      scenario gets it. By default an id that is derived from ``name`` and the title are used.
    * ``default_channel`` and ``origin`` are words of the API's enumerations: the conversation's default channel, and the
      origin of incoming messages.
    * ``host_share``: how often the channel adds a Host participant.
    * ``response_hours``: the deadline for an answer.
    * ``relays_after``: how long it takes until the guest sees a host's message.

    Raises:
        ValueError: a field has a value that is not of its type, range or words.
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
        """Refuse values that would fail only in use, and words that no answer of the API can hold."""
        for key, (is_valid, expected) in FIELDS.items():
            value = getattr(self, key)
            if not is_valid(value):
                raise ValueError(f"channel {self.name!r}: {key} is {value!r}; expected {expected}")

    @cached_property
    def owns_conversations(self) -> bool:
        """Whether the channel opens conversations, so that clients wait for them."""
        return self.opens_after is not None

    @property
    def own_id(self) -> int:
        """The id of its application; a scenario in which another application has it gets the next free one."""
        return self.application_id or FIRST_DERIVED_ID + crc32(self.name.encode()) % DERIVED_IDS

    @property
    def application(self) -> dict[str, object] | None:
        """The channel's application as in a scenario file; None for a channel that opens no conversations."""
        if not self.owns_conversations:
            return None
        return {"id": self.own_id, "name": self.application_name or self.title, "channel": self.name}


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.isprintable()


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < MOST


def _is_range(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(part == 0 or _is_whole(part) for part in value) and value[0] <= value[1]


def _is_pair_of_colours(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(COLOUR.fullmatch(str(part)) for part in value)


FIELDS: dict[str, tuple[Callable[[object], bool], str]] = {
    "name": (lambda value: NAME.fullmatch(str(value)) is not None, "small letters and digits, joined by hyphens"),
    "title": (lambda value: _is_text(value) and value != "", "a printable text"),
    "booked_on": (_is_text, "a printable text"),
    "application_name": (_is_text, "a printable text"),
    "colour": (_is_pair_of_colours, "a tuple of two colours as #rrggbb, on light and on dark ground"),
    "opens_after": (lambda value: value is None or _is_range(value), f"None or {RANGE}"),
    "relays_after": (_is_range, RANGE),
    "application_id": (lambda value: value is None or _is_whole(value), "None or a whole number from 1"),
    "host_share": (lambda value: isinstance(value, int | float) and 0 <= value <= 1, "a number from 0 to 1"),
    "response_hours": (lambda value: value is None or _is_whole(value), "None or a whole number of hours from 1"),
    "default_channel": (lambda value: value is None or value in CHANNELS, f"one of {', '.join(CHANNELS)}"),
    "origin": (lambda value: value in ORIGINS, f"one of {', '.join(ORIGINS)}"),
}
"""What each field of a policy can be: a check, and the same in words."""
NONE = ChannelPolicy(name="none", title="none")


@cache
def policies() -> dict[str, ChannelPolicy]:
    """Return every channel's policy by the channel's name.

    Raises:
        DeclarationError: a module cannot be used, or two channels have the same name, title or application id.

    """
    declared = {module: (policy,) for module, policy in discover(__name__, "POLICY", ChannelPolicy).items()}
    by_name(__name__, declared, "title")
    by_name(__name__, {module: found for module, found in declared.items() if found[0].owns_conversations}, "own_id")
    return by_name(__name__, declared)


def policy_of(name: object) -> ChannelPolicy:
    """Return the policy of a conversation's channel; one that a client made has the policy of none."""
    return policies().get(str(name), NONE)


def opening() -> tuple[ChannelPolicy, ...]:
    """Return the policies of the channels that open conversations."""
    return tuple(policy for policy in policies().values() if policy.owns_conversations)
