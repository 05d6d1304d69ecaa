"""A database is closed when its sandbox has no use for it, not when garbage is collected: it is most of what a sandbox holds."""

import sqlite3
from collections.abc import Callable

import pytest

from inbox_mock.app import Options, create_app
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.scenarios.loading import find
from inbox_mock.store.database import Database

ENDS: dict[str, Callable[[Sandbox], None]] = {"asleep": Sandbox.sleep, "reset": Sandbox.reset, "deleted": Sandbox.close}


def used(sandbox: Sandbox) -> Database:
    with sandbox.work() as work:
        return work.db


@pytest.fixture
def sandbox() -> Sandbox:
    return create_app(Options(scenario=find("empty"))).sandboxes.get("default")


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_its_database_is_closed_at_once(sandbox: Sandbox, end: Callable[[Sandbox], None]) -> None:
    db = used(sandbox)

    end(sandbox)

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        db.execute("SELECT 1")


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_report_that_still_reads_it_goes_on(sandbox: Sandbox, end: Callable[[Sandbox], None]) -> None:
    db = used(sandbox)

    with sandbox.judging:
        end(sandbox)
        assert db.value("SELECT 1") == 1
