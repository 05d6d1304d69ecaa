"""A channel is one file: its conversations, its application, its words in every list, and its part in trials come from there."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from builders import a_booking, a_message, a_scenario
from driver import Driver
from fake import Mock, Sandbox
from inbox_contracts.consumer.generation import generate
from inbox_contracts.consumer.harness import Harness
from inbox_contracts.consumer.recording import describe_step
from inbox_contracts.consumer.trial import run
from inbox_contracts.consumer.worlds import World
from inbox_mock import channels
from inbox_mock.channels import ChannelPolicy
from inbox_mock.cli.completion import channels as completed
from inbox_mock.domain.discovery import DeclarationError
from inbox_mock.scenarios.loading import schema
from mutants.clients.broken import InThisProcess
from plugged import a_fake_of_its_own, plugged
from receiver import receiving, subscribe

JSON = dict[str, Any]

HOMEAWAY = '''
"""HomeAway opens the conversation an hour or two after the booking."""

from inbox_mock.channels import ChannelPolicy

POLICY = ChannelPolicy(
    name="homeaway",
    title="HomeAway",
    colour=("#1a5fb4", "#99c1f1"),
    opens_after=(3600, 7200),
    host_share=1.0,
    default_channel="homeaway",
    origin="homeaway",
    response_hours=48,
    relays_after=(1800, 1800),
)
'''


@pytest.fixture
def homeaway(tmp_path: Path) -> Iterator[None]:
    """The file of a new channel, where the package of channels looks for its own."""
    with plugged(channels, "homeaway", HOMEAWAY, tmp_path):
        yield


@pytest.fixture
def with_homeaway(homeaway: None) -> Mock:
    return a_fake_of_its_own()


@pytest.fixture
def booked(with_homeaway: Mock) -> Sandbox:
    """A sandbox with a booking (1) made on homeaway, which waits for its conversation."""
    sandbox = with_homeaway.sandbox(a_scenario())
    assert sandbox.admin.post("/bookings", {"channel": "homeaway"}).status == 201
    return sandbox


def test_its_application_is_in_every_sandbox_and_makes_its_bookings(booked: Sandbox) -> None:
    application_id = booked.application("HomeAway")["id"]
    booking = booked.api.get("/bookings/1").record

    assert (booking["created_by_id"], booking["created_by_type"]) == (application_id, "Doorkeeper::Application")
    assert booking["links"]["conversations"] == []


def test_it_opens_the_conversation_in_its_own_time_and_manner(booked: Sandbox) -> None:
    booked.advance("3599s")
    assert booked.api.get("/inbox/conversations").records == []

    booked.advance("3601s")

    conversation = booked.api.get("/inbox/conversations").record
    assert (conversation["default_channel"], conversation["links"]["bookings"]) == ("homeaway", [1])
    assert conversation["links"]["created_by"] == {"id": booked.application("HomeAway")["id"], "type": "Doorkeeper::Application"}
    members = [participant["links"]["member"]["type"] for participant in booked.api.get("/inbox/participants").records]
    assert members == ["Client", "Host"]


def test_it_carries_messages_in_both_directions(booked: Sandbox) -> None:
    booked.advance("2h")
    (conversation_id,) = booked.api.get("/inbox/conversations").ids
    guest = booked.admin.post(f"/conversations/{conversation_id}/messages", {"content": "Is there a cot?"}).json["message"]
    assert (guest["origin"], guest["channel"]) == ("homeaway", "homeaway")
    assert booked.api.get("/inbox/conversations").record["deadline_response_at"] == "2030-06-03T14:00:00Z"

    answer = a_message(conversation_id=conversation_id, channel="homeaway", content="Yes, there is.")
    assert booked.api.post("/inbox/messages", answer).status == 201
    booked.advance("1799s")
    assert len(booked.handle.thread(conversation_id)) == 1
    booked.advance("1s")

    thread = booked.handle.thread(conversation_id)
    assert [(message["from"], message["content"]) for message in thread] == [("guest", "Is there a cot?"), ("host", "Yes, there is.")]


def test_its_conversations_are_told_by_webhook(booked: Sandbox) -> None:
    with receiving() as receiver:
        subscribe(booked, receiver.url, "inbox_conversation_created")
        booked.advance("2h")

    assert receiver.last.json["resource"]["conversation"]["created_by_id"] == booked.application("HomeAway")["id"]


def test_scenarios_know_it(with_homeaway: Mock) -> None:
    sandbox = with_homeaway.sandbox(a_scenario(bookings=[a_booking(channel="homeaway")]))

    assert sandbox.api.get("/inbox/conversations/11").record["default_channel"] == "homeaway"


def test_a_scenarios_timeline_knows_it(with_homeaway: Mock) -> None:
    books = {"channel": "homeaway", "rental": 16, "guest": {"fullname": "Ada Bauer"}, "start_at": "+30d", "end_at": "+37d"}
    sandbox = with_homeaway.sandbox(a_scenario(timeline=[{"at": "15m", "guest_books": {**books, "conversation_delay": "1m"}}]))

    sandbox.advance("16m")

    assert sandbox.api.get("/inbox/conversations").record["links"]["created_by"]["id"] == sandbox.application("HomeAway")["id"]


def test_a_scenario_may_give_its_application_another_id(with_homeaway: Mock) -> None:
    sandbox = with_homeaway.sandbox(a_scenario(applications=[{"id": 70, "name": "HomeAway, as we know it", "channel": "homeaway"}]))

    assert [found["id"] for found in sandbox.made["applications"] if "HomeAway" in found["name"]] == [70]


def test_a_strict_sandbox_protects_it(with_homeaway: Mock) -> None:
    sandbox = with_homeaway.sandbox(a_scenario(), strict=True)

    answer = sandbox.api.post("/inbox/conversations", {"conversations": [{"default_channel": "homeaway"}]})

    assert (answer.status, answer.errors[0]["field"]) == (422, "default_channel")


def test_the_dashboard_and_everybody_else_find_it_in_the_catalogue(with_homeaway: Mock) -> None:
    found = {channel["name"]: channel for channel in with_homeaway.admin.get("/catalogue").json["channels"]}

    assert found["homeaway"] == {
        "name": "homeaway",
        "title": "HomeAway",
        "colour": {"light": "#1a5fb4", "dark": "#99c1f1"},
        "opens_conversations": True,
        "application": {"id": channels.policies()["homeaway"].own_id, "name": "HomeAway"},
        "default_channel": "homeaway",
        "origin": "homeaway",
    }


def test_it_is_among_the_choices_of_the_admin_api_the_scenario_schema_and_the_command_line(with_homeaway: Mock) -> None:
    refused = with_homeaway.sandbox(a_scenario()).admin.post("/bookings", {"channel": "fax"})
    assert refused.errors[0]["expected"] == f"one of {', '.join(channels.policies())}"

    described: Any = schema()
    assert described["$defs"]["channel"]["examples"] == list(channels.policies())
    assert "HomeAway" in described["properties"]["applications"]["description"]
    command = click.Command("book")
    assert [item.value for item in completed(click.Context(command), click.Option(["--channel"]), "ho")] == ["homeaway"]


@pytest.mark.usefixtures("homeaway")
def test_a_trial_is_held_on_it_and_tells_of_it() -> None:
    booked: JSON = {
        "guest_books": {"id": 101, "channel": "homeaway", "rental": 16, "start_at": "+30d", "end_at": "+37d", "conversation_delay": "0s"}
    }
    steps: tuple[JSON, ...] = (booked, {"client_syncs": {}}, {"client_replies": {"booking": 101, "content": "Welcome!"}})

    verdict = run(InThisProcess(Driver()), replay=World(a_scenario(), steps))

    assert verdict.codes == ()
    assert describe_step(booked) == "Somebody books on HomeAway (booking 101); the conversation is there at once."


@pytest.mark.usefixtures("homeaway")
def test_worlds_that_are_invented_have_it_and_a_careful_client_wins_them() -> None:
    worlds = [world for world in generate(40, 1, "two_channels") if "'homeaway'" in repr(world.steps)]
    assert worlds

    with Harness() as harness:
        assert run(InThisProcess(Driver()), replay=worlds[0], harness=harness).codes == ()


def test_without_its_file_nothing_is_left_of_it(mock: Mock, tmp_path: Path) -> None:
    with plugged(channels, "homeaway", HOMEAWAY, tmp_path):
        assert "homeaway" in channels.policies()

    sandbox = mock.sandbox(a_scenario())
    answer = sandbox.admin.post("/bookings", {"channel": "homeaway"})

    assert (answer.status, answer.errors[0]["field"]) == (422, "channel")
    assert "HomeAway" not in [found["name"] for found in sandbox.made["applications"]]
    assert "homeaway" not in [channel["name"] for channel in mock.admin.get("/catalogue").json["channels"]]
    assert "homeaway" not in repr(schema()["$defs"]["channel"])
    assert "homeaway" not in repr(generate(6, 1, "two_channels"))


def test_a_server_that_starts_with_the_file_documents_it(tmp_path: Path) -> None:
    (tmp_path / "homeaway.py").write_text(HOMEAWAY)
    program = f"""
