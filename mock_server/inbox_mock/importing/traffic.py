"""Which exchanges of a recording are of the API, by host, and the API's clock through them."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from inbox_mock.importing.calls import OF_A_FAKE, Call, call_of, object_of, origin_and_path, time_of
from inbox_mock.recordings.exchange import Exchange, Lost, Place

UNKNOWN_TIME = datetime(2030, 6, 1, 12, tzinfo=UTC)


class NothingToImportError(Exception):
    """What is recorded shows nothing of the API; the text says why."""


@dataclass(frozen=True, slots=True)
class Host:
    """The exchanges with one host: those that were used, and those that were ignored."""

    name: str
    used: int
    ignored: int


class Traffic:
    """The exchanges by host, the ``bases`` before ``/api/v3``, and the API's time of the last exchange and of the first one."""

    def __init__(self) -> None:
        self.bases: dict[str, None] = {}
        self._used, self._ignored = Counter[str](), Counter[str]()
        self._now: datetime | None = None
        self._first: datetime | None = None
        self._ahead = timedelta()
        self.unreadable: dict[str, list[Place]] = {}
        """Where answers of the API stand that hold no records since their bodies are not there, or not whole; by the reason."""

    def take(self, exchange: Exchange) -> tuple[Call, datetime] | None:
        """Return what an exchange calls, and the API's time of it; None for what is ignored."""
        call, host = call_of(exchange), origin_and_path(exchange.request.url)[0].rpartition("//")[2] or "no host"
        if call is None or (call.part == "api" and call.endpoint is None):
            self._ignored[host] += 1
            return None
        self._used[host] += 1
        if call.part == "api" or (call.part == "uploads" and OF_A_FAKE.fullmatch(call.path)):
            self.bases.setdefault(call.base)
        reason = _unreadable(call)
        if reason is not None:
            self.unreadable.setdefault(reason, []).append(exchange.place)
        return call, self._moment(exchange, of_api=call.part != "webhook")

    def _moment(self, exchange: Exchange, *, of_api: bool) -> datetime:
        """Return the API's time of an exchange: its own word, else the recorder's clock as far as that was off, else the last time."""
        told = time_of(exchange) if of_api else None
        if told is not None and exchange.at is not None:
            self._ahead = told - exchange.at
        elif told is None and exchange.at is not None:
            told = (exchange.at + self._ahead).replace(microsecond=0)
        self._now = told or self._now or UNKNOWN_TIME
        self._first = self._now if self._first is None else min(self._first, self._now)
        return self._now

    @property
    def start(self) -> datetime:
        """The API's time of the first exchange.

        Raises:
            NothingToImportError: there was none.
        """
        if self._first is None or not self.bases:
            hosts = ", ".join(sorted({*self._ignored, *self._used})[:3])
            found = f"traffic with {hosts} alone" if hosts else "no exchange"
            raise NothingToImportError(f"found {found}; expected calls of /api/v3, such as /api/v3/inbox/conversations")
        return self._first

    @property
    def hosts(self) -> tuple[Host, ...]:
        """What there was, by host."""
        return tuple(Host(name, self._used[name], self._ignored[name]) for name in sorted({*self._used, *self._ignored}))


def _unreadable(call: Call) -> str | None:
    """Return why an answer that should hold records cannot be read; None if it can."""
    answer = call.exchange.response
    if call.part != "api" or answer is None or answer.status not in {200, 201} or object_of(answer.body) is not None:
        return None
    if Lost.CUT in call.exchange.lost:
        return "the end of the body is missing: what the answer showed is not known"
    if not answer.body:
        return "the recording holds no body: what the answer showed is not known"
    return "the body is no JSON object: what the answer showed is not known"
