"""The lock files are current, and one that is not is told so."""

import re
from pathlib import Path
from typing import Any

import pytest

from lock import BUILDING, LOCK, SERVING, all_mistakes, declared, differences, mistakes

HASH = f"    --hash=sha256:{'0' * 64}\n"
LOCKED = f"flask==3.1.2 \\\n{HASH}    # via\n    #   fake\n    #   other\nsix==1.17.0 \\\n{HASH}    # via other\n"


def a_project(*dependencies: str) -> dict[str, Any]:
    return {
        "project": {"name": "fake", "dependencies": [*dependencies]},
        "build-system": {"requires": []},
        "dependency-groups": {"dev": ["fake[contracts]"]},
    }


def test_the_lock_files_are_current() -> None:
    assert list(all_mistakes()) == []


@pytest.mark.parametrize("lock", [LOCK, SERVING, BUILDING], ids=lambda path: path.stem)
def test_they_name_no_address(lock: Path) -> None:
    assert not re.search(r"://|--(index|extra-index|find-links)", lock.read_text())


def test_a_lock_that_holds_what_is_declared_is_current() -> None:
    assert list(mistakes(declared(a_project("flask>=3.1")), LOCKED, "fake")) == []


def test_a_version_that_the_tests_do_not_run_with_is_told() -> None:
    assert list(differences(LOCKED, LOCKED.replace("3.1.2", "3.1.3"))) == ["flask 3.1.2 is not in requirements-dev.txt"]


@pytest.mark.parametrize(
    ("dependencies", "lock", "mistake"),
    [
        (["flask", "click"], LOCKED, "click is declared and not locked"),
        (["flask>=4"], LOCKED, "flask 3.1.2 is locked, but flask>=4 is declared"),
        ([], LOCKED, "flask is locked as the project's own need, and no longer declared"),
        (["flask"], LOCKED.replace(HASH, "", 1), "flask 3.1.2 has no hash"),
        (["flask"], f"--index-url https://elsewhere.example/\n{LOCKED}", "it names an address: it must install from any index"),
    ],
    ids=["added", "raised", "removed", "without a hash", "bound to an index"],
)
def test_what_is_not_current_is_told(dependencies: list[str], lock: str, mistake: str) -> None:
    assert list(mistakes(declared(a_project(*dependencies)), lock, "fake")) == [mistake]
