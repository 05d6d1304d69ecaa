"""What an attack is, and what it is given: randomness from the seed, its share of the time, and where to say what is wrong."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from random import Random
from tempfile import TemporaryDirectory
from threading import Lock
from time import monotonic

MOST_WRONGS = 10


@dataclass
class Run:
    """One run of an attack, until ``seconds`` have passed; ``tree`` holds the product under attack, if it is not the installed one."""

    name: str
    seed: int
    seconds: float
    folder: Path
    tree: Path | None = None
    wrongs: list[str] = field(default_factory=list)
    measured: list[str] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._ends = monotonic() + self.seconds

    @property
    def is_over(self) -> bool:
        return monotonic() > self._ends

    def random(self, *of: object) -> Random:
        """Randomness of its own for each part of the attack: what one draws does not depend on the others."""
        return Random(f"{self.seed} {self.name} {' '.join(map(str, of))}")  # noqa: S311 - a replay needs it

    def wrong(self, text: str) -> None:
        """Note what must not be, once, as long as the list can be read."""
        with self._lock:
            if len(self.wrongs) < MOST_WRONGS and text not in self.wrongs:
                self.wrongs.append(text)

    def hold(self, held: object, otherwise: str) -> None:
        """Note ``otherwise`` if something does not hold."""
        if not held:
            self.wrong(otherwise)

    def measure(self, text: str) -> None:
        """Note a figure, which nobody judges."""
        self.measured.append(text)


@dataclass(frozen=True)
class Attack:
    """``does`` and ``holds`` say in words what is done, and what must hold; ``share`` is its part of the time."""

    name: str
    does: str
    holds: str
    share: int
    run: Callable[[Run], None]

    def carried_out(self, seed: int, seconds: float, tree: Path | None) -> Run:
        """Attack; an attack that fails has found something, too."""
        with TemporaryDirectory(prefix="hostile-") as folder:
            run = Run(self.name, seed, seconds, Path(folder), tree)
            try:
                self.run(run)
            except Exception:  # noqa: BLE001 - whatever it is, it is to be told
                run.wrong(f"the attack broke off:\n{traceback.format_exc(limit=-3, chain=False)}")
        return run


ATTACKS: dict[str, Attack] = {}


def every() -> dict[str, Attack]:
    """Every attack, by its name."""
    for module in iter_modules([str(Path(__file__).parent)]):
        if not module.name.startswith(("_", "test_")):
            import_module(f"hostile.{module.name}")
    return ATTACKS


def attack(*, does: str, holds: str, share: int) -> Callable[[Callable[[Run], None]], Callable[[Run], None]]:
    """Declare an attack: the function carries it out, and its name is the attack's."""

    def declared(run: Callable[[Run], None]) -> Callable[[Run], None]:
        ATTACKS[run.__name__] = Attack(run.__name__, does, holds, share, run)
        return run

    return declared
