"""One rule for all kinds of attributes: a value of another JSON type is cast where nothing is lost, and refused where something is."""

import pytest

from builders import JSON, a_body, a_booking, a_scenario
from fake import Mock, Sandbox

INVALID, NO_NUMBER, NOT_INCLUDED, BLANK = "is invalid", "is not a number", "is not included in the list", "can't be blank"
PATHS = {
    "bookings": "/bookings/80",
    "clients": "/clients/1",
    "conversations": "/inbox/conversations/11",
    "participants": "/inbox/participants/1",
    "sources": "/sources/5",
    "inquiries": "/inquiries/31",
}


@pytest.fixture
def sandbox(mock: Mock) -> Sandbox:
    """An unlocked booking (80) with a conversation (11), a source (5) and an inquiry (31)."""
    inquiry = {"id": 31, "rental": 16, "firstname": "Ada", "lastname": "Bauer", "email": "ada@example.com"}
    return mock.sandbox(
        a_scenario(
            sources=[{"id": 5, "name": "Website"}],
            bookings=[a_booking()],
            inquiries=[inquiry | {"start_at": "+60d", "end_at": "+61d"}],
            applications=[{"id": 17, "name": "Yours", "client": True}, {"id": 65, "name": "Airbnb", "channel": "airbnb"}],
        )
    )


def put(sandbox: Sandbox, plural: str, attribute: str, value: object) -> tuple[int, JSON, list[JSON]]:
    if plural == "bookings":
        stay = {"start_at": "2031-01-01", "end_at": "2031-01-08", "booked": True}
        answer = sandbox.api.post("/rentals/16/bookings", a_body("bookings", **stay | {attribute: value}))
    else:
        answer = sandbox.api.put(PATHS[plural], a_body(plural, **{attribute: value}))
    accepted = answer.status < 300
    return answer.status, answer.record if accepted else {}, [] if accepted else answer.errors


CAST: list[tuple[str, str, object, object]] = [
    ("bookings", "notes", 7, "7"),
    ("bookings", "notes", 1.5, "1.5"),
    ("bookings", "notes", -0.5, "-0.5"),
    ("bookings", "notes", "", ""),
    ("bookings", "notes", None, None),
    ("bookings", "door_key_code", 7273647616, "7273647616"),
    ("bookings", "expected_checkin_time", 12, "12"),
    ("clients", "fullname", 7, "7"),
    ("clients", "phones", [{"label": "mobile", "number": 33600000000}], [{"label": "mobile", "number": "33600000000"}]),
    ("clients", "addresses", [{"label": 1, "zip": 1363, "primary": True}], [{"label": "1", "zip": "1363", "primary": True}]),
    ("sources", "name", 7, "7"),
    ("bookings", "adults", "5", 5),
    ("bookings", "adults", " +5\n", 5),
    ("bookings", "adults", "005", 5),
    ("bookings", "adults", 5.0, 5),
    ("bookings", "adults", "", None),
    ("bookings", "adults", "  ", None),
    ("bookings", "adults", None, None),
    ("sources", "position", "-5", -5),
    ("bookings", "final_price", 2700, "2700.0"),
    ("bookings", "final_price", 2700.5, "2700.5"),
    ("bookings", "final_price", "2700", "2700.0"),
    ("bookings", "final_price", " 2700. ", "2700.0"),
    ("bookings", "final_price", ".5", "0.5"),
    ("bookings", "final_price", "", None),
    ("bookings", "final_price", None, None),
    ("bookings", "discount", "10%", "10%"),
    ("bookings", "discount", " 10.5% ", "10.5%"),
    ("bookings", "discount", "300.0", "300.0"),
    ("bookings", "discount", 300, "300"),
    ("bookings", "discount", "", ""),
    ("bookings", "discount", None, None),
    *(("bookings", "charge_damage_deposit_on_arrival", true, True) for true in (True, 1, "1", "t", "T", "true", "True", "TRUE", "on")),
    *(("bookings", "charge_damage_deposit_on_arrival", false, False) for false in (False, 0, "0", "f", "F", "false", "FALSE", "off")),
    ("bookings", "charge_damage_deposit_on_arrival", "", None),
    ("bookings", "charge_damage_deposit_on_arrival", None, None),
]


@pytest.mark.parametrize(("plural", "attribute", "written", "shown"), CAST)
def test_what_keeps_its_meaning_is_cast(sandbox: Sandbox, plural: str, attribute: str, written: object, shown: object) -> None:
    status, record, errors = put(sandbox, plural, attribute, written)

    assert status in {200, 201}, errors
    assert record[attribute] == shown
    assert type(record[attribute]) is type(shown)


@pytest.mark.parametrize(("written", "shown"), [("1", 1), ("01", 1), (1.0, 1), ("", None), (" ", None), (None, None)])
def test_ids_are_cast_as_whole_numbers_are(sandbox: Sandbox, written: object, shown: object) -> None:
    _, record, errors = put(sandbox, "bookings", "client_id", written)

    assert not errors
    assert record["links"]["client"] == shown


@pytest.mark.parametrize("written", ["", "  ", None])
def test_a_blank_time_is_none_where_it_may_be_missing(sandbox: Sandbox, written: object) -> None:
    answer = sandbox.api.post("/inbox/conversations", a_body("conversations", deadline_response_at=written))

    assert answer.record["deadline_response_at"] is None


