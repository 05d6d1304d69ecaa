"""Dates in scenario files: offsets, times with an offset, and where the clock starts."""

from builders import START, a_booking, a_scenario
from fake import InProcess, Mock
from inbox_mock.app import Options, create_app
from inbox_mock.scenarios.build import Overrides
from scenarios.folder import SPRING, Folder

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
