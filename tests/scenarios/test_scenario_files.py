"""Scenario files: what they may say, and how a mistake in one is told."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from api.oauth import an_application
from builders import START, a_body, a_booking, a_message, a_scenario
from fake import Answer, InProcess, Mock, Sandbox
from file_types.made_files import a_jpeg, a_turned_heif
from inbox_mock.app import Options, create_app
from inbox_mock.domain.fidelity import ASSUMPTIONS
from inbox_mock.scenarios.build import Overrides, build_image
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import Scenario, find, from_object, shipped

SPRING = 1_900_000_000.0  # 2030-03-17T17:46:40Z on the wall clock


@dataclass(frozen=True)
class Folder:
    """A folder in which a test writes scenario files."""

    path: Path

    def scenario(self, text: str | bytes) -> Scenario:
        file = self.path / "mine.yaml"
        file.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
        return find(str(file))

    def mistake(self, text: str | bytes) -> ScenarioError:
        """Return what is wrong with a scenario."""
        with pytest.raises(ScenarioError) as told:
            build_image(self.scenario(text), Overrides(), wall=0.0)
        return told.value

    def sandbox(self, text: str) -> Sandbox:
        """Return the default sandbox of a server that was started with a scenario."""
        transport = InProcess(create_app(Options(scenario=self.scenario(text), overrides=Overrides(mode="manual"))).app)
        return Sandbox(transport, Mock(transport).admin.get("/sandboxes/default").json)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


# Mistakes


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


@pytest.mark.parametrize("scenario", [scenario for scenario in shipped() if scenario.name != "large"], ids=lambda scenario: scenario.name)
@pytest.mark.parametrize("mode", ["manual", "real"])
def test_every_shipped_scenario_can_be_made(scenario: Scenario, mode: str) -> None:
    assert scenario.description
    assert build_image(scenario, Overrides(mode=mode), wall=SPRING)


# Records and their references


def test_records_refer_to_each_other_by_name(mock: Mock) -> None:
    sandbox = mock.sandbox({
        "rentals": [{"as": "chalet"}],
        "users": [{"as": "user", "fullname": "Jan"}],
        "hosts": [{"as": "jan", "firstname": "Jan", "lastname": "K", "user": "user"}],
        "clients": [{"as": "ada", "fullname": "Ada"}],
        "sources": [{"as": "flyer", "name": "Flyer"}],
        "bookings": [
            {"as": "stay", "rental": "chalet", "source": "flyer", "client": "ada", "start_at": "+1d", "end_at": "+2d", "created_at": "-1d"}
        ],
        "conversations": [{"as": "talk", "booking": "stay", "created_at": "-1h"}],
        "participants": [{"booking": "stay", "client": "ada", "at": "-1h"}],
        "messages": [{"conversation": "talk", "from": "jan", "content": "Hello", "at": "-30m", "channel": None}],
        "changes": [{"conversation": "talk", "assignee": "jan", "closed": True, "at": "-10m"}],
    })  # fmt: skip

    booking, talk = sandbox.api.get("/bookings").record, sandbox.api.get("/inbox/conversations").record
    assert (booking["links"]["client"], booking["links"]["rental"], booking["links"]["conversations"]) == (1, 1, [talk["id"]])
    assert (talk["links"]["assignee"], talk["closed_at"], talk["last_message_at"]) == (1, "2030-06-01T11:50:00Z", "2030-06-01T11:30:00Z")
    assert talk["created_by_id"] == 17
    assert sandbox.api.get("/sources/1").record["links"]["bookings"] == [booking["id"]]


def test_an_account_has_the_sources_that_are_written_out_and_no_others(mock: Mock) -> None:
    scenario = a_scenario(accounts=[{"id": 1}, {"id": 2}], sources=[{"name": "Flyer"}, {"name": "Airbnb"}])
    sandbox = mock.sandbox(scenario)

    names = [
        [source["name"] for source in sandbox.api_with("bookings_read", account_id=account).get("/sources").records] for account in (1, 2)
    ]

    assert names == [["Flyer", "Airbnb"], ["Airbnb", "Booking.com", "Website"]]


def test_a_channel_without_a_source_adds_its_own_when_it_books(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(sources=[{"id": 5, "name": "Flyer"}], bookings=[a_booking(), a_booking(id=81, conversation=12)]))

    sources = sandbox.api.get("/sources").records

    assert [(source["name"], source["links"]["bookings"]) for source in sources] == [("Flyer", []), ("Airbnb", [80, 81])]


def test_an_application_may_have_the_id_of_one_that_is_left_out(mock: Mock) -> None:
    sandbox = mock.sandbox({"applications": [{"id": 17, "name": "Theirs"}, {"id": 65, "name": "Other"}]})

    names = {record["id"]: record["name"] for record in sandbox.api.get("/applications").records}
    assert (names[17], names[65]) == ("Theirs", "Other")
    assert {"Your application", "Airbnb", "Booking.com"} < set(names.values())


def test_applications_without_an_id_may_get_that_of_one_that_is_left_out(mock: Mock) -> None:
    sandbox = mock.sandbox({"applications": [{"name": f"Theirs {number}"} for number in range(1, 18)]})

    names = {record["id"]: record["name"] for record in sandbox.api.get("/applications").records}
    assert [names[number] for number in (1, 17)] == ["Theirs 1", "Theirs 17"]
    assert {"Your application", "Airbnb", "Booking.com"} < set(names.values())


def test_an_id_that_a_scenario_names_is_the_records_own(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()], participants=[{"id": 7, "booking": 80, "host": "jan"}]))

    assert sandbox.api.get("/inbox/participants").ids == [1, 7]
    assert (
        sandbox.api.post("/inbox/participants", a_body("participants", conversation_id=11, member_id=2, member_type="Host")).record["id"]
        == 8
    )


# Dates


OFFSETS = """
    rentals: [{id: 16, timezone: Europe/Paris, checkin_time: 15, checkout_time: 11}]
    bookings:
      - {id: 80, rental: 16, start_at: +30d, end_at: +37d, created_at: -2h}
      - {id: 81, rental: 16, start_at: +30h, end_at: +2d}
      - {id: 82, rental: 16, start_at: 2030-12-01, end_at: "2030-12-08T09:00:00Z"}
