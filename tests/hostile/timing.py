"""How long requests take, by clients that take little themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from time import perf_counter
from urllib.parse import urlsplit

from fake import Answer, Transport


class Plain:
    """Calls a server on a connection that it keeps, in a third of the processor's time that requests takes.

    Where many threads of one process call a server on the same machine, what they compute delays each other, and so what they measure.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self._connection = HTTPConnection(urlsplit(root).netloc, timeout=30)

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        self._connection.request(method, target, body, dict(headers))
        with self._connection.getresponse() as answer:
            return Answer(answer.status, dict(answer.getheaders()), answer.read())

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@dataclass
class Timed:
    """Notes the seconds of each call; those of advances in ``advances``, too."""

    transport: Transport
    seconds: list[float] = field(default_factory=list)
    advances: list[float] = field(default_factory=list)

    @property
    def root(self) -> str:
        return self.transport.root

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        began = perf_counter()
        try:
            return self.transport.send(method, target, headers, body)
        finally:
            took = perf_counter() - began
            self.seconds.append(took)
            if target.endswith("/clock/advance"):
                self.advances.append(took)


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The value below which so many percent of the ordered ones lie; 0 if there are none."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0
