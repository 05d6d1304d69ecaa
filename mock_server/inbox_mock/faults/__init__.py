"""What can go wrong on purpose: this file is the shape, each sibling exports one ``FAULT``, and its name is the fault's kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Literal

from inbox_mock.domain.discovery import discover
from inbox_mock.domain.errors import Refusal

Schema = dict[str, object]
Options = Mapping[str, object]
Wire = Literal["close", "reset", "cut"]
DURATION = "a duration such as 90s, 10m, 2h, 1d or PT10M"


def duration(default: str, says: str) -> Schema:
    """Return the JSON Schema of an option that is a duration; the fault is handed a timedelta."""
    return {"type": "string", "x-duration": True, "default": default, "description": f"{says}: {DURATION}"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as faults see it: ``path`` is under /api/v3, ``listing`` is what it lists, whichever page; ``window`` its clock hour."""

    method: str
    path: str
    listing: str
    page: int
    application_id: int
    token_id: int
    window: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """An answer in place of the real one."""

    status: int
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEffect:
    """What becomes of a request that is struck.

    ``applied``: whether what was asked for is done. ``refusal`` or ``instead`` is answered in place of the answer, ``spoil``
    rewrites it, ``headers`` are added. ``wire``: no answer, a reset connection, or an answer cut after ``kept`` bytes.
    ``takes``: how long it takes, on the sandbox's clock unless ``really``. ``from_the_past``: it sees the sandbox as it was when
    the fault was set, and says so in its synced-at if ``honest``. ``shifted``: by how many records its page has moved.
    """

    applied: bool = True
    refusal: Refusal | None = None
    instead: Instead | None = None
    headers: tuple[tuple[str, str], ...] = ()
    spoil: Callable[[bytes], bytes] | None = None
    wire: Wire | None = None
    kept: int | None = None
    takes: timedelta = timedelta()
    really: bool = False
    from_the_past: bool = False
    honest: bool = True
    shifted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryEffect:
    """What becomes of a webhook that is struck; ``overtaken``: it leaves after the next one to the same address, or after ``delay``."""

    copies: int = 1
    delay: timedelta = timedelta()
    lost: bool = False
    forged: bool = False
    overtaken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """``options`` are JSON Schemas by name, each with its default. ``lasts``: for how long, if nothing is said.

    ``keeps_past``: the sandbox is kept as it was when the fault was set.
    """

    says: str
    options: Mapping[str, Schema] = field(default_factory=dict)
    lasts: str | None = None
    keeps_past: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFault(Fault):
    """A fault of the API. ``concerns`` says which requests it can strike at all.

    ``lingers`` names what stays struck: once a request is struck, later ones with the same name are too, whatever they ask
    for, until one that ``ends`` it.
    """

    sabotage: Callable[[Options], RequestEffect]
    concerns: Callable[[Asked], bool] = lambda asked: True  # noqa: ARG005
    lingers: Callable[[Asked], str | None] = lambda asked: None  # noqa: ARG005
    ends: Callable[[Asked], bool] = lambda asked: False  # noqa: ARG005


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookFault(Fault):
    """A fault of webhooks. ``older``: it tells of a record as it once was, and strikes only where that is known."""

    misdelivery: Callable[[Options], DeliveryEffect]
    older: bool = False


@cache
def kinds() -> dict[str, Fault]:
    """Return every fault by its kind."""
    return discover(__name__, "FAULT", Fault)
