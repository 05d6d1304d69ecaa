"""A fault that nobody has heard of is one file: it is listed, set, strikes, happens in a scenario, and survives a trial."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import a_scenario
from driver import Driver
from fake import JSON, Mock
from inbox_contracts.consumer.harness import Harness
from inbox_contracts.consumer.trial import run
from inbox_contracts.consumer.worlds import World
from inbox_mock.domain.discovery import DeclarationError
from inbox_mock.faults import kinds
from mutants.clients.broken import InThisProcess
from plugged import a_fake_of_its_own, plugged

SOURCE = '''
"""Faults of the people who run the service."""

from inbox_mock.faults.declaration import Replacement, RequestEffect, RequestFault

FAULTS = (
    RequestFault(
        kind="maintenance",
        says="the service is being looked after: 503, with a page that says so `until` when",
        options={"until": {"type": "string", "default": "soon", "description": "when it is back"}},
        effect=lambda options: RequestEffect(
            applied=False,
            replacement=Replacement(status=503, body=f"Back {options['until']}.".encode(), content_type="text/plain"),
        ),
    ),
)
'''


@pytest.fixture
def extended(tmp_path: Path) -> Iterator[Mock]:
    """A fake that knows the fault."""
    with plugged(kinds, "operations", SOURCE, tmp_path):
        yield a_fake_of_its_own()


def test_it_strikes_when_it_is_set_through_the_admin_api(extended: Mock) -> None:
    sandbox = extended.sandbox(a_scenario())
    assert sandbox.admin.post("/faults", {"kind": "maintenance", "until": "at noon", "times": 1}).status == 201

    struck, later = sandbox.api.get("/bookings"), sandbox.api.get("/bookings")

    assert (struck.status, struck.body, later.status) == (503, b"Back at noon.", 200)
    assert struck.headers["X-Mock-Why"] == "fault 1 (maintenance) struck"


def test_the_catalogue_the_admin_api_and_the_docs_list_it(extended: Mock) -> None:
    (shown,) = [found for found in extended.admin.get("/catalogue").json["faults"] if found["kind"] == "maintenance"]

    assert (shown["strikes"], list(shown["options"])) == ("requests", ["until"])
    assert "maintenance" in str(extended.admin.get("/openapi.json").json)
    assert "<code>maintenance</code>" in extended.page("/docs/faults")


def test_it_happens_in_a_scenarios_timeline(extended: Mock) -> None:
    sandbox = extended.sandbox(a_scenario(timeline=[{"at": "10m", "fault": {"kind": "maintenance"}}]))
    assert sandbox.api.get("/bookings").status == 200

    sandbox.advance("10m")

    assert sandbox.api.get("/bookings").status == 503


def test_a_wrong_option_is_refused_in_its_words(extended: Mock) -> None:
    answer = extended.sandbox(a_scenario()).admin.post("/faults", {"kind": "maintenance", "until": 12})

    assert answer.status == 422


def test_a_careful_client_in_a_trial_bears_it(extended: Mock) -> None:
    assert extended.page("/docs/faults")
    stay = {"id": 101, "rental": 16, "channel": "airbnb", "start_at": "+3d", "end_at": "+5d"}
    steps: tuple[JSON, ...] = ({"guest_books": stay}, {"fault": {"kind": "maintenance", "times": 1}}, {"client_syncs": {}})
    with Harness() as harness:
        verdict = run(InThisProcess(Driver()), replay=World({"rentals": [{"id": 16}]}, steps), harness=harness)

    assert verdict.passed


def test_without_its_file_it_is_unknown(mock: Mock) -> None:
    answer = mock.sandbox(a_scenario()).admin.post("/faults", {"kind": "maintenance"})

    assert (answer.status, answer.errors[0]["field"]) == (422, "kind")


def test_a_second_fault_of_a_kind_is_refused(tmp_path: Path) -> None:
    twice = SOURCE.replace("maintenance", "slow")
    with (
        plugged(kinds, "twice", twice, tmp_path),
        pytest.raises(DeclarationError, match=r"the kind 'slow' is declared twice: in \S+\.requests and in \S+\.twice"),
    ):
        kinds.kinds()
