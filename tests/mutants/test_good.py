"""Good clients on trial: what becomes of one that is accused."""

import pytest

from driver import Driver
from inbox_client import Inbox
from inbox_contracts.consumer.driver import Client
from languages import skip_without
from mutants.clients.broken import InThisProcess, Rebuilt
from mutants.good import GEMS, Stint, matrix
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


@pytest.mark.parametrize("client", GEMS)
def test_a_client_that_needs_a_gem_is_left_out_without_and_told_how_to_get_it(
    client: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("mutants.good.missing", {"bookingsync-api": "it does not work here"}.get)
    assert matrix(2, [client]) == []
    assert capsys.readouterr().err.startswith(f"left out: {client}; gem install bookingsync-api\n")


@pytest.mark.parametrize("client", GEMS)
def test_a_client_that_needs_a_gem_is_put_on_trial_with_it(client: str, capsys: pytest.CaptureFixture[str]) -> None:
    skip_without(GEMS[client])
    assert [(row.name, row.killed) for row in matrix(2, [client])] == [(client, False)]
    assert "left out" not in capsys.readouterr().err


def test_an_accusation_names_the_seed_and_the_worlds_that_show_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mutants.good.STYLES", {"refuses all": refusing})
    told = Stint("refuses all", seed=7, worlds=20).accusation()
    assert told.startswith("seed 7, 20 worlds:\n")
    assert "WHK" in told


def test_a_client_that_is_not_accused_has_nothing_told_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mutants.good.STYLES", {"the reference": lambda: InThisProcess(Driver())})
    assert Stint("the reference", seed=7, worlds=2).accusation() == ""