from inbox_mock import channels
channels.__path__.append({str(tmp_path)!r})
from inbox_mock.cli import main
main(["scenarios", "--schema"], standalone_mode=False)
main(["openapi"], standalone_mode=False)
"""
    written = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert re.search(r"Left out or empty: (.+, )?Airbnb, (.+, )?Booking.com, (.+, )?HomeAway(, .+)? and Website on each account.", written)
    assert re.search(
        r"Those of (.+ and )?Airbnb and (.+ and )?Booking.com and (.+ and )?HomeAway( and .+)? are opened by the channel", written
    )


def test_a_file_without_policy_is_named(tmp_path: Path) -> None:
    with (
        plugged(channels, "lost_channel", '"""No policy."""\n', tmp_path),
        pytest.raises(DeclarationError, match="lost_channel must define POLICY"),
    ):
        channels.policies()


@pytest.mark.parametrize(("key", "word"), [("default_channel", "pigeon post"), ("origin", "pigeon")])
def test_a_word_that_the_api_does_not_have_is_refused(key: str, word: str) -> None:
    wanted: dict[str, Any] = {key: word}

    with pytest.raises(ValueError, match=rf"channel 'pigeon': {key} is '{word}'; expected one of "):
        ChannelPolicy(name="pigeon", title="Pigeon Post", **wanted)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("name", "Vrbo Expedia", "small letters"),
        ("title", "", "a printable text"),
        ("colour", "#8a3b12", "a tuple of two colours as #rrggbb"),
        ("colour", ("brown", "tan"), "a tuple of two colours as #rrggbb"),
        ("opens_after", 600, "None or a tuple of two whole numbers of seconds"),
        ("opens_after", (1200, 120), "None or a tuple of two whole numbers of seconds"),
        ("relays_after", None, "a tuple of two whole numbers of seconds"),
        ("response_hours", "12", "None or a whole number of hours"),
        ("host_share", 50, "a number from 0 to 1"),
        ("application_id", "67", "None or a whole number from 1"),
    ],
)
def test_a_value_of_another_type_or_range_is_refused(key: str, value: object, expected: str) -> None:
    wanted: dict[str, Any] = {"name": "pigeon", "title": "Pigeon Post", key: value}

    with pytest.raises(ValueError, match=re.escape(f"{key} is {value!r}; expected {expected}")):
        ChannelPolicy(**wanted)


@pytest.mark.parametrize("taken", ["name='airbnb', title='B'", "name='b', title='Airbnb'", "name='b', title='B', application_id=65"])
def test_a_name_a_title_and_an_id_that_are_taken_are_refused(taken: str, tmp_path: Path) -> None:
    source = f"from inbox_mock.channels import ChannelPolicy\n\nPOLICY = ChannelPolicy({taken}, opens_after=(1, 2))\n"
    told = r"is declared twice: in inbox_mock\.channels\.airbnb and in inbox_mock\.channels\.second"

    with plugged(channels, "second", source, tmp_path), pytest.raises(DeclarationError, match=told):
        channels.policies()


@pytest.mark.usefixtures("homeaway")
def test_an_id_that_is_not_given_depends_on_no_other_channel(tmp_path: Path) -> None:
    before = channels.policies()["homeaway"].own_id
    another = HOMEAWAY.replace('name="homeaway"', 'name="abritel"').replace('title="HomeAway"', 'title="Abritel"')
    (tmp_path / "earlier").mkdir()
    with plugged(channels, "a_channel", another, tmp_path / "earlier"):
        assert channels.policies()["homeaway"].own_id == before
