"""Two engines that grow inputs by the code that they reach: atheris, and hypothesis where that cannot be installed.

A run is a process of its own: ``main`` says in its last lines how many inputs it ran and how much code they reached, and leaves
in its folder, under ``grown``, inputs that reached more than those before, and as ``found-...`` one that fails.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from types import CodeType, FrameType
from typing import Any

import hypothesis
from hypothesis import strategies as st

import inbox_mock
from fuzz.target import Target, every

ENGINES = ("atheris", "hypothesis")
PRODUCT = str(Path(inbox_mock.__file__).parent)
FOUND = "found-"
EXAMPLES = 200
MOST_EDITS = 4
HANG_SECONDS = 30
MOST_MB = 2048

Arc = tuple[CodeType, int, int]
"""A line of the product that was run after another one."""


def usual() -> str:
    """The better engine of those that are installed."""
    return next(engine for engine in ENGINES if find_spec(engine))


def main(name: str, engine: str, seconds: str, seed: str) -> None:
    """Run a target in the present folder."""
    for folder in ("begun", "grown"):
        Path(folder).mkdir()
    {"atheris": with_atheris, "hypothesis": with_hypothesis}[engine](name, float(seconds), int(seed))


def with_atheris(name: str, seconds: float, seed: int) -> None:
    """Run a target until the time is up, or something is found; the process ends with it."""
    import atheris

    with atheris.instrument_imports(include=["inbox_mock", "inbox_client"]):
        found = every()[name]
        for one in found.beginnings():  # much is imported when it is needed first
            Path("begun", name_of(one)).write_bytes(one)
            with suppress(Exception):
                found.run(one)
    Path("words").write_text("\n".join(f'"{escaped(word)}"' for word in found.words), encoding="ascii")
    options = {
        "max_total_time": max(1, round(seconds)),  # 0 is for ever
        "seed": seed or 1,  # 0 is any
        "max_len": found.longest,
        "timeout": HANG_SECONDS,
        "rss_limit_mb": MOST_MB,
        "dict": "words",
        "artifact_prefix": FOUND,
        "print_final_stats": 1,
    }
    atheris.Setup([name, *(f"-{option}={value}" for option, value in options.items()), "grown", "begun"], found.run)
    atheris.Fuzz()


def escaped(word: bytes) -> str:
    """A word as a dictionary of libFuzzer's has it."""
    return "".join(f"\\x{byte:02x}" for byte in word)


def with_hypothesis(name: str, seconds: float, seed: int) -> None:
    """Run a target until the time is up, or something is found."""
    found, ends, tried = every()[name], monotonic() + seconds, 0
    inputs = found.beginnings()
    reached = reached_by(found, inputs)
    while not tried or monotonic() < ends:
        tried += batch(found, inputs, reached, seed + tried)
    sys.stderr.write(f"#{tried} DONE cov: {len({(code, line) for code, _, line in reached})} ft: {len(reached)}\n")


def batch(found: Target, inputs: list[bytes], reached: set[Arc], seed: int) -> int:
    """Run a target with some hundred inputs, and add those that reach more; their number.

    Raises:
        Exception: the target fails; the input for which it does, shrunk, is written.
    """
    new: dict[bytes, None] = {}
    ran: list[bytes] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=(hypothesis.Phase.generate, hypothesis.Phase.target, hypothesis.Phase.shrink),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(edited(tuple(inputs), found))
    def fuzz(sent: bytes) -> None:
        arcs = set[Arc]()
        ran.append(sent)
        with tracing(arcs):
            found.run(sent)
        hypothesis.target(float(len(arcs)))
        if not arcs <= reached:
            reached.update(arcs)
            new[sent] = None

    try:
        fuzz()
    except Exception:
        Path(FOUND + name_of(ran[-1])).write_bytes(ran[-1])
        raise
    inputs += new
    for sent in new:
        Path("grown", name_of(sent)).write_bytes(sent)
    return len(ran)


@st.composite
def edited(draw: st.DrawFn, inputs: Sequence[bytes], found: Target) -> bytes:
    """One of the inputs with some places replaced."""
    pieces = st.one_of(st.binary(max_size=8), *([st.sampled_from(found.words)] if found.words else ()))
    made = bytearray(draw(st.sampled_from(inputs)))
    for _ in range(draw(st.integers(0, MOST_EDITS))):
        place = draw(st.integers(0, len(made)))
        made[place : place + draw(st.integers(0, 8))] = draw(pieces)
    return bytes(made[: found.longest])


@contextmanager
def tracing(arcs: set[Arc]) -> Iterator[None]:
    """Note which lines of the product run after which while the block runs."""

    def enter(entered: FrameType, _event: str, _argument: Any) -> Any:
        if not entered.f_code.co_filename.startswith(PRODUCT):
            return None
        last = 0

        def step(frame: FrameType, _event: str, _argument: Any) -> Any:
            nonlocal last
            arcs.add((frame.f_code, last, frame.f_lineno))
            last = frame.f_lineno
            return step

        return step

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        yield
    finally:
        sys.settrace(before)


def fewest(found: Target, inputs: Sequence[bytes], most: int) -> list[bytes]:
    """At most so many inputs, small ones before large ones, that together reach most beyond what those to begin with reach."""
    reached = reached_by(found, found.beginnings())
    left = {one: reached_by(found, [one]) - reached for one in sorted(inputs, key=len)}
    chosen: list[bytes] = []
    while len(chosen) < most and left:
        best = max(left, key=lambda one: len(left[one]))
        more = left.pop(best)
        if not more:
            break
        chosen.append(best)
        left = {one: arcs - more for one, arcs in left.items()}
    return chosen


def reached_by(found: Target, inputs: Sequence[bytes]) -> set[Arc]:
    """What a target reaches with inputs, those for which it fails included."""
    reached = set[Arc]()
    for one in inputs:
        with suppress(Exception), tracing(reached):
            found.run(one)
    return reached


def name_of(content: bytes) -> str:
    """The name of a file for it."""
    return sha256(content).hexdigest()[:12]


if __name__ == "__main__":
    main(*sys.argv[1:])
