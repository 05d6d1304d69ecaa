"""A rule of conduct that nobody has heard of is one file: it judges in the report and in a trial, and the docs explain it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import a_scenario
from driver import Driver
from fake import Mock
from inbox_contracts import rules
from inbox_contracts.consumer.harness import Harness
from inbox_contracts.consumer.trial import run
from inbox_contracts.consumer.worlds import World
from mutants.clients.broken import InThisProcess
from plugged import a_fake_of_its_own, plugged

SOURCE = """
from collections.abc import Iterator

from inbox_mock.conduct.model import Evidence, Rule, Violation


@Rule(
    code="ZZZ001",
    title="was curious",
    why="Curiosity leads to knowledge.",
    source="developers.bookingsync.com/guides",
    fix="Look away.",
    exceptions=("nothing was read",),
)
def mind_your_own_business(evidence: Evidence) -> Iterator[Violation]:
    for entry in evidence.calls:
        if entry.is_call("GET", "inbox", "conversations"):
            yield Violation("read the conversations", (entry.id,))
"""


@pytest.fixture
def extended(tmp_path: Path) -> Iterator[Mock]:
    """A fake that is judged by the rule, too."""
    with plugged(rules, "mind_your_own_business", SOURCE, tmp_path):
        yield a_fake_of_its_own()


def test_the_report_judges_by_it(extended: Mock) -> None:
    sandbox = extended.sandbox(a_scenario())
    sandbox.api.get("/inbox/conversations")

    report = sandbox.admin.get("/report").json

    (found,) = [violation for violation in report["violations"] if violation["code"] == "ZZZ001"]
    assert (found["title"], found["about"], found["entries"]) == ("was curious", "read the conversations", [1])
    assert report["verdict"] == "errors"


def test_it_can_be_allowed(extended: Mock) -> None:
    sandbox = extended.sandbox(a_scenario())
    sandbox.api.get("/inbox/conversations")

    assert sandbox.admin.get("/report", allow="ZZZ001").json["verdict"] == "clean"


def test_the_docs_explain_it(extended: Mock) -> None:
    text = extended.page("/docs/conduct")

    assert 'id="ZZZ001"' in text
    assert "Curiosity leads to knowledge." in text


def test_a_trial_judges_by_it(extended: Mock) -> None:
    assert 'id="ZZZ001"' in extended.page("/docs/conduct")
    with Harness() as harness:
        verdict = run(InThisProcess(Driver()), replay=World({"rentals": [{"id": 16}]}, ({"client_syncs": {}},)), harness=harness)

    assert verdict.codes == ("ZZZ001",)


def test_without_its_file_nobody_is_judged_by_it(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario())
    sandbox.api.get("/inbox/conversations")

    assert sandbox.admin.get("/report").json["verdict"] == "clean"
    assert "ZZZ001" not in {rule["code"] for rule in sandbox.admin.get("/report").json["rules"]}
