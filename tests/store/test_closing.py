"""A database is closed when its sandbox has no use for it, not when garbage is collected: it is most of what a sandbox holds."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from inbox_mock.app import Options, create_app
from inbox_mock.engine import beginnings
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.scenarios.loading import find
from inbox_mock.store.database import Database
from inbox_mock.store.journal import Reader

ENDS: dict[str, Callable[[Sandboxes, Sandbox], object]] = {
    "asleep": lambda _, sandbox: sandbox.sleep(),
    "reset": lambda _, sandbox: beginnings.reset(sandbox),
    "deleted": lambda sandboxes, sandbox: sandboxes.remove(sandbox),
}


def used(sandbox: Sandbox) -> Database:
    with sandbox.work() as work:
        work.happen("noted")
    sandbox.image()  # from now on its database cannot be undone, and serves no other one
    return work.db


@pytest.fixture
def sandboxes() -> Sandboxes:
    return create_app(Options(scenario=find("empty"))).sandboxes


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_its_database_is_closed_at_once(sandboxes: Sandboxes, end: Callable[[Sandboxes, Sandbox], None]) -> None:
    sandbox = sandboxes.get("default")
    db = used(sandbox)

    end(sandboxes, sandbox)

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        db.execute("SELECT 1")


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_report_that_still_reads_it_goes_on(sandboxes: Sandboxes, end: Callable[[Sandboxes, Sandbox], None]) -> None:
    sandbox = sandboxes.get("default")
    db = used(sandbox)

    with closing(Reader(db, sandbox.lock)):
        end(sandboxes, sandbox)
        assert db.value("SELECT 1") == 1
