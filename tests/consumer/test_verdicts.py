"""What is said of a client that failed, for people and programs."""

import json
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from driver import Driver
from inbox_client import Inbox
from inbox_client.api import JSON, LostAnswer
from inbox_contracts.consumer import report
from inbox_contracts.consumer.driver import Client
from inbox_contracts.consumer.harness import Harness
from inbox_contracts.consumer.hazards import hazards
from inbox_contracts.consumer.trial import Verdict, run
from inbox_contracts.consumer.worlds import World, load, save
from mutants.clients.broken import InThisProcess, Rebuilt

if TYPE_CHECKING:
    from collections.abc import Mapping


class KeepsCancelled(Inbox):
    """Ignores deleted_ids."""

    def catch_up(self, name: str) -> None:
        known = dict(self.copy[name])
        super().catch_up(name)
        self.copy[name] = known | self.copy[name]


class Forgetful(InThisProcess):
    """Fails the first time only."""

    failed = False

    def sync(self) -> dict[str, Any]:
        belief = super().sync()
        if belief["bookings"] and not Forgetful.failed:
            Forgetful.failed = True
            return {**belief, "bookings": []}
        return belief


@pytest.fixture(scope="module")
def failed(harness: Harness) -> Verdict:
    return run(InThisProcess(Rebuilt(KeepsCancelled)), worlds=3, only="cancelled_booking", harness=harness)


def test_the_smallest_world_is_told_as_a_story(failed: Verdict) -> None:
    told = report.text(failed, report.Again("world.yaml", "inbox-mock check client --world world.yaml -- ./driver", "world.zip"))
    lines = told.splitlines()
    first = lines.index("SYN004: the client kept what deleted_ids told it to forget.")
    assert lines[first + 1].startswith("  What: still believes in booking ")
    story = [line[12:] for line in lines if line.startswith(("  12:", "  13:"))]
    assert [words.split(" (")[0].split(" booking ")[0] for words in story] == [
        "The client is told to start anew.",
        "Elif Kaya books on Airbnb",
        "The client is told to bring its copy up to date.",
        "The guest cancels",
        "From now on nothing goes wrong, and whatever was under way arrives.",
        "The client is told to bring its copy up to date.",
    ]
    assert "See it again: inbox-mock check client --world world.yaml -- ./driver" in lines
    assert "What was asked and answered: inbox-mock bundle replay world.zip" in lines
    assert lines[-1].startswith(f"FAILED in world {failed.worlds} (seed 0)")


def test_the_smallest_world_is_saved_and_replays(failed: Verdict, harness: Harness, careful: Client, tmp_path: Path) -> None:
    assert failed.failure is not None
    world = load(str(save(failed.failure.recording.world, tmp_path, "world", "A world.")))
    again = run(InThisProcess(Rebuilt(KeepsCancelled)), replay=world, harness=harness)
    assert again.codes == ("SYN004",)
    assert run(careful, replay=world, harness=harness).passed


def test_a_failure_that_does_not_come_again_is_called_flaky(harness: Harness) -> None:
    Forgetful.failed = False
    world = World({"seed": 7, "rentals": [{"id": 16}]}, ({"guest_books": {"id": 101, "rental": 16, "start_at": "+3d", "end_at": "+5d"}},))
    verdict = run(Forgetful(Driver()), replay=world, harness=harness)
    assert verdict.failure is not None
    assert verdict.failure.flaky
    assert "seen once, and not again" in report.text(verdict)


def test_a_program_reads_the_same(failed: Verdict) -> None:
    found: Mapping[str, Any] = json.loads(json.dumps(report.as_json(failed, report.Again("world.yaml", "again"))))
    assert found["verdict"] == "failed"
    assert found["failure"]["findings"][0]["code"] == "SYN004"
    assert found["failure"]["replay"] == "again"


def test_junit_has_a_case_for_every_hazard(failed: Verdict) -> None:
    from junitparser import JUnitXml

    (suite,) = JUnitXml.fromstring(report.junit(failed).encode())
    assert suite.failures == 1
    assert suite.tests == 1 + len(failed.met)


def test_an_assumption_can_be_flipped_in_every_world(harness: Harness, careful: Client) -> None:
    verdict = run(careful, worlds=3, only="guest_reopens", assume={"guest_reopens_closed": False}, harness=harness)
    assert verdict.passed
    assert verdict.met["guest_reopens"] == 3


def test_a_passed_trial_says_so_and_what_it_relied_on(harness: Harness, careful: Client) -> None:
    told = report.text(run(careful, worlds=2, only="closed_meanwhile", harness=harness))
    assert told.splitlines()[-1].startswith("PASSED: 2 worlds (seed 0)")
    assert "     2  closed_meanwhile" in told
    assert "Assumed behaviours" in told


