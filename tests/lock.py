"""Say whether the lock files are current: without a network, by comparing them with pyproject.toml and with each other.

They hold every version with its hashes, for every Python that pyproject.toml allows, and name no index, so that they
install from whichever one pip is set up with. ``make lock`` makes them anew. `requirements-dev.txt` is what the tests
run with; the others are parts of it: what serving needs, wherever sandboxes live, and what building needs.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements-dev.txt"
SERVING, BUILDING = ROOT / "requirements.txt", ROOT / "requirements-build.txt"
DECLARED_IN = ROOT / "pyproject.toml"
PIN = re.compile(r"^([\w.-]+)==(\S+?)(?: ; .*?)?(?: \\)?$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
VIA = re.compile(r"^    #(?: via)? +(\S+)")


@dataclass(frozen=True, slots=True)
class Pin:
    """A locked version, the number of its hashes, and the packages that need it."""

    name: str
    version: str
    hashes: int
    needed_by: frozenset[str]


def declared(project: dict[str, Any], lock: Path = LOCK) -> dict[str, Requirement]:
    """Return what pyproject.toml needs for serving, for building, or for both, every extra and work on the project, by name."""
    main = project["project"]
    serving, building, extras = main["dependencies"], project["build-system"]["requires"], of_extras(project)
    wanted = {
        SERVING: [*serving, *of_extras(project, "postgres")],
        BUILDING: building,
        LOCK: [*serving, *building, *extras, *project["dependency-groups"]["dev"]],
    }
    return {name: one for name, one in by_name(wanted[lock]).items() if name != main["name"]}


def shipped() -> dict[str, Requirement]:
    """Return what is installed beside the project, with every extra, by name."""
    project = tomllib.loads(DECLARED_IN.read_text())
    return by_name([*project["project"]["dependencies"], *of_extras(project)])


def of_extras(project: dict[str, Any], *names: str) -> list[str]:
    """Return what some extras add, or all of them."""
    extras = project["project"].get("optional-dependencies", {})
    return [text for name, texts in extras.items() if name in names or not names for text in texts]


def by_name(texts: Iterable[str]) -> dict[str, Requirement]:
    """Read requirements."""
    return {canonicalize_name(one.name): one for one in map(Requirement, texts)}


def pins(lock: str) -> Iterator[Pin]:
    """Read the locked versions."""
    blocks = re.split(r"^(?=[\w.-]+==)", lock, flags=re.MULTILINE)
    for block in blocks:
        lines = block.splitlines()
        found = PIN.match(lines[0]) if lines else None
        if found:
            hashes = sum(HASH.match(line) is not None for line in lines)
            needed_by = frozenset(via[1] for line in lines if (via := VIA.match(line)))
            yield Pin(canonicalize_name(found[1]), found[2], hashes, needed_by)


def mistakes(wanted: dict[str, Requirement], lock: str, own: str) -> Iterator[str]:
    """Say where a lock file does not hold what the project ``own`` declares; nothing if it is current."""
    found = list(pins(lock))
    for name, requirement in wanted.items():
        versions = [pin.version for pin in found if pin.name == name]
        if not versions:
            yield f"{name} is declared and not locked"
        for version in versions:
            if not requirement.specifier.contains(version, prereleases=True):
                yield f"{name} {version} is locked, but {requirement} is declared"
    for pin in found:
        if own in pin.needed_by and pin.name not in wanted:
            yield f"{pin.name} is locked as the project's own need, and no longer declared"
        if not pin.hashes:
            yield f"{pin.name} {pin.version} has no hash"
    if "://" in lock:
        yield "it names an address: it must install from any index"


def differences(part: str, whole: str) -> Iterator[str]:
    """Say which versions of a lock file the tests do not run with."""
    tested = {(pin.name, pin.version) for pin in pins(whole)}
    for pin in pins(part):
        if (pin.name, pin.version) not in tested:
            yield f"{pin.name} {pin.version} is not in {LOCK.name}"


def all_mistakes() -> Iterator[str]:
    """Say what is not current in the project's lock files."""
    project = tomllib.loads(DECLARED_IN.read_text())
    for lock in (SERVING, BUILDING, LOCK):
        text = lock.read_text()
        for mistake in (*mistakes(declared(project, lock), text, project["project"]["name"]), *differences(text, LOCK.read_text())):
            yield f"{lock.name}: {mistake}"


def main() -> int:
    found = list(all_mistakes())
    sys.stderr.writelines(f"{mistake}\n" for mistake in found)
    sys.stdout.write("the lock files are not current: run make lock\n" if found else "the lock files are current\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
