"""Shipped scenarios with values and bytes changed: each is built, or told as a mistake, within bounds."""

from pathlib import Path
from random import Random
from typing import Any

import yaml

from hostile.attacks import Run, attack
from hostile.calls import VALUES
from hostile.children import Ended, ended
from hostile.fuzzed import CHANGES
from inbox_mock.scenarios.yaml12 import read

FILES_AT_ONCE = 20
MOST_MB = 600
ENDS = {0, 1, 2}
SHIPPED = Path(__file__).resolve().parents[2] / "fixtures" / "scenarios"
SCALARS: tuple[Any, ...] = (
    *(*VALUES, 10**30, -(10**30), float("nan"), float("inf"), "+30d", "-1000y", "9" * 40 + "d", "2030-02-30", "0000-00-00T00:00:00Z"),
    *("Mars/Olympus", "&a [*a]", "!!python/object:os.system", "${HOME}", "a\u0000b", "\ud7ff", "{{", "repeat", {"repeat": 10**9}),
    *([None] * 1000, {"": {}}),
)  # fmt: skip
BOMBS = (
    b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(b"%c: &%c [%s]\n" % (n, n, b",".join([b"*%c" % (n - 1)] * 9)) for n in range(98, 106)),
    b"long: &long " + b"x" * 100_000 + b"\nrentals: [" + b"{name: *long}," * 20_000 + b"]\n",
    b"rentals:\n" + b"- {}\n" * 300_000,
    b"a: " + b"[" * 50_000,
    b"a: " + b"{a: " * 50_000,
    b"? " * 20_000,
    b"- " * 20_000,
    b"a: !!binary " + b"A" * 1_000_000,
    b"a: 0x" + b"f" * 100_000,
    b"a: 1" + b"0" * 500_000,
    b"a: 1:" + b"59:" * 50_000,
    b"%TAG ! tag:yaml.org,2002:\n" * 1000,
    b"\xff\xfe" + "seed: 7\n".encode("utf-16-le"),
    b"\x00" * 100_000,
)


@attack(
    does="shipped scenarios are checked with values, keys and bytes changed, and files that would grow when they are read",
    holds=f"each is good, or told as a mistake; there is no traceback, and never more than {MOST_MB} MB",
    share=9,
)
def fuzzed_scenarios(run: Run) -> None:
    random = run.random()
    sources = sorted(SHIPPED.glob("*.yaml"))
    tried = 0
    most = check(run, {f"bomb-{number}.yaml": bomb for number, bomb in enumerate(BOMBS)}).peak_mb
    while not run.is_over or not tried:
        files = {f"{tried + number}.yaml": changed(random.choice(sources).read_bytes(), random) for number in range(FILES_AT_ONCE)}
        most = max(most, check(run, files).peak_mb)
        tried += len(files)
    run.measure(f"{tried} scenarios and {len(BOMBS)} that grow, at most {most:.0f} MB")


def changed(source: bytes, random: Random) -> bytes:
    """The file with bytes changed, or with another value or key in its place."""
    if random.random() < 0.4:
        for _ in range(random.choice((1, 2, 5))):
            source = random.choice(CHANGES)(source, random.randrange(len(source) + 1), random)
        return source
    tree = read(source.decode(), "shipped")
    for _ in range(random.choice((1, 1, 2, 3))):
        spoil(tree, random)
    return yaml.safe_dump(tree, allow_unicode=True).encode(errors="surrogatepass")


def spoil(tree: Any, random: Random) -> None:
    """Change one place in a tree of dictionaries and lists."""
    places = list(places_in(tree))
    where, key = random.choice(places)
    match random.randrange(5):
        case 0:
            del where[key]
        case 1 if isinstance(where, list):
            where += [where[key]] * random.choice((1, 10, 200))
        case 1:
            where[random.choice(("", "repeat", "as", "id", "nonsense", "ж"))] = where.pop(key)
        case 2:
            other, there = random.choice(places)
            where[key] = other[there] if not isinstance(other[there], (dict, list)) else random.choice(SCALARS)
        case _:
            where[key] = random.choice(SCALARS)


def places_in(tree: Any) -> Any:
    """Every place of a tree: what holds it, and its key there."""
    for key in tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ():
        yield tree, key
        yield from places_in(tree[key])


def check(run: Run, files: dict[str, bytes]) -> Ended:
    """Check files as a user does; where something does not hold for several, find the one for which it does not."""
    paths = [run.folder / name for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_bytes(content)
    found = ended(run, "scenarios", *map(str, paths))
    if not wrong(found):
        for path in paths:
            path.unlink()
    elif len(files) == 1:
        (content,) = files.values()
        run.wrong(f"{wrong(found)}; the scenario begins {content[:100]!r} and has {len(content)} bytes: {found.last_line}")
    else:
        for name, content in files.items():
            check(run, {name: content})
    return found


def wrong(found: Ended) -> str:
    """What does not hold for a run of `inbox-mock scenarios`."""
    if found.code not in ENDS:
        return "it hangs" if found.code is None else f"it ends with {found.code}"
    if found.is_broken:
        return "there is a traceback"
    return f"it takes {found.peak_mb:.0f} MB, expected at most {MOST_MB}" if found.peak_mb > MOST_MB else ""
