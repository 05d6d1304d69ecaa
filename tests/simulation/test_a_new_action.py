"""An action of the timeline is one function in one file: its arguments, references, handler and words are read from there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builders import a_booking, a_scenario
from driver import Driver
from fake import Mock, Sandbox
from inbox_contracts.consumer.harness import Harness
from inbox_contracts.consumer.recording import describe_step
from inbox_contracts.consumer.trial import run
from inbox_contracts.consumer.worlds import World, load, save
from inbox_mock.domain.discovery import DeclarationError
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import from_object, schema
from inbox_mock.simulation import actions
from mutants.clients.broken import InThisProcess
from plugged import a_fake_of_its_own, plugged

JSON = dict[str, Any]

ARRIVAL = '''
"""Guests say when they arrive."""

from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.simulation.actions import REFERENCE, TEXT, action, booking_of
from inbox_mock.store.database import Row
from inbox_mock.webhooks.deliveries import publish


@action(
    required=("booking", "time"),
    arguments={"booking": REFERENCE, "client": REFERENCE, "time": {**TEXT, "description": "a time of day, such as 17:30"}},
    refers={"client": "clients"},
    says="The guest of booking {booking} says that they arrive at {time}",
)
def guest_announces_arrival(work: UnitOfWork, about: Row) -> Row:
    """Set the expected time of arrival of a booking."""
    booking = booking_of(work, about)
    work.db.update("bookings", booking["id"], {"expected_checkin_time": about["time"], "updated_at": work.now})
    publish(work, "booking_updated", booking["id"], booking["account_id"])
    return {"before": booking["expected_checkin_time"]}
'''
ANNOUNCES: JSON = {"guest_announces_arrival": {"booking": 80, "time": "17:30"}}
SAYS = "The guest of booking 80 says that they arrive at 17:30"


@pytest.fixture
def arrival(tmp_path: Path) -> Iterator[None]:
    """The file of a new action, where the package of actions looks for its own."""
    with plugged(actions, "arrival", ARRIVAL, tmp_path):
        yield


@pytest.fixture
def played(arrival: None) -> Sandbox:
    """A sandbox in whose timeline the action is due after a quarter of an hour."""
    return a_fake_of_its_own().sandbox(a_scenario(bookings=[a_booking()], timeline=[{"at": "15m", **ANNOUNCES}]))


def test_it_happens_in_its_time_and_the_api_shows_what_it_did(played: Sandbox) -> None:
    played.advance("14m")
    assert played.api.get("/bookings/80").record["expected_checkin_time"] is None

    played.advance("1m")

    booking = played.api.get("/bookings/80").record
    assert (booking["expected_checkin_time"], booking["updated_at"]) == ("17:30", "2030-06-01T12:15:00Z")


def test_the_timeline_shows_what_it_is_about_and_says_it_in_words(played: Sandbox) -> None:
    (coming,) = [event for event in played.admin.get("/timeline").json["pending"] if event["kind"] in ANNOUNCES]
    (done,) = [event for event in played.advance("15m")["happened"] if event["kind"] in ANNOUNCES]

    assert (coming["about"], coming["says"]) == ({"time": "17:30", "booking_id": 80}, SAYS)
    assert (done["about"], done["says"]) == ({"time": "17:30", "booking_id": 80, "before": None}, SAYS)


def test_the_catalogue_has_it(played: Sandbox) -> None:
    found = {action["name"]: action for action in Mock(played.transport).admin.get("/catalogue").json["actions"]}

    described = found["guest_announces_arrival"]
    assert (described["subject"], described["operation"]) == ("arrival", None)
    assert list(described["arguments"]) == ["booking", "client", "time"]


@pytest.mark.usefixtures("arrival")
@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"booking": 80}, "no 'time'"),
        ({"booking": 80, "time": "17:30", "tim": 1}, "the unknown key 'tim'; did you mean 'time'?"),
        ({"booking": 81, "time": "17:30"}, "booking: found 81; expected the id or name of a booking that exists by then"),
        ({"booking": 80, "client": "ada", "time": "17:30"}, "client: found 'ada'; expected the id or name of a client"),
    ],
)
def test_what_a_scenario_gives_it_is_checked(given: JSON, says: str) -> None:
    timeline = [{"at": "1m", "guest_announces_arrival": given}]

    answer = a_fake_of_its_own().admin.post("/sandboxes", {"scenario": a_scenario(bookings=[a_booking()], timeline=timeline)})

    assert answer.status == 422
    assert says in answer.body.decode()


@pytest.mark.usefixtures("arrival")
def test_a_trial_has_it_as_a_step_and_tells_of_it(tmp_path: Path) -> None:
    world = World(a_scenario(bookings=[a_booking()]), ({"client_syncs": {}}, ANNOUNCES, {"client_syncs": {}}))
    world = load(str(save(world, tmp_path, "world", "A guest says when they arrive.")))

    with Harness() as harness:
        verdict = run(InThisProcess(Driver()), replay=world, harness=harness)

    assert verdict.codes == ()
    assert describe_step(ANNOUNCES) == f"{SAYS}."


@pytest.mark.parametrize("says", ['"At {time:d}"', "lambda given: None", "lambda given: given['tim']"])
def test_a_sentence_that_fails_is_a_question_mark_and_the_clock_goes_on(tmp_path: Path, says: str) -> None:
    source = ARRIVAL.replace('"The guest of booking {booking} says that they arrive at {time}"', says)
    with plugged(actions, "arrival", source, tmp_path):
        sandbox = a_fake_of_its_own().sandbox(a_scenario(bookings=[a_booking()], timeline=[{"at": "15m", **ANNOUNCES}]))
        (coming,) = [event for event in sandbox.admin.get("/timeline").json["pending"] if event["kind"] in ANNOUNCES]
        (done,) = [event for event in sandbox.advance("15m")["happened"] if event["kind"] in ANNOUNCES]

    assert (coming["says"], done["says"]) == ("?", "?")


def test_without_its_file_nothing_is_left_of_it(mock: Mock, tmp_path: Path) -> None:
    with plugged(actions, "arrival", ARRIVAL, tmp_path):
        assert "guest_announces_arrival" in actions.actions()

    assert "guest_announces_arrival" not in repr(schema())
    assert "guest_announces_arrival" not in repr(mock.admin.get("/catalogue").json)
    with pytest.raises(ScenarioError, match="the unknown key 'guest_announces_arrival'"):
        from_object(a_scenario(bookings=[a_booking()], timeline=[{"at": "1m", **ANNOUNCES}]))


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('"""No action."""\n', "simulation.actions.lost must define at least one Action"),
        (
            ARRIVAL.replace("guest_announces_arrival", "guest_writes"),
            r"the name 'guest_writes' is declared twice: in \S+\.guest and in \S+\.lost",
        ),
    ],
)
def test_a_file_without_an_action_and_a_name_that_is_taken_are_named(tmp_path: Path, source: str, told: str) -> None:
    with plugged(actions, "lost", source, tmp_path), pytest.raises(DeclarationError, match=told):
        actions.actions()


def test_every_action_that_the_admin_api_performs_names_an_operation_of_it(mock: Mock) -> None:
    described = mock.caller(base="").get("/__admin/openapi.json").json
    known = {operation["operationId"] for path in described["paths"].values() for operation in path.values() if "operationId" in operation}

    assert {action.operation for action in actions.actions().values() if action.operation} <= known