"""


def test_history_may_go_back_more_than_a_year(folder: Folder) -> None:
    sandbox = folder.sandbox("""
        rentals: [{id: 16}]
        hosts: [{as: jan, firstname: Jan, lastname: Kowalski}]
        clients: [{as: ada, fullname: Ada, created_at: -900d}]
        bookings: [{id: 80, rental: 16, client: ada, channel: airbnb, start_at: 2028-05-01, end_at: 2028-05-08, created_at: 2028-01-01}]
        messages: [{booking: 80, from: jan, content: Welcome, at: 2028-02-01}]
    """)

    assert sandbox.api.get("/clients").record["created_at"] == "2027-12-14T12:00:00Z"
    assert sandbox.api.get("/bookings/80").record["created_at"] == "2028-01-01T00:00:00Z"
    assert sandbox.api.get("/inbox/messages").record["sent_at"] == "2028-02-01T00:00:00Z"
    assert sandbox.api.get("/accounts").record["created_at"] == "2027-12-14T12:00:00Z"


def test_a_time_with_an_offset_is_that_instant(folder: Folder) -> None:
    sandbox = folder.sandbox("""
        rentals: [{id: 16, timezone: Europe/Paris}]
        bookings: [{id: 80, rental: 16, start_at: "2030-07-01T16:00:00+02:00", end_at: "2030-07-08 08:00:00 +0000"}]
        inquiries: [{rental: 16, firstname: A, lastname: B, email: a@b.example, start_at: "2030-07-31T23:00:00-01:00", end_at: 2030-08-08}]
        timeline: [{at: 1m, staff_moves: {booking: 80, start_at: 2030-07-02, end_at: "2030-07-09T12:00:00+02:00"}}]
    """)

    booking, inquiry = sandbox.api.get("/bookings/80").record, sandbox.api.get("/inquiries").records[0]
    sandbox.advance("1m")

    assert (booking["start_at"], booking["start_at_global"]) == ("2030-07-01T16:00:00Z", "2030-07-01T14:00:00Z")
    assert (booking["end_at"], booking["end_at_global"]) == ("2030-07-08T10:00:00Z", "2030-07-08T08:00:00Z")
    assert inquiry["start_at"] == "2030-08-01T16:00:00Z"
    assert sandbox.api.get("/bookings/80").record["end_at_global"] == "2030-07-09T10:00:00Z"


def test_offsets_are_right_on_a_manual_clock(folder: Folder) -> None:
    api = folder.sandbox(OFFSETS).api

    days, hours, dates = (api.get(f"/bookings/{number}").record for number in (80, 81, 82))

    assert (days["start_at"], days["end_at"], days["created_at"]) == (
        "2030-07-01T15:00:00Z",
        "2030-07-08T11:00:00Z",
        "2030-06-01T10:00:00Z",
    )
    assert (days["start_at_global"], hours["start_at_global"]) == ("2030-07-01T13:00:00Z", "2030-06-02T18:00:00Z")
    assert (hours["start_at"], hours["end_at"], hours["created_at"]) == ("2030-06-02T20:00:00Z", "2030-06-03T11:00:00Z", START)
    assert (dates["start_at"], dates["end_at"]) == ("2030-12-01T15:00:00Z", "2030-12-08T09:00:00Z")


def test_offsets_are_right_on_a_real_clock(folder: Folder) -> None:
    options = Options(scenario=folder.scenario(OFFSETS), overrides=Overrides(mode="real"))
    api = Mock(InProcess(create_app(options, wall=lambda: SPRING).app)).caller("demo")

    days, hours, dates = (api.get(f"/bookings/{number}").record for number in (80, 81, 82))

    assert (days["start_at"], days["end_at"], days["created_at"]) == (
        "2030-04-16T15:00:00Z",
        "2030-04-23T11:00:00Z",
        "2030-03-17T15:46:40Z",
    )
    assert (hours["start_at"], hours["start_at_global"], hours["created_at"]) == (
        "2030-03-19T00:46:40Z",
        "2030-03-18T23:46:40Z",
        "2030-03-17T17:46:40Z",
    )
    assert dates["start_at"] == "2030-12-01T15:00:00Z"


def test_the_clock_starts_where_a_scenario_says(mock: Mock) -> None:
    sandbox = mock.sandbox({"clock": {"now": "2031-01-01T00:00:00Z"}, "clients": [{"fullname": "Ada", "created_at": "-1d"}]})

    assert sandbox.now() == "2031-01-01T00:00:00Z"
    assert sandbox.api.get("/clients").record["created_at"] == "2030-12-31T00:00:00Z"


def test_what_happened_before_the_start_carries_its_own_time(mock: Mock) -> None:
    messages = [{"booking": 80, "at": at, "from": who, "content": "x"} for at, who in (("-10m", "jan"), ("-1h", "guest"))]
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()], messages=messages))

    assert [message["sent_at"] for message in sandbox.api.get("/inbox/messages").records] == [
        "2030-06-01T11:00:00Z",
        "2030-06-01T11:50:00Z",
    ]
    assert sandbox.api.get("/inbox/conversations/11").record["created_at"] == "2030-06-01T10:10:00Z"


# Settings


PAGES: tuple[dict[str, Any], ...] = ({}, {"per_page": 1}, {"per_page": 100})


def test_page_cap_is_the_size_of_a_page_and_the_most_that_it_can_be(mock: Mock) -> None:
    api = mock.sandbox({"page_cap": 2, "clients": [{"fullname": name} for name in "ABCDE"]}).api

    assert [api.get("/clients", **query).headers["X-Per-Page"] for query in PAGES] == ["2", "1", "2"]
    assert [len(api.get("/clients", page=page).records) for page in (1, 2, 3)] == [2, 2, 1]


def test_the_same_scenario_and_seed_make_the_same_bytes() -> None:
    scenario = from_object(a_scenario(bookings=[a_booking()]))

    assert build_image(scenario, Overrides(), wall=0.0) == build_image(scenario, Overrides(), wall=0.0)
    assert build_image(scenario, Overrides(), wall=0.0) != build_image(scenario, Overrides(seed=8), wall=0.0)


@pytest.mark.parametrize("generate", [{"bookings": 60, "messages": 200}, {"bookings": 1}, {"bookings": 1, "messages": 3}, {"messages": 3}])
def test_records_can_be_generated_beside_written_ones(mock: Mock, generate: dict[str, int]) -> None:
    sandbox = mock.sandbox({"accounts": [{"id": 5}], "hosts": [{"id": 3, "firstname": "Jan", "lastname": "K"}], "generate": generate})

    ever: dict[str, Any] = {"from": "2020-01-01"}
    total = int(sandbox.api.get("/bookings", **ever).headers["X-Total-Count"])
    assert total == generate.get("bookings", 0)
    conversations = int(sandbox.api.get("/inbox/conversations").headers["X-Total-Count"])
    assert len(sandbox.api.get("/inbox/messages").records) == (min(100, generate.get("messages", 0)) if conversations else 0)


# The switches


def assuming(mock: Mock, **switches: object) -> Sandbox:
    """Return a sandbox with these switches, an Airbnb conversation (11) and jan in it (2)."""
    participants = [{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}]
    return mock.sandbox(a_scenario(bookings=[a_booking()], participants=participants, assume=switches))


def conversation_after(mock: Mock, posted: dict[str, object], **switches: object) -> dict[str, object]:
    sandbox = assuming(mock, **switches)
    sandbox.api.put("/inbox/conversations/11", a_body("conversations", closed=True))
    sandbox.advance("5m")
    assert sandbox.api.post("/inbox/messages", posted).status == 201
    record: dict[str, object] = sandbox.api.get("/inbox/conversations/11").record
    return record


def test_message_bumps_conversation(mock: Mock) -> None:
    on, off = (conversation_after(mock, a_message(), message_bumps_conversation=switch) for switch in (True, False))

    assert (on["updated_at"], on["last_message_at"]) == ("2030-06-01T12:05:00Z", START)
    assert (off["updated_at"], off["last_message_at"]) == (START, None)


def test_guest_reopens_closed(mock: Mock) -> None:
    asked = a_message(sender_id=1, origin="airbnb_message")
    on, off = (conversation_after(mock, asked, guest_reopens_closed=switch) for switch in (True, False))

    assert (on["closed_at"], off["closed_at"]) == (None, START)


def test_a_guest_reopens_a_conversation_that_no_message_moves(mock: Mock) -> None:
    asked = a_message(sender_id=1, origin="airbnb_message")

    assert conversation_after(mock, asked, message_bumps_conversation=False, guest_reopens_closed=True)["closed_at"] is None


def test_a_host_never_reopens(mock: Mock) -> None:
    assert conversation_after(mock, a_message())["closed_at"] == START


def test_connect_moves_updated_at(mock: Mock) -> None:
    for switch, moved_at in ((True, "2030-06-01T12:05:00Z"), (False, START)):
        sandbox = assuming(mock, connect_moves_updated_at=switch)
        sandbox.api.post("/inbox/messages", a_message())
        sandbox.api.post("/inbox/attachments", a_body("attachments", file="SGVsbG8K"))
        sandbox.advance("5m")

        message = sandbox.api.put("/inbox/messages/1/add_attachment", {"attachments": [{"id": 1}]}).record
        conversation = sandbox.api.put("/inbox/conversations/11/connect_booking", {"bookings": [{"id": 80}]}).record

        assert (message["updated_at"], conversation["updated_at"]) == (moved_at, moved_at)


def test_sent_at_optional(mock: Mock) -> None:
    late = {"messages": [{name: value for name, value in a_message()["messages"][0].items() if name != "sent_at"}]}
    on, off = (assuming(mock, sent_at_optional=switch).api.post("/inbox/messages", late) for switch in (True, False))

    assert (on.status, on.record["sent_at"]) == (201, None)
    assert (off.status, off.errors[0]["field"]) == (422, "sent_at")


def test_visibility_all(mock: Mock) -> None:
    on, off = (assuming(mock, visibility_all=switch).api.post("/inbox/messages", a_message(visibility="all")) for switch in (True, False))

    assert (on.status, on.record["visibility"]) == (201, "all")
    assert (off.status, off.errors[0]["field"]) == (422, "visibility")


def test_cast_values(mock: Mock) -> None:
    written = a_body("hosts", firstname=7, lastname="Kowalski")
    on, off = (assuming(mock, cast_values=switch).api.post("/hosts", written) for switch in (True, False))

    assert (on.status, on.record["firstname"]) == (201, "7")
    assert off.errors == [{"code": "validation_failed", "field": "firstname", "title": "is invalid"}]


def test_if_none_match(mock: Mock) -> None:
    def asked_again(sandbox: Sandbox) -> Answer:
        etag = sandbox.api.get("/inbox/conversations/11").headers["ETag"]
        return sandbox.api.get("/inbox/conversations/11", headers={"If-None-Match": etag})

    on, off = (asked_again(assuming(mock, if_none_match=switch)) for switch in (True, False))

    assert (on.status, on.body) == (304, b"")
    assert (off.status, off.record["id"]) == (200, 11)


@pytest.mark.parametrize(("switch", "link", "attributes"), [("both", True, True), ("links", True, False), ("attributes", False, True)])
def test_created_by(mock: Mock, switch: str, link: object, attributes: object) -> None:
    record = assuming(mock, created_by=switch).api.get("/inbox/conversations/11").record

    assert ("created_by" in record["links"]) is link
    assert ("created_by_id" in record) is attributes
    assert ("created_by_type" in record) is attributes


@pytest.mark.parametrize(("switch", "start", "start_global"), [("instant", "16:00:00", "14:00:00"), ("utc", "14:00:00", "12:00:00")])
def test_stay_offset(mock: Mock, switch: str, start: str, start_global: str) -> None:
    api = mock.sandbox(a_scenario(assume={"stay_offset": switch})).api
    made = api.post("/rentals/16/bookings", a_body("bookings", booked=True, start_at="2030-08-01", end_at="2030-08-08")).record

    moved = api.put(f"/bookings/{made['id']}", a_body("bookings", start_at="2030-07-01T16:00:00+02:00")).record

    assert (moved["start_at"], moved["start_at_global"]) == (f"2030-07-01T{start}Z", f"2030-07-01T{start_global}Z")


def test_attachment_urls(mock: Mock) -> None:
    absolute, relative = (
        assuming(mock, attachment_urls=switch).api.post("/inbox/attachments", a_body("attachments", file="SGVsbG8K")).record["url"]
        for switch in ("absolute", "relative")
    )

    assert absolute.startswith("http://localhost/uploads/")
    assert relative.startswith("/uploads/")


@pytest.mark.parametrize(("switch", "width", "height"), [("shown", 20, 30), ("stored", 30, 20)])
@pytest.mark.parametrize("picture", [a_jpeg, a_turned_heif])
def test_picture_size(mock: Mock, picture: Callable[[int, int, int], bytes], switch: str, width: int, height: int) -> None:
    uploaded = a_body("attachments", file=b64encode(picture(30, 20, 6)).decode())

    made = assuming(mock, picture_size=switch).api.post("/inbox/attachments", uploaded).record

    assert (made["image_width"], made["image_height"]) == (width, height)


def test_refresh_revokes(mock: Mock) -> None:
    application = an_application(assuming(mock, refresh_revokes="at_once"))
    old = application.tokens()
    new = application.refresh(old["refresh_token"]).json

    assert application.refresh(old["refresh_token"]).json["error"] == "invalid_grant"
    assert application.uses(old) == 401
    assert application.uses(new) == 200


def test_pkce(mock: Mock) -> None:
    off = an_application(assuming(mock, pkce=False))

    assert off.exchange(off.code(code_challenge="a challenge", code_challenge_method="none of the two")).status == 200
    assert off.exchange(off.code(), code_verifier="never asked for").status == 200


def test_token_refusal_status(mock: Mock) -> None:
    application = an_application(assuming(mock, token_refusal_status=400))
    refused = application.exchange("never issued")

    assert (refused.status, refused.json["error"]) == (400, "invalid_grant")
    assert refused.headers["WWW-Authenticate"].startswith('Bearer realm="Doorkeeper", error="invalid_grant"')
    assert application.token(grant_type="password").status == 400
    assert application.token(grant_type="client_credentials", scope="inbox_write").status == 400
    assert application.exchange("never issued", client_secret="wrong").status == 401


def test_a_number_in_quotes_is_told_where_a_number_is_one_of_a_few(folder: Folder) -> None:
    told = str(folder.mistake('assume:\n  token_refusal_status: "400"'))

    assert told.endswith("mine.yaml:2: assume.token_refusal_status: found '400'; expected 400 without quotes"), told


def test_a_fault_whose_path_nobody_calls_is_told_with_its_line(folder: Folder) -> None:
    told = str(folder.mistake("faults:\n  - {kind: timeout_after, match: {path: /oauth/tokens}}"))

    assert "mine.yaml:2: faults[0].match.path: found '/oauth/tokens'; expected a path that timeout_after can strike" in told
    assert told.endswith("did you mean '/oauth/token'?")


@pytest.mark.parametrize("switch", ASSUMPTIONS)
def test_every_switch_has_a_test_of_its_name(switch: str) -> None:
    assert f"test_{switch}" in globals()
