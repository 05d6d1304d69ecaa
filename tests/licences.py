"""Write docs/licences.md: what is installed beside the project, in which locked version, under which licence.

The lock file says what and in which version, and the metadata of the installed packages under which licence.
"""

import tomllib
from importlib.metadata import PackageNotFoundError, metadata

from lock import DECLARED_IN, LOCK, ROOT, by_name, pins, shipped

PAGE = ROOT / "docs" / "licences.md"
ELSEWHERE = {"colorama": "BSD-3-Clause"}
"""Licences of what is installed on other platforms only."""
SHORT = 40  # the field License may be the whole text
EXPRESSIONS = {"Apache 2.0": "Apache-2.0", "BSD License": "BSD-3-Clause", "MIT License": "MIT"}
"""What metadata without an expression says, as an expression: the licences of those packages have been read."""
HEAD = """# Licences

What `pip install .` brings along, in the versions of the lock files, each under the licence that its own metadata names. Inbox \
Mock itself is under the [MIT license](../LICENSE). `make licences` writes this page.

| package | version | licence | only with |
|---|---|---|---|
"""


def needed(wanted: set[str]) -> set[str]:
    """Return some packages, and all that they need, directly or not."""
    found: set[str] = set()
    while wanted - found:
        found |= wanted
        wanted = {pin.name for pin in pins(LOCK.read_text()) if pin.needed_by & found}
    return found


def licence(name: str) -> str:
    """Return the licence of an installed package."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return ELSEWHERE[name]
    classifiers = [line.rpartition(" :: ")[2] for line in said.get_all("Classifier") or () if line.startswith("License ::")]
    short = [text for text in (said["License-Expression"], said["License"]) if text and len(text) < SHORT]
    found: str = [*short, *classifiers][0]
    return EXPRESSIONS.get(found, found)


def page() -> str:
    """Return the page."""
    serving = needed(set(by_name(tomllib.loads(DECLARED_IN.read_text())["project"]["dependencies"])))
    with_extras = needed(set(shipped()))
    rows = [
        f"| {pin.name} | {pin.version} | {licence(pin.name)} | {'' if pin.name in serving else 'an extra'} |\n"
        for pin in pins(LOCK.read_text())
        if pin.name in with_extras
    ]
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page())
