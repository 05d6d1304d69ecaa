"""What two workers on one directory answer in the time of one, and what it costs to hand a connection over for every request."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.children import Child, fake
from bench.figures import Figure
from bench.wire import Connection, written
from inbox_mock.store.homes import Share

SANDBOXES, EACH = 8, 40
ADMIN, CONVERSATIONS = "/__admin/sandboxes", "/api/v3/inbox/conversations"


def measure(rounds: int) -> Iterator[Figure]:
    """Eight connections, each for a sandbox of its own; then one for two sandboxes."""
    with ExitStack() as stack:
        servers = [stack.enter_context(_serving(count)) for count in (1, 2)]
        tokens = [_tokens(server) for server in servers]
        rates: list[list[float]] = [[], []]
        for number in range(-1, rounds):
            for server, mine, found in zip(servers, tokens, rates, strict=True):
                rate = _rate(server, mine)
                if number >= 0:  # the round before the first warms both up
                    found.append(rate)
        note = f"{median(rates[1]):,.0f}/s, one worker {median(rates[0]):,.0f}/s"
        ratios = [two / one for one, two in zip(*rates, strict=True)]
        yield Figure(subject="GET a page, requests/s of 2 workers against 1", target=1.3, at_least=True, rounds=ratios, note=note)
        yield _handed_over(servers[1], tokens[1], rounds)


@contextmanager
def _serving(count: int) -> Iterator[Child]:
    with TemporaryDirectory(ignore_cleanup_errors=True) as data, fake("agency", "--data", data, "--workers", str(count)) as child:
        yield child


def _tokens(server: Child) -> list[str]:
    """The tokens of sandboxes of which each worker has half, by turns."""
    connection = server.connect()
    found: tuple[list[str], list[str]] = ([], [])
    while min(map(len, found)) < SANDBOXES // 2:
        made = connection.call("POST", ADMIN, {"scenario": "agency"}).json
        found[Share(0, 2).owner(made["id"])].append(made["token"])
        connection = server.connect()  # by any worker
    return [token for both in zip(*found, strict=False) for token in both][:SANDBOXES]


def _rate(server: Child, tokens: list[str]) -> float:
    """Requests a second over a connection for each token, all at once."""
    connections = [server.connect() for _ in tokens]
    with ThreadPoolExecutor(len(tokens)) as pool:
        began = perf_counter()
        for done in [pool.submit(_ask, connection, [token]) for connection, token in zip(connections, tokens, strict=True)]:
            done.result()
        return len(tokens) * EACH / (perf_counter() - began)


def _ask(connection: Connection, tokens: list[str]) -> float:
    """Ask by turns with each token; the seconds."""
    requests = [written("GET", CONVERSATIONS, token=token) for token in tokens]
    began = perf_counter()
    for request in islice(cycle(requests), EACH):
        connection.ask(request)
    return perf_counter() - began


def _handed_over(server: Child, tokens: list[str], rounds: int) -> Figure:
    connection = server.connect()
    ratios = []
    for number in range(-1, rounds):
        stays, goes = _ask(connection, tokens[:1]), _ask(connection, tokens[:2])
        if number >= 0:
            ratios.append(goes / stays)
    return Figure(
        subject="GET a page, on a connection that changes the worker each time, against one that stays", target=2.5, rounds=ratios
    )
