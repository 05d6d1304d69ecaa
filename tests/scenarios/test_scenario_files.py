"""Scenario files: how they are read, and how a mistake in one is told."""

from pathlib import Path

import pytest

from builders import a_booking, a_scenario
from fake import Mock
from inbox_mock.app import Options, create_app
from inbox_mock.scenarios.build import Overrides, build_image
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import find
from scenarios.folder import Folder


def test_every_mistake_against_the_schema_is_told_at_once_in_the_order_of_the_lines(folder: Folder) -> None:
    told = str(
        folder.mistake("seed: seven\nrentalls: []\nxyzzy: 1\nhosts:\n  - {firstname: Jan}\n  - {id: a, firstname: A, lastname: B}\n")
    )

    lines = [line.split(":", 1)[1] for line in told.splitlines()]
    assert [int(line.split(":")[0]) for line in lines] == [1, 2, 3, 5, 6]
    assert "'seven'" in lines[0]
    assert "'rentals'?" in lines[1]
    assert "'xyzzy'" in lines[2]
    assert "'lastname'" in lines[3]
    assert "an id: a whole number from 1" in lines[4]


@pytest.mark.parametrize(
    ("attribute", "told"),
    [
        ("lat: north", "rentals[0].lat: found 'north'; expected a number or null"),
        ("lng: 181", "rentals[0].lng: found 181; expected at most 180"),
    ],
)
def test_what_no_description_says_is_told_in_the_words_of_the_others(folder: Folder, attribute: str, told: str) -> None:
    assert told in str(folder.mistake(f"rentals:\n  - {{id: 16, name: Chalet, {attribute}}}\n"))


def test_a_limit_is_told_as_other_numbers_are(folder: Folder) -> None:
    assert "expected at most 100,000" in str(folder.mistake("generate: {bookings: 3000000}\n"))


def test_of_very_many_mistakes_the_first_twenty_are_told(folder: Folder) -> None:
    told = str(folder.mistake("rentals:\n" + "  - {id: x}\n" * 30)).splitlines()

    assert len(told) == 21
    assert told[-1].endswith(": and 10 more")


def test_an_object_with_several_mistakes_is_refused_with_each_of_them(mock: Mock) -> None:
    answer = mock.admin.post("/sandboxes", {"scenario": {"seed": "seven", "rentalls": []}})

    assert answer.status == 422
    assert [error["field"] for error in answer.errors] == ["scenario", "scenario"]


@pytest.mark.parametrize("url", ["http://example.com/hook", "https://10.0.0.1/", "ftp://127.0.0.1/", "http://[", "nowhere"])
def test_a_webhook_to_elsewhere_is_refused_when_the_scenario_is_loaded(folder: Folder, url: str) -> None:
    scenario = folder.scenario(f"seed: 7\nwebhooks:\n  - url: http://127.0.0.1:9/\n  - url: '{url}'\n")

    with pytest.raises(ScenarioError) as told:
        create_app(Options(scenario=scenario))

    assert told.value.line == 4
    assert repr(url) in told.value.found
    assert "--allow-webhooks-to" in told.value.expected


def test_a_webhook_to_an_allowed_host_is_loaded(folder: Folder) -> None:
    scenario = folder.scenario("webhooks:\n  - url: http://hooks.example.com/\n")

    create_app(Options(scenario=scenario, webhook_hosts=frozenset({"hooks.example.com"})))


def test_a_webhook_to_elsewhere_is_refused_by_the_admin_api_too(mock: Mock) -> None:
    answer = mock.admin.post("/sandboxes", {"scenario": {"webhooks": [{"url": "http://example.com/"}]}})

    assert answer.status == 422
    assert "--allow-webhooks-to" in answer.errors[0]["expected"]


def test_a_file_that_cannot_be_read_is_a_mistake(folder: Folder) -> None:
    with pytest.raises(ScenarioError, match=r"nowhere\.yaml"):
        find(str(folder.path / "nowhere.yaml"))
    with pytest.raises(ScenarioError, match="cannot be read"):
        find(f"{folder.path}/")
    with pytest.raises(ScenarioError, match="UTF-8"):
        folder.scenario(b"description: \xff\xfe")


