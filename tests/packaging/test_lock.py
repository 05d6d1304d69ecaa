"""The lock file is current, and a lock file that is not is told so."""

import re
import tomllib
from typing import Any

import pytest

from lock import DECLARED_IN, LOCK, mistakes

HASH = f"    --hash=sha256:{'0' * 64}\n"
LOCKED = f"flask==3.1.2 \\\n{HASH}    # via\n    #   fake\n    #   other\nsix==1.17.0 \\\n{HASH}    # via other\n"


def a_project(*dependencies: str) -> dict[str, Any]:
    return {"project": {"name": "fake", "dependencies": [*dependencies]}, "dependency-groups": {"dev": ["fake[contracts]"]}}


def test_the_lock_file_is_current() -> None:
    assert list(mistakes(tomllib.loads(DECLARED_IN.read_text()), LOCK.read_text())) == []


def test_it_names_no_address() -> None:
    assert not re.search(r"://|--(index|extra-index|find-links)", LOCK.read_text())


def test_a_lock_that_holds_what_is_declared_is_current() -> None:
    assert list(mistakes(a_project("flask>=3.1"), LOCKED)) == []


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
    assert list(mistakes(a_project(*dependencies), lock)) == [mistake]
