"""Good clients on trial: what becomes of one that is accused."""

import pytest

from driver import Driver
from inbox_client import Inbox
from inbox_contracts.consumer.driver import Client
from mutants.clients.broken import InThisProcess, Rebuilt
from mutants.good import Stint, matrix
from mutants.rows import table


class RefusesAll(Inbox):
    """Accepts no webhook."""

    def receive(self, headers: object, body: bytes) -> bool:
        return False


def refusing() -> Client:
    return InThisProcess(Rebuilt(RefusesAll))


def test_a_good_client_has_a_line_with_its_worlds() -> None:
    found = table("good", matrix(2, ["polling only"]))
    assert found.splitlines() == ["good        polling only    in 2 worlds", "good: false alarms: 0"]


def test_an_accusation_names_the_seed_and_the_worlds_that_show_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mutants.good.STYLES", {"refuses all": refusing})
    told = Stint("refuses all", seed=7, worlds=20).accusation()
    assert told.startswith("seed 7, 20 worlds:\n")
    assert "WHK" in told


def test_a_client_that_is_not_accused_has_nothing_told_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mutants.good.STYLES", {"the reference": lambda: InThisProcess(Driver())})
    assert Stint("the reference", seed=7, worlds=2).accusation() == ""
