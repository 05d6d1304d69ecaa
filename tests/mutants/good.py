"""Good clients of many styles, in four languages, and one on the official gem, on trial: none of them may be accused."""

import sys
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from consumer.styles import STYLES
from inbox_contracts.consumer.report import text
from inbox_contracts.consumer.trial import run
from languages import missing
from mutants.rows import Row, processes

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
COMMANDS = {
    "the client in Python": [sys.executable, str(EXAMPLES / "python_client" / "driver.py")],
    "the client in Node": ["node", str(EXAMPLES / "node_client" / "driver.mjs")],
    "the client in Ruby": ["ruby", str(EXAMPLES / "ruby_client" / "driver.rb")],
    "the client in PHP": ["php", str(EXAMPLES / "php_client" / "driver.php")],
    "the client on the official gem": ["ruby", str(EXAMPLES / "gem_client" / "driver.rb")],
}
GEMS = {"the client on the official gem": "bookingsync-api"}
"""What a client needs that not every machine has: it is left out without."""
AT_ONCE = 50
"""So many worlds are a trial: both processes have work until near the end, and one can say how far they are."""


@dataclass(frozen=True)
class Stint:
    """A trial of one client, in some worlds of a seed of its own."""

    name: str
    seed: int
    worlds: int

    def accusation(self) -> str:
        """Put the client on trial; what it is accused of, or nothing."""
        with ExitStack() as stack:
            client = COMMANDS[self.name] if self.name in COMMANDS else STYLES[self.name]()
            stack.callback(getattr(client, "close", lambda: None))
            verdict = run(client, worlds=self.worlds, seed=self.seed, jobs=1)
        return "" if verdict.passed else f"seed {self.seed}, {self.worlds} worlds:\n{text(verdict)}"


def left_out(name: str) -> bool:
    """Whether a client cannot run here, for want of a gem; if so, say how to get it."""
    gem = GEMS.get(name)
    lacking = gem is not None and missing(gem) is not None
    if lacking:
        sys.stderr.write(f"left out: {name}; gem install {gem}\n")
    return lacking


def matrix(worlds: int, clients: Sequence[str] = (*STYLES, *COMMANDS)) -> list[Row]:
    """Put each client on trial in so many worlds, other ones for each client; say which are left out, and what they need."""
    clients = [name for name in clients if not left_out(name)]
    sizes = [min(AT_ONCE, worlds - first) for first in range(0, worlds, AT_ONCE)]
    stints = [Stint(name, number, size) for number, (size, name) in enumerate((size, name) for size in sizes for name in clients)]
    accused: dict[str, list[str]] = defaultdict(list)
    with processes() as pool:
        for stint, told in zip(stints, pool.map(Stint.accusation, stints), strict=True):
            accused[stint.name] += [told] if told else []
            sys.stderr.write(f"\r  {1 + stint.seed} of {len(stints)} trials: {stint.name:<60}")
            sys.stderr.flush()
    sys.stderr.write("\r" + " " * 80 + "\r")
    return [
        Row(name, f"in {worlds:,} worlds", "", killed=bool(accused[name]), control=True, detail="\n".join(accused[name]))
        for name in clients
    ]
