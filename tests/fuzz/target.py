"""What a target of fuzzing is, and where what is found is kept."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from inbox_mock.domain.discovery import by_name, discover_all

PACKAGE = "fuzz.targets"
CORPUS = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class Target:
    """A part of the product that reads bytes: ``run`` gives it some, and fails if what ``holds`` says does not.

    ``seeds`` are inputs to begin with, ``words`` pieces of which inputs are made, ``longest`` is their length in bytes.
    """

    run: Callable[[bytes], object]
    holds: str
    seeds: Callable[[], Iterable[bytes]]
    words: tuple[bytes, ...]
    longest: int

    @property
    def name(self) -> str:
        return self.run.__name__

    def kept(self) -> list[Path]:
        """The files of its inputs that are kept: what was found once, and what reaches most of the code."""
        return sorted((CORPUS / self.name).glob("*"))

    def beginnings(self) -> list[bytes]:
        """Every input to begin with, each once."""
        given = [*self.seeds(), *(path.read_bytes() for path in self.kept())]
        return [found for found in dict.fromkeys(given) if len(found) <= self.longest]


def target(
    *, holds: str, seeds: Callable[[], Iterable[bytes]], words: tuple[bytes, ...] = (), longest: int = 4096
) -> Callable[[Callable[[bytes], None]], Target]:
    """Declare a target: the function takes an input, and its name is the target's."""
    return lambda run: Target(run, holds, seeds, words, longest)


def every() -> dict[str, Target]:
    """Every target, by its name."""
    return by_name(PACKAGE, discover_all(PACKAGE, Target))
