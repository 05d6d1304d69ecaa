"""The declaration of a kind of fault: what it strikes, its options, and its effect on a request or a webhook."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode

from inbox_mock.domain.discovery import expect_words
from inbox_mock.domain.errors import Refusal
from inbox_mock.domain.values import whole_number
from inbox_mock.engine import durations

Schema = dict[str, object]
Options = Mapping[str, Any]
"""The options of a fault that is set, by name: each is as its JSON Schema demands, durations are timedeltas."""

ConnectionEffect = Literal["close", "reset", "cut"]


def duration(default: str, says: str) -> Schema:
    """Return the JSON Schema of an option that is a duration; the fault receives a timedelta."""
    return {**durations.SCHEMA, "x-duration": True, "default": default, "description": f"{says}: {durations.EXPECTED}"}


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """The facts about a request that faults use; ``path`` is the whole one.

    ``application_id`` and ``token_id`` are 0 where a request of /oauth names none.
    ``window`` is the start of the hour for rate limits, in seconds since 1970.
    """

    method: str
    path: str
    query: str
    application_id: int
    token_id: int
    window: int

    @property
    def page(self) -> int:
        """The page of the list that is asked for."""
        return whole_number(self._parameters().get("page", "1"), 15) or 1

    @property
    def listing(self) -> str:
        """What identifies the list, without the page."""
        others = {name: value for name, value in self._parameters().items() if name != "page"}
        return f"{self.application_id} {self.path}?{urlencode(sorted(others.items()))}"

    def _parameters(self) -> dict[str, str]:
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A response in place of the real one. Without a body, it is an error as the API that was called writes it.

    ``content_type`` is that API's own, if left out.
    """

    status: int
    body: bytes | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEffect:
    """The effect of a fault on a request.

    ``applied``: whether the operation is carried out. ``refusal`` or ``replacement`` is the answer in place of the real one,
    ``rewrite`` changes the real one's body, ``headers`` are added. ``connection``: close it without an answer, reset it, or
    cut the answer after ``kept`` bytes (half of it, for None). ``takes``: how much time passes, on the sandbox's clock, or for
    the client too if ``waits``. ``reads_past``: reads show the sandbox as it was when the fault was set, and the synced-at
    header says so if ``honest``. ``shift``: the number of records by which a list's page has moved. ``spends_the_hour``: no request is
    left of the hour after it.
    """

    applied: bool = True
    refusal: Refusal | None = None
    replacement: Replacement | None = None
    headers: tuple[tuple[str, str], ...] = ()
    rewrite: Callable[[bytes], bytes] | None = None
    connection: ConnectionEffect | None = None
    kept: int | None = None
    takes: timedelta = timedelta()
    waits: bool = False
    reads_past: bool = False
    honest: bool = True
    shift: int = 0
    spends_the_hour: bool = False


class Signed(IntEnum):
    """How a webhook is signed; a delivery keeps the number."""

    RESPELLED = -1
    GENUINELY = 0
    WITH_A_WRONG_SECRET = 1
    NOT_AT_ALL = 2
    FOR_ANOTHER_BODY = 3
    NEARLY = 4
    AS_ONE_BEFORE = 5
    CUT_SHORT = 6

    @property
    def forgery(self) -> str:
        """What of a webhook is a reason to refuse it, in words after "which"; blank for nothing."""
        return FORGERIES.get(self, "")


FORGERIES = {
    Signed.WITH_A_WRONG_SECRET: "is signed with a wrong secret",
    Signed.NOT_AT_ALL: "has no signature",
    Signed.FOR_ANOTHER_BODY: "has the genuine signature of another body",
    Signed.NEARLY: "has a signature of which eight digits are wrong",
    Signed.AS_ONE_BEFORE: "has the genuine signature of an earlier webhook, with another body",
    Signed.CUT_SHORT: "has only the first eight digits of a signature",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryEffect:
    """The effect of a fault on a webhook; ``overtaken``: it is sent after the next one to the same address, or after ``delay``."""

    copies: int = 1
    delay: timedelta = timedelta()
    lost: bool = False
    signed: Signed = Signed.GENUINELY
    overtaken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """``options`` are JSON Schemas by name, each with a default. ``lasts``: for how long the fault is active by default.

    ``keeps_past``: an image of the sandbox is kept when the fault is set.
    """

    kind: str
    says: str
    options: Mapping[str, Schema] = field(default_factory=dict)
    lasts: str | None = None
    keeps_past: bool = False

    def __post_init__(self) -> None:
        """Refuse a kind that is hard to type, and an option that could not be left out, or explained."""
        expect_words("fault", self.kind)
        for name, schema in self.options.items():
            for key in ("default", "description"):
                if key not in schema:
                    raise ValueError(f"fault {self.kind!r}: the option {name!r} has no {key!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFault(Fault):
    """A fault of requests. ``concerns`` returns whether it can strike a request at all.

    ``api_only``: it is about what only requests under /api/v3 have (an access token, a list, a rate limit), and cannot strike /oauth.

    ``lingers`` returns a name or None: once the fault has struck a request, it strikes later ones of the same name, regardless
    of match and count, until a request for which ``ends`` is true. ``begins`` returns the effect on the first request of a name, or None
    if it is the same.
    """

    effect: Callable[[Options], RequestEffect]
    api_only: bool = False
    concerns: Callable[[RequestFacts], bool] = lambda _: True
    lingers: Callable[[RequestFacts], str | None] = lambda _: None
    begins: Callable[[Options], RequestEffect | None] = lambda _: None
    ends: Callable[[RequestFacts], bool] = lambda _: False


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookFault(Fault):
    """A fault of webhooks. ``older``: it delivers an older version of the record, and strikes only if one is known."""

    effect: Callable[[Options], DeliveryEffect]
    older: bool = False
