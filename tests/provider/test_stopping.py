"""A trial of a server that a signal ends: what it has made is taken back first."""

from contextlib import closing

import pytest
import requests

from fake import Sandbox
from inbox_contracts.provider import http
from inbox_contracts.provider.http import TrialConnection
from inbox_contracts.provider.target import Target
from inbox_contracts.provider.trial import Trial
from inbox_mock.console.stopping import Stop, Stopped


def test_a_trial_that_is_stopped_cancels_its_bookings_before_it_ends(
    served: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = Stop()
    monkeypatch.setattr(http, "STOP", stop)
    trial = Trial(Target(TrialConnection(served), str(sandbox.made["token"])))

    def is_stopped_at_the_second() -> None:
        with trial.workspace() as workspace:
            workspace.new("bookings")
            stop.request()
            workspace.new("bookings")

    with pytest.raises(Stopped):
        is_stopped_at_the_second()
    trial.close()

    written = [entry for entry in sandbox.handle.journal() if entry["method"] != "GET"]
    assert [(entry["method"], entry["status"]) for entry in written] == [("POST", 201), ("DELETE", 204)]


def test_a_trial_of_a_fake_that_is_stopped_deletes_its_sandboxes(served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Stop()
    monkeypatch.setattr(http, "STOP", stop)
    target = Target(TrialConnection(served), scenario="agency")
    trial = Trial(target)

    def is_stopped() -> None:
        with closing(trial), trial.workspace() as workspace:
            made.extend((workspace.fake.id, trial.reading.id))
            stop.request()
            workspace.new("bookings")

    made: list[str] = []
    with pytest.raises(Stopped):
        is_stopped()

    assert [requests.get(f"{served}/__admin/sandboxes/{each}", timeout=10).status_code for each in made] == [404, 404]
