"""Comparing two servers by the same requests: those of a recording, or a walk over all that can be read."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urlsplit

import orjson

from inbox_mock.api.operations import OPERATIONS
from inbox_mock.comparing.running import Compared, Comparison, Resending, differences, method_and_pattern
from inbox_mock.comparing.sides import OverHttp
from inbox_mock.comparing.translation import EARLIEST, AsSent, Credentials, Translation
from inbox_mock.domain.endpoints import API
from inbox_mock.importing.calls import call_of
from inbox_mock.recordings import Exchange, Lost, Place, RecordedRequest, RecordedResponse

READS = frozenset({"GET", "HEAD"})
NOT_WRITTEN = "it writes, and without --writes only GET and HEAD are sent to the other server"
NOT_NAMED = "no answer before it names the address that the file has on the other server"
SPENT = "the requests that may be sent are used up"
NOTHING: frozenset[Lost] = frozenset()
"""What is lost of an exchange with a server: its recorder's losses are of requests, which both servers are sent alike."""
LISTS = tuple(one for one in OPERATIONS if one.method == "GET" and "<" not in one.rule)
BATCH = 3
"""So many ids are asked for at once."""


@dataclass(slots=True)
class OtherServer:
    """The server that the fake is compared with. At most ``requests`` are sent to it, and without ``writes`` only reads."""

    resending: Resending
    requests: int
    writes: bool = False

    def answer(self, exchange: Exchange) -> Exchange | Compared:
        """Return a request as it was sent there, with the answer; or, if it was not sent, the reason.

        Raises:
            NoAnswerError: the server does not answer.
        """
        call = call_of(exchange)
        if call is None or call.part not in {"api", "uploads"}:
            return replace(exchange, response=None)
        if call.method not in READS and not self.writes:
            return Compared(exchange.place, method_and_pattern(call), skipped=NOT_WRITTEN)
        if not self.requests:
            return Compared(exchange.place, method_and_pattern(call), skipped=SPENT)
        self.requests -= 1
        sent = self.resending.send(replace(exchange, at=None), call)
        if call.part == "uploads" and _body(sent) != _body(exchange) and call.path not in self.resending.translation.texts:
            return Compared(exchange.place, method_and_pattern(call), skipped=NOT_NAMED)
        if exchange.response is not None and sent.response is not None:
            # The recording's ids of what was made are learned, as far as they differ; the differences are nobody's.
            list(differences(exchange.response, sent.response, call, self.resending.translation))
        return replace(sent, lost=NOTHING)


def _body(exchange: Exchange) -> bytes | None:
    return None if exchange.response is None else exchange.response.body


def over_http(root: str, token: str, seconds: float) -> Resending:
    """Return what sends requests to a server, with one token.

    Raises:
        AdminError: its root is no URL of a server.
    """
    return Resending(OverHttp(root, seconds), Credentials(token), Translation(), EARLIEST)


def compare_by(exchanges: Iterable[Exchange], other: OtherServer, ours: Resending) -> Iterator[Compared]:
    """Send recorded requests to both servers, and yield each, compared."""
    comparison = _comparison(ours)
    for exchange in exchanges:
        answered = other.answer(exchange)
        yield answered if isinstance(answered, Compared) else comparison.compare(answered)


def compare_walking(other: OtherServer, ours: Resending) -> Iterator[Compared]:
    """Read every list on both servers, its pages, its associations and some single records, and yield each request, compared."""
    comparison = _comparison(ours)
    numbers = iter(range(1, other.requests + 1))

    def ask(target: str) -> tuple[Compared, RecordedResponse | None]:
        place = Place(other.resending.side.origin, next(numbers, 0))
        answered = other.answer(Exchange(place, RecordedRequest("GET", target), None, lost=frozenset({Lost.AUTHORIZATION})))
        if isinstance(answered, Compared):
            return answered, None
        return comparison.compare(answered), answered.response

    for operation in LISTS:
        yield from _walk(f"{API}{operation.rule}", operation.resource.plural, tuple(link.name for link in operation.resource.links), ask)


def _comparison(ours: Resending) -> Comparison:
    return Comparison(replace(ours, credentials=AsSent(ours.credentials.token)))


def _walk(
    path: str, plural: str, associations: tuple[str, ...], ask: Callable[[str], tuple[Compared, RecordedResponse | None]]
) -> Iterator[Compared]:
    ids: list[int] = []
    target: str | None = path
    while target is not None:
        compared, answer = ask(target)
        yield compared
        ids += _ids(answer, plural)
        target = _next(answer)
    if not ids:
        return
    more = [f"{path}?{urlencode({'include': ','.join(associations)})}"] if associations else []
    for target in (*more, f"{path}?per_page=1", f"{path}/{ids[0]}", f"{path}/{','.join(map(str, ids[:BATCH]))}"):
        yield ask(target)[0]


def _ids(answer: RecordedResponse | None, plural: str) -> list[int]:
    try:
        records = orjson.loads((answer.body if answer else None) or b"{}").get(plural, [])
        return [record["id"] for record in records if isinstance(record["id"], int)]
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        return []


def _next(answer: RecordedResponse | None) -> str | None:
    """Return the target of the next page; whatever host it names, it is asked for where the others were."""
    for part in ((answer and answer.header("Link")) or "").split(", "):
        if part.endswith('rel="next"'):
            address = urlsplit(part.partition("<")[2].partition(">")[0])
            return f"{address.path}?{address.query}" if address.path.startswith(f"{API}/") else None
    return None
