"""Say whether requirements-dev.txt is current: without a network, by comparing it with pyproject.toml.

It holds every version with its hashes, for every Python that pyproject.toml allows, and names no index, so that it
installs from whichever one pip is set up with. ``make lock`` makes it anew.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements-dev.txt"
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


def declared(project: dict[str, Any]) -> dict[str, Requirement]:
    """Return what pyproject.toml needs for serving, for every extra and for work on the project, by name."""
    main = project["project"]
    extras = [text for texts in main.get("optional-dependencies", {}).values() for text in texts]
    found = [Requirement(text) for text in (*main["dependencies"], *extras, *project["dependency-groups"]["dev"])]
    return {canonicalize_name(one.name): one for one in found if one.name != main["name"]}


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


def mistakes(project: dict[str, Any], lock: str) -> Iterator[str]:
    """Say where the lock file does not hold what pyproject.toml declares; nothing if it is current."""
    wanted, found = declared(project), list(pins(lock))
    for name, requirement in wanted.items():
        versions = [pin.version for pin in found if pin.name == name]
        if not versions:
            yield f"{name} is declared and not locked"
        for version in versions:
            if not requirement.specifier.contains(version, prereleases=True):
                yield f"{name} {version} is locked, but {requirement} is declared"
    for pin in found:
        if project["project"]["name"] in pin.needed_by and pin.name not in wanted:
            yield f"{pin.name} is locked as the project's own need, and no longer declared"
        if not pin.hashes:
            yield f"{pin.name} {pin.version} has no hash"
    if "://" in lock:
        yield "it names an address: it must install from any index"


def main() -> int:
    found = list(mistakes(tomllib.loads(DECLARED_IN.read_text()), LOCK.read_text()))
    for mistake in found:
        sys.stderr.write(f"{LOCK.name}: {mistake}\n")
    sys.stdout.write(f"{LOCK.name} is not current: run make lock\n" if found else f"{LOCK.name} is current\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
