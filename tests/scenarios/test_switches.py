"""The switches of scenarios: each turns an assumption the other way."""

from base64 import b64encode
from collections.abc import Callable

import pytest

from api.oauth import an_application
from builders import START, a_body, a_booking, a_message, a_scenario
from fake import Answer, Mock, Sandbox
from file_types.made_files import a_jpeg, a_turned_heif
from inbox_mock.domain.fidelity import ASSUMPTIONS


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


@pytest.mark.parametrize("switch", ASSUMPTIONS)
def test_every_switch_has_a_test_of_its_name(switch: str) -> None:
    assert f"test_{switch}" in globals()
