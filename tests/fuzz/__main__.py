"""Grow inputs of the parts of the product that read bytes, by the code that they reach, and hold what is promised of each.

Exit code 1 if something did not hold. An input for which it did not is written into tests/fuzz/corpus, where a test replays it
from then on.
"""

import re
import sys
from functools import partial
from pathlib import Path

from fuzz.engines import ENGINES, FOUND, fewest, name_of, usual
from fuzz.target import CORPUS, Target, every
from hostile.attacks import Attack, Run
from hostile.carrying_out import carry_out, options
from hostile.children import begun

NAME = "make fuzz"
MINUTES = 30
TESTS = Path(__file__).resolve().parents[1]
PATHS = [str(TESTS), str(TESTS.parent / "examples" / "python_client")]
PROGRAM = f"import sys; sys.path[:0] = {PATHS!r}; from fuzz.engines import main; main(*sys.argv[1:])"
DONE = re.compile(r"^#(\d+)\s+DONE\s+cov: (\d+) ft: (\d+)", re.MULTILINE)
CAUSES = ("=== Uncaught", "Traceback")
SHOWN = 2000
SECONDS_MORE = 120
"""For imports, for the inputs to begin with, and for an engine that shrinks what it has found."""


def main() -> int:
    known = every()
    parser = options(NAME, str(__doc__), known, MINUTES)
    parser.add_argument("--engine", choices=ENGINES, default=usual(), help="(default: %(default)s)")
    parser.add_argument("--keep", type=int, default=0, metavar="N", help="keep up to N inputs of each target that reach more")
    asked = parser.parse_args()
    does = f"inputs are grown by {asked.engine}"
    return carry_out(
        asked,
        NAME,
        {name: Attack(name, does, found.holds, 1, partial(fuzz, found, asked.engine, asked.keep)) for name, found in known.items()},
    )


def fuzz(found: Target, engine: str, keep: int, run: Run) -> None:
    """Run a target until the time is up, or something is found."""
    with begun(run, found.name, engine, str(run.seconds), str(run.seed), program=PROGRAM) as child:
        end = child.end(run.seconds + SECONDS_MORE)
        if done := DONE.search(end.err):
            tried, lines, features = done.groups()
            run.measure(f"{int(tried):,} inputs, {int(lines):,} places and {int(features):,} features of the code, {end.peak_mb:.0f} MB")
        for path in child.folder.glob(f"{FOUND}*"):
            kept = keep_input(found, path.read_bytes(), FOUND)
            run.wrong(f"{kept.relative_to(TESTS)}, {path.read_bytes()[:SHOWN]!r}:\n{cause_in(end.said)}")
        run.hold(done or run.wrongs, f"it ended with {end.code}:\n{cause_in(end.said)}")
        grown = [path.read_bytes() for path in (child.folder / "grown").iterdir()]
    for content in fewest(found, grown, keep) if keep and not run.wrongs else ():
        keep_input(found, content)


def cause_in(text: str) -> str:
    """The error in what an engine prints, or the end of it."""
    begins = max(map(text.rfind, CAUSES))
    return text[begins:].partition("\n\n")[0][:SHOWN] if begins >= 0 else text[-SHOWN:]


def keep_input(found: Target, content: bytes, prefix: str = "") -> Path:
    """Write an input into the corpus; its file."""
    kept = CORPUS / found.name / f"{prefix}{name_of(content)}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(content)
    return kept


if __name__ == "__main__":
    sys.exit(main())
