"""Rules of conduct, the evidence that they evaluate, and the violations that they find."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Literal, TypeVar, get_args

from inbox_mock.conduct.facts import (
    BookingFact,
    ConversationFact,
    DeliveryFact,
    Json,
    MessageFact,
    ParticipantFact,
    Present,
    TokenFact,
    Value,
    is_recent,
    object_in,
    parameters_in,
)
from inbox_mock.domain.reasons import EXPLAINED, FAULT_STRUCK, Reason, in_words, of_refusal
from inbox_mock.domain.values import whole_number

Severity = Literal["error", "note"]

T = TypeVar("T")

API = "/api/v3/"
TOKENS = "/oauth/token"


@dataclass(frozen=True, slots=True)
class Violation:
    """A violation: a sentence about what the client did, and the ids of the journal entries that show it, the client's act last."""

    about: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A claim about a client's conduct.

    ``title`` ends the sentence "The client ...". ``why`` names the consequence, and ``source`` the page that says so.
    ``exceptions`` are cases that look like a violation and are none. ``find`` is None for a rule that only a trial can evaluate;
    a rule that is ``whole`` is not evaluated once the journal's oldest entries are deleted.

    Raises:
        ValueError: the severity is neither error nor note.
    """

    code: str
    title: str
    why: str
    source: str
    fix: str
    severity: Severity = "error"
    exceptions: tuple[str, ...] = ()
    find: Callable[["Evidence"], Iterable[Violation]] | None = None
    whole: bool = False

    def __post_init__(self) -> None:
        """Refuse another severity: nothing would ever count its violations."""
        if self.severity not in get_args(Severity):
            raise ValueError(f"rule {self.code!r}: severity is {self.severity!r}; expected {' or '.join(get_args(Severity))}")

    def __call__(self, find: Callable[["Evidence"], Iterable[Violation]]) -> "Rule":
        """Return the rule with the function that finds its violations; used as a decorator of that function."""
        return replace(self, find=find)


@lru_cache(maxsize=256)
def parts_of(path: str) -> tuple[str, ...]:
    """Return a path under the API, split; empty for anything else."""
    return tuple(part for part in path.removeprefix(API).split("/") if part) if path.startswith(API) else ()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry of the journal: a request under /api/v3 or /oauth, or an attempt to deliver a webhook (``delivery`` is set).

    Bodies are text, or for /oauth the parameters by name. In a report they are read from the journal and parsed each time they are
    asked for, and not kept: ask for the entries that matter only, and for each of them once. ``status`` is None where no answer was sent;
    ``readable`` is false for an answer that a fault cut short or garbled. ``synced_at`` is that of the answer.
    ``arrived_after`` is the newest entry when the request arrived, where others were answered while it waited;
    ``connection`` is the number of the client's connection, in the order of their first requests.
    ``scopes``: any one of them allows the request. ``head_bytes`` is about the size of the answer's status line and headers, 0 for
    a webhook.
    """

    id: int
    at: datetime
    method: str
    path: Value[str] = Value()
    query: Value[str] = Value("")
    status: int | None
    token: str | None = None
    application_id: int | None = None
    account_id: int | None = None
    arrived_after: int | None = None
    connection: int = 1
    asked_headers: Value[Mapping[str, str]] = Value({})
    asked_body: Value[str | Json] = Value("")
    headers: Value[Mapping[str, str]] = Value({})
    head_bytes: int = 0
    body: Value[str | Json] = Value("")
    caused: tuple[tuple[str, int], ...] = ()
    reasons: tuple[Reason, ...] = ()
    readable: bool = True
    synced_at: datetime | None = None
    delivery: DeliveryFact | None = None
    scopes: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """The reasons in words, and what a refusal said; empty if there is neither."""
        if self.delivery is not None or self.status not in EXPLAINED:
            return in_words(self.reasons)
        return of_refusal(self.status, self.reasons, self.body)

    @property
    def is_struck(self) -> bool:
        """Whether a fault struck."""
        return any(reason.code == FAULT_STRUCK for reason in self.reasons)

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The path under /api/v3, split; empty for anything else."""
        return parts_of(self.path) if self.delivery is None else ()

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        """The query parameters; the last value of a repeated one counts."""
        return parameters_in(self.query)

    @property
    def written(self) -> Json:
        """The first record of the request's body; empty where there is none, or the journal did not keep all of it."""
        for records in self.asked.values():
            if isinstance(records, list) and records and isinstance(records[0], dict):
                return records[0]
        return {}

    @property
    def asked(self) -> Json:
        """The request's body, or its parameters for /oauth; empty where it is not a JSON object, or the journal did not keep all of it."""
        return object_in(self.asked_body)

    @property
    def answered(self) -> Json:
        """The answer's body; empty where it is not a JSON object, or the journal did not keep all of it."""
        return object_in(self.body)

    @property
    def failed(self) -> bool:
        """Whether the client got no usable response."""
        return self.status is None or self.status >= 400 or not self.readable

    @property
    def done(self) -> bool:
        """Whether the operation was carried out, even if no response said so."""
        return bool(self.caused) or (self.status is not None and self.status < 300 and self.readable)

    def made(self, event: str) -> int | None:
        """Return the id of the record that the request created, by the event that it caused."""
        return next((record_id for caused, record_id in self.caused if caused == event), None)

    def number(self, name: str) -> int | None:
        """Return the whole number that the request's body has under a name."""
        found = self.written.get(name)
        text = str(found) if isinstance(found, int | str) and not isinstance(found, bool) else ""
        return whole_number(text, 19)

    def refused_for(self, name: str) -> bool:
        """Return whether the request was refused because of a field."""
        errors = self.answered.get("errors") if self.status == 422 else None
        return isinstance(errors, list) and any(isinstance(error, dict) and error.get("field") == name for error in errors)

    def repeats(self, other: "Entry") -> bool:
        """Return whether the request is the same as another."""
        return (self.method, self.path, self.query, self.asked_body) == (other.method, other.path, other.query, other.asked_body)

    def waited_for(self, other: "Entry") -> bool:
        """Return whether the request had come before another one was answered."""
        return self.arrived_after is not None and self.arrived_after < other.id

    def is_call(self, method: str, *parts: str) -> bool:
        """Return whether this is a request with this method and path; ``*`` stands for any part. PATCH counts as PUT."""
        found = self.parts
        if len(parts) != len(found) or method != ("PUT" if self.method == "PATCH" else self.method):
            return False
        return parts == found or ("*" in parts and all(wanted in ("*", one) for wanted, one in zip(parts, found, strict=True)))


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The evidence for rules: the journal, oldest entry first, and facts about the sandbox as it is now, with times.

    ``lost``: the number of the journal's oldest entries that were deleted. ``strict``: what the guide asks clients to refrain
    from was refused. A rule that asks for ``now`` is evaluated anew at each moment, one that asks `is_recent` only when that has
    changed.
    """

    entries: tuple[Entry, ...]
    now: Present = Present()
    strict: bool = False
    lost: int = 0
    bookings: Mapping[int, BookingFact] = field(default_factory=dict)
    conversations: Mapping[int, ConversationFact] = field(default_factory=dict)
    participants: Mapping[int, ParticipantFact] = field(default_factory=dict)
    messages: Mapping[int, MessageFact] = field(default_factory=dict)
    tokens: Mapping[str, TokenFact] = field(default_factory=dict)

    @cached_property
    def calls(self) -> tuple[Entry, ...]:
        """The requests under /api/v3."""
        return tuple(entry for entry in self.entries if entry.parts)

    @cached_property
    def _by_form(self) -> Mapping[tuple[str, int], list[Entry]]:
        found: dict[tuple[str, int], list[Entry]] = {}
        for entry in self.calls:
            found.setdefault(("PUT" if entry.method == "PATCH" else entry.method, len(entry.parts)), []).append(entry)
        return found

    def called(self, method: str, *parts: str) -> Iterator[Entry]:
        """Yield the requests with a method and a path, as `Entry.is_call` has them, without looking at all the others."""
        return (entry for entry in self._by_form.get((method, len(parts)), ()) if entry.is_call(method, *parts))

    @cached_property
    def exchanges(self) -> tuple[Entry, ...]:
        """The requests for tokens."""
        return tuple(e for e in self.entries if e.method == "POST" and e.delivery is None and e.path.rstrip("/") == TOKENS)

    @cached_property
    def attempts(self) -> tuple[Entry, ...]:
        """The attempts to deliver a webhook."""
        return tuple(entry for entry in self.entries if entry.delivery is not None)

    @cached_property
    def most_at_once(self) -> int:
        """How many calls the client may have under way besides one: as many as it has further connections, if it keeps them; or one."""
        connections = len({entry.connection for entry in self.calls})
        return max(1, min(connections - 1, len(self.calls) - connections))

    @property
    def holds_until(self) -> datetime:
        """The last moment at which what rules have asked about the present so far is true; far in the future if they have not."""
        found: datetime = self.__dict__["holds_until"]
        return found

    def is_recent(self, at: datetime, span: timedelta) -> bool:
        """Return whether less than a span has passed since a time."""
        return is_recent(self, at, span)

    def once(self, derive: Callable[["Evidence"], T]) -> T:
        """Return what a function derives from the evidence; it is called once for all rules that ask for it."""
        derived: dict[object, T] = vars(self).setdefault("_derived", {})
        if derive not in derived:
            derived[derive] = derive(self)
        return derived[derive]

    @cached_property
    def _by_application(self) -> Mapping[int, list[Entry]]:
        found: dict[int, list[Entry]] = {}
        for entry in self.calls:
            if entry.application_id is not None:
                found.setdefault(entry.application_id, []).append(entry)
        return found

    def by_application(self) -> Iterator[tuple[int, list[Entry]]]:
        """Yield each application that called the API, with its calls in order."""
        yield from self._by_application.items()

    def attempts_at(self, method: str, *parts: str, field: str) -> Iterator[Entry]:
        """Yield the requests of a kind that were carried out, and those that a strict sandbox refused because of ``field``."""
        return (entry for entry in self.called(method, *parts) if entry.done or (self.strict and entry.refused_for(field)))
