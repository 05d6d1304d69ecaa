"""What is kept of a client's life in a world: moments, promises, webhooks, and what was true in the end."""

from dataclasses import dataclass, field

from inbox_contracts.consumer.driver import JSON, DriverError, DriverFailed
from inbox_contracts.consumer.worlds import World


@dataclass(slots=True)
class Moment:
    """Something that happened: at which time of the world, who did it, in a sentence, and between which entries of the journal."""

    at: str
    who: str
    text: str
    entries: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class Promise:
    """An answer that the client was told to give. ``state`` is ``owed``, ``kept`` or ``void``; ``nobody``: it had said so too soon."""

    booking_id: int
    content: str
    state: str = "owed"
    nobody: bool = False


@dataclass(slots=True)
class Heard:
    """A webhook that the client was brought: whether it was ``genuine`` and ``accepted``, and ``old`` by then.

    ``before`` is what the client had last said that it believes.
    """

    event: str
    record: JSON
    genuine: bool
    accepted: bool
    old: bool
    before: JSON | None


@dataclass(slots=True)
class Play:
    """How a client lived in a world: everything that the judge looks at.

    ``happened`` holds each thing that happened, with how often the client had looked by then; ``waited`` are the bookings
    that had no conversation when it looked; ``threads`` says how often each guest reads what was promised, ``stored`` how
    often it was sent at all.
    """

    world: World
    can: frozenset[str] = frozenset()
    moments: list[Moment] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    happened: list[tuple[str, JSON, int]] = field(default_factory=list)
    waited: set[int] = field(default_factory=set)
    cancelled: set[int] = field(default_factory=set)
    belief: JSON | None = None
    truth: JSON = field(default_factory=dict)
    threads: dict[tuple[int, str], int] = field(default_factory=dict)
    stored: dict[tuple[int, str], int] = field(default_factory=dict)
    report: JSON = field(default_factory=dict)
    entries: list[JSON] = field(default_factory=list)
    faults: list[JSON] = field(default_factory=list)
    past: list[JSON] = field(default_factory=list)
    stuck: str | None = None
    gave_up: str | None = None
    misconduct: DriverError | None = None
    failed: DriverFailed | None = None