def test_a_shipped_scenario_comes_before_a_file_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").write_text("seed: 99")
    (tmp_path / "mine").write_text("seed: 99")
    monkeypatch.chdir(tmp_path)

    assert find("empty").data.get("seed") != 99
    assert find("mine").data["seed"] == 99


def test_a_whole_number_may_be_written_with_a_fraction(folder: Folder) -> None:
    scenario = folder.scenario("""
        seed: 7.0
        rate_limit: 5.0
        rentals: [{id: 16.0}]
        bookings: [{rental: 16.0, channel: airbnb, client_participants: 2.0, start_at: +1d, end_at: +2d}]
        generate: {bookings: 5.0}
    """)

    assert (scenario.data["seed"], scenario.data["rate_limit"]) == (7, 5)
    assert build_image(scenario, Overrides(), wall=0.0)


def test_an_unknown_scenario_is_told_with_those_that_there_are() -> None:
    with pytest.raises(ScenarioError) as told:
        find("agencies")

    assert "agencies" in str(told.value)
    assert "agency" in told.value.expected


def test_nothing_of_a_mistaken_scenario_is_loaded(mock: Mock) -> None:
    before = mock.admin.get("/sandboxes").json["count"]

    answer = mock.admin.post("/sandboxes", {"scenario": a_scenario(bookings=[a_booking(rental=99)])})

    assert answer.status == 422
    assert mock.admin.get("/sandboxes").json["count"] == before


# What YAML means


def test_yaml_is_read_by_the_rules_of_its_second_edition(folder: Folder) -> None:
    text = """
        description: no
        seed: 0o17
        rate_limit: 0x10
        clock: {now: 2030-06-01, rate: 1e1}
        accounts: [{zip: "0123", city: yes, country_code: NO, address1: 1_000, website: on}]
        rentals: [{checkin_time: 010, name: ~x}]
        bookings: [{rental: 1, start_at: +1d, end_at: +2d, expected_checkin_time: 14:45}]
    """

    assert folder.scenario(text).data == {
        "description": "no",
        "seed": 15,
        "rate_limit": 16,
        "clock": {"now": "2030-06-01", "rate": 10.0},
        "accounts": [{"zip": "0123", "city": "yes", "country_code": "NO", "address1": "1_000", "website": "on"}],
        "rentals": [{"checkin_time": 10, "name": "~x"}],
        "bookings": [{"rental": 1, "start_at": "+1d", "end_at": "+2d", "expected_checkin_time": "14:45"}],
    }


def test_what_a_file_says_reaches_the_api(folder: Folder) -> None:
    sandbox = folder.sandbox("""
        rentals: [{id: 16}]
        bookings: [{id: 80, rental: 16, start_at: +1d, end_at: +2d, expected_checkin_time: 14:45, notes: no}]
    """)

    booking = sandbox.api.get("/bookings/80").record

    assert (booking["expected_checkin_time"], booking["notes"]) == ("14:45", "no")


def test_attachments_are_looked_for_beside_the_file(folder: Folder) -> None:
    (folder.path / "map.txt").write_bytes(b"Turn left.\n")

    sandbox = folder.sandbox("attachments: [{file: map.txt}]")

    attachment = sandbox.api.get("/inbox/attachments").record
    assert (attachment["name"], attachment["file_size"], attachment["file_content_type"]) == ("map.txt", 11, "text/plain")


def test_a_number_in_quotes_is_told_where_a_number_is_one_of_a_few(folder: Folder) -> None:
    told = str(folder.mistake('assume:\n  token_refusal_status: "400"'))

    assert told.endswith("mine.yaml:2: assume.token_refusal_status: found '400'; expected 400 without quotes"), told


def test_a_fault_whose_path_nobody_calls_is_told_with_its_line(folder: Folder) -> None:
    told = str(folder.mistake("faults:\n  - {kind: timeout_after, match: {path: /oauth/tokens}}"))

    assert "mine.yaml:2: faults[0].match.path: found '/oauth/tokens'; expected a path that timeout_after can strike" in told
    assert told.endswith("did you mean '/oauth/token'?")
