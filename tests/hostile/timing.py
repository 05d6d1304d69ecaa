"""How long requests take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from fake import Answer, OverSocket


@dataclass
class Timed(OverSocket):
    """Calls a server, and notes the seconds of each call; those of advances in ``advances``, too."""

    seconds: list[float] = field(default_factory=list)
    advances: list[float] = field(default_factory=list)

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        began = perf_counter()
        try:
            return super().send(method, target, headers, body)
        finally:
            took = perf_counter() - began
            self.seconds.append(took)
            if target.endswith("/clock/advance"):
                self.advances.append(took)


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The value below which so many percent of the ordered ones lie; 0 if there are none."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0