def test_the_longest_name_of_a_hazard_ends_before_what_it_says(harness: Harness, careful: Client) -> None:
    longest = max(hazards(), key=len)
    told = report.text(run(careful, worlds=1, only=longest, harness=harness))
    assert f"1  {longest}  {hazards()[longest].says}" in told


class SaysItTwice(Inbox):
    """Sends again at once what may have arrived."""

    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        try:
            super().say(conversation, sender, content)
        except LostAnswer:
            super().say(conversation, sender, content)


def test_requests_are_told_in_the_order_in_which_they_came(harness: Harness) -> None:
    told = report.text(run(InThisProcess(Rebuilt(SaysItTwice)), worlds=5, only="lost_answer", harness=harness))
    numbers = [int(number) for number in re.findall(r"^ +\[([0-9]+)", told, re.MULTILINE)]
    assert len(numbers) > len(["GETs answered", "POST", "POST"])
    assert numbers == sorted(numbers)


def test_of_hazards_that_were_not_met_only_the_number_is_told(failed: Verdict) -> None:
    lines = report.text(failed).splitlines()
    beginning = lines.index("Hazards, and in how many worlds the client met them:") + 1
    met = [name for name, count in failed.met.items() if count]

    assert [line.split()[1] for line in lines[beginning : beginning + len(met)]] == met
    assert lines[beginning + len(met)].strip() == f"{len(failed.met) - len(met)} hazards were not met; --format json lists all."


@pytest.fixture
def rude(harness: Harness) -> Verdict:
    """Of a driver that would have a terminal obey, and believes in far too much."""
    answers = 'import sys; sys.stderr.write("\\x1b[31mno\\x00 <b>]]>\\n"); sys.exit(input()[:0] or 1)'
    return run([sys.executable, "-c", answers], worlds=1, only="past_booking", harness=harness)


def test_no_terminal_obeys_what_a_driver_said(rude: Verdict) -> None:
    told = report.text(rude)
    assert "\ufffd[31mno\ufffd <b>]]>" in told
    assert all(character.isprintable() or character == "\n" for character in told)


def test_junit_stays_xml_whatever_a_driver_said(rude: Verdict) -> None:
    whole = ET.fromstring(report.junit(rude)).find(".//testcase/failure")  # noqa: S314 - it is our own
    assert whole is not None
    assert "\ufffd[31mno\ufffd <b>]]>" in str(whole.text)


class BelievesAll(InThisProcess):
    """Believes in as many bookings as there are numbers."""

    def sync(self) -> dict[str, Any]:
        return {"bookings": [{"id": 10_000 + number, "conversation_ids": []} for number in range(2_000)], "conversations": []}


def test_of_very_many_findings_the_first_are_told(harness: Harness) -> None:
    verdict = run(BelievesAll(Rebuilt(Inbox)), worlds=1, only="past_booking", shrink_seconds=0, harness=harness)
    told = report.text(verdict).splitlines()
    assert sum(line.startswith("BELIEF: ") for line in told) == 20
    assert verdict.failure is not None
    assert f"... and {len(verdict.failure.findings) - 20} more: --format json tells all." in told


class KnowsNoBookings(InThisProcess):
    """Lists bookings without from."""

    def sync(self) -> dict[str, Any]:
        return {**super().sync(), "bookings": []}


class KnowsNoMessages(InThisProcess):
    """Reads messages with their conversations only."""

    def sync(self) -> dict[str, Any]:
        belief = super().sync()
        return {**belief, "conversations": [{**found, "messages": []} for found in belief["conversations"]]}


@pytest.mark.parametrize(
    ("broken", "hazard", "hint"),
    [(KnowsNoBookings, "past_booking", "pass from"), (KnowsNoMessages, "staff_edit", "include= alone does not bring it")],
)
def test_a_wrong_belief_is_told_how_to_mend_it(broken: type[InThisProcess], hazard: str, hint: str, harness: Harness) -> None:
    verdict = run(broken(Rebuilt(Inbox)), worlds=1, only=hazard, shrink_seconds=0, harness=harness)
    assert verdict.failure is not None
    told = {found.code: found.fix for found in verdict.failure.findings}
    assert hint in told["BELIEF"]


def test_of_a_stay_that_has_begun_the_story_says_when(harness: Harness) -> None:
    stay = {"id": 104, "channel": "airbnb", "rental": 16, "guest": {"fullname": "Ada Bauer"}, "start_at": "-40d", "end_at": "-33d"}
    world = World({"seed": 7, "rentals": [{"id": 16}]}, ({"guest_books": stay},))
    told = report.text(run(KnowsNoBookings(Rebuilt(Inbox)), replay=world, harness=harness))
    assert "Ada Bauer books on Airbnb, a stay that began 40d before (booking 104)" in told