@pytest.mark.parametrize(("written", "sets"), [("1", True), ("t", True), (1, True), ("0", False), ("", None)])
def test_flags_without_a_value_of_their_own_are_cast_too(sandbox: Sandbox, written: object, sets: object) -> None:
    status, record, errors = put(sandbox, "conversations", "closed", written)

    assert (status, errors[0]["title"]) == (422, BLANK) if sets is None else (record["closed_at"] is not None) == sets


def each(plural: str, attribute: str, title: str, *values: object) -> list[tuple[str, str, object, str]]:
    return [(plural, attribute, value, title) for value in values]


REFUSED: list[tuple[str, str, object, str]] = [
    ("bookings", "notes", True, INVALID),
    ("bookings", "notes", [], INVALID),
    ("bookings", "notes", {}, INVALID),
    ("bookings", "currency", 12345, "is not included in the list"),
    ("sources", "name", True, INVALID),
    ("sources", "name", None, BLANK),
    ("sources", "name", " ", BLANK),
    ("clients", "emails", [{"label": "default", "email": True}], "email is invalid"),
    ("clients", "emails", [{"label": "", "email": "ada@example.com"}], "label can't be blank"),
    ("clients", "addresses", [{"label": "home", "zip": 1234567890123456}], "zip is too long (maximum is 15 characters)"),
    ("clients", "addresses", "home", INVALID),
    ("inquiries", "email", 7, INVALID),
    ("inquiries", "email", "", BLANK),
    ("conversations", "default_channel", 7, NOT_INCLUDED),
    ("conversations", "default_channel", "", NOT_INCLUDED),
    *each("bookings", "adults", NO_NUMBER, 1.5, "1.5", "5 nights", "five", "0x5", "5_0", "\u0665", True, [], {}),
    ("bookings", "adults", "-1", "must be greater than or equal to 0"),
    ("bookings", "adults", "2147483648", "must be less than or equal to 2147483647"),
    ("sources", "position", "", BLANK),
    ("sources", "position", None, BLANK),
    *each("bookings", "final_price", NO_NUMBER, "5 EUR", "1e3", ".", "10%", "--5", "1,5", True, [], {}),
    *each("bookings", "discount", NO_NUMBER, "ten", "%", "10%%", "10 %", "% 10", True, [], {}),
    *each("bookings", "booked", INVALID, "yes", "no", "perhaps", "tRuE", 2, -1, 0.5, [], {}),
    ("bookings", "booked", "", BLANK),
    *each("bookings", "tentative_expires_at", INVALID, 1893456000, True, "noon", [], {}),
    ("bookings", "start_at", "", BLANK),
    *each("bookings", "client_id", INVALID, "one", "-1", 0, 1.5, "1.5", True, [], {}, "9223372036854775808"),
]


@pytest.mark.parametrize(("plural", "attribute", "written", "title"), REFUSED)
def test_what_would_lose_its_meaning_is_refused(sandbox: Sandbox, plural: str, attribute: str, written: object, title: str) -> None:
    status, _, errors = put(sandbox, plural, attribute, written)

    assert status == 422
    assert errors == [{"code": "validation_failed", "field": attribute, "title": title}]


@pytest.mark.parametrize("item", [None, "", "one", True, [], 0])
def test_a_list_of_ids_holds_ids_only(sandbox: Sandbox, item: object) -> None:
    message = sandbox.api.post(
        "/inbox/messages",
        a_body("messages", conversation_id="11", sender_id="1", content=7, origin="email", visibility="external", sent_at="2030-01-01"),
    ).record

    assert message["content"] == "7"
    refused = sandbox.api.put(f"/inbox/messages/{message['id']}", a_body("messages", attachment_ids=[item]))
    assert refused.errors == [{"code": "validation_failed", "field": "attachment_ids", "title": INVALID}]


@pytest.mark.parametrize("written", ["80", 80.0, " 80 "])
def test_the_id_of_a_booking_to_connect_is_cast_too(sandbox: Sandbox, written: object) -> None:
    assert sandbox.api.put("/inbox/conversations/11/connect_booking", a_body("bookings", id=written)).status == 200


def test_the_reason_of_a_cancellation_may_be_a_number(sandbox: Sandbox) -> None:
    sandbox.api.delete("/bookings/80", a_body("bookings", cancelation_reason=7))

    assert sandbox.api.get("/bookings/80", include_canceled="true").record["cancelation_reason"] == "7"


DOCUMENTED: list[tuple[str, str, object]] = [
    ("sources", "name", 7),
    ("sources", "position", "5"),
    ("participants", "read", 1),
    ("conversations", "closed", 0),
]


@pytest.mark.parametrize(("plural", "attribute", "written"), DOCUMENTED)
def test_without_casting_values_have_the_documented_types(mock: Mock, plural: str, attribute: str, written: object) -> None:
    scenario = a_scenario(assume={"cast_values": False}, sources=[{"id": 5, "name": "Website"}], bookings=[a_booking()])

    assert mock.sandbox(scenario).api.put(PATHS[plural], a_body(plural, **{attribute: written})).status == 422
