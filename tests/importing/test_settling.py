"""What traffic settles: switches, caps, limits and scopes."""

from typing import Any

import pytest

from builders import a_booking, a_message, a_scenario, without
from fake import Mock, Sandbox
from importing.recorded import an_exchange, recorded
from inbox_mock.domain.fidelity import ASSUMPTIONS
from inbox_mock.importing import import_exchanges
from inbox_mock.importing.switches import SWITCHES
from inbox_mock.recordings import Exchange

HOST = {"participants": [{"conversation_id": 11, "member_id": 2, "member_type": "Host"}]}
TOKEN = {"Authorization": "Bearer first"}
RENEWED = {"Authorization": "Bearer second"}
READ = an_exchange("/api/v3/accounts", {"accounts": []})


def settled(exchanges: list[Exchange]) -> dict[str, Any]:
    return import_exchanges(exchanges).settled


def with_thread(mock: Mock, **assume: object) -> tuple[Sandbox, Any, list[Exchange]]:
    """A sandbox with a conversation (11), and a recorded caller."""
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(created_at="-2h")], assume=assume))
    return sandbox, *recorded(sandbox)


def test_each_switch_has_a_row_that_says_what_settles_it() -> None:
    assert SWITCHES.keys() == ASSUMPTIONS.keys()


@pytest.mark.parametrize("value", ["both", "links", "attributes"])
def test_created_by(mock: Mock, value: str) -> None:
    _, api, exchanges = with_thread(mock, created_by=value)
    api.get("/inbox/conversations")

    assert settled(exchanges)["assume"]["created_by"] == value


@pytest.mark.parametrize("value", [True, False])
def test_sent_at_optional(mock: Mock, *, value: bool) -> None:
    _, api, exchanges = with_thread(mock, sent_at_optional=value)
    sender = api.post("/inbox/participants", HOST).record["id"]
    api.post("/inbox/messages", without(a_message(sender_id=sender), "sent_at"))

    assert settled(exchanges)["assume"]["sent_at_optional"] is value


@pytest.mark.parametrize("value", [True, False])
def test_visibility_all(mock: Mock, *, value: bool) -> None:
    _, api, exchanges = with_thread(mock, visibility_all=value)
    sender = api.post("/inbox/participants", HOST).record["id"]
    api.post("/inbox/messages", a_message(sender_id=sender, visibility="all"))

    assert settled(exchanges)["assume"]["visibility_all"] is value


@pytest.mark.parametrize("value", [True, False])
def test_cast_values(mock: Mock, *, value: bool) -> None:
    _, api, exchanges = with_thread(mock, cast_values=value)
    api.post("/inbox/conversations", {"conversations": [{"subject": 7}]})

    assert settled(exchanges)["assume"]["cast_values"] is value


@pytest.mark.parametrize("value", [True, False])
def test_if_none_match(mock: Mock, *, value: bool) -> None:
    _, api, exchanges = with_thread(mock, if_none_match=value)
    etag = api.get("/rentals").headers["ETag"]
    api.get("/rentals", headers={"If-None-Match": etag})

    assert settled(exchanges)["assume"]["if_none_match"] is value


@pytest.mark.parametrize("value", [True, False])
def test_connect_moves_updated_at(mock: Mock, *, value: bool) -> None:
    sandbox, api, exchanges = with_thread(mock, connect_moves_updated_at=value)
    sandbox.advance("1h")
    api.put("/inbox/conversations/11/disconnect_booking", {"bookings": [{"id": 80}]})

    assert settled(exchanges)["assume"]["connect_moves_updated_at"] is value


@pytest.mark.parametrize("value", [True, False])
def test_message_bumps_conversation(mock: Mock, *, value: bool) -> None:
    sandbox, api, exchanges = with_thread(mock, message_bumps_conversation=value)
    sandbox.advance("1h")
    sender = api.post("/inbox/participants", HOST).record["id"]
    sandbox.advance("1h")
    api.post("/inbox/messages", a_message(sender_id=sender))
    sandbox.advance("1h")
    api.get("/inbox/conversations")

    assert settled(exchanges)["assume"]["message_bumps_conversation"] is value


@pytest.mark.parametrize("value", [True, False])
def test_guest_reopens_closed(mock: Mock, *, value: bool) -> None:
    sandbox, api, exchanges = with_thread(mock, guest_reopens_closed=value)
    api.put("/inbox/conversations/11", {"conversations": [{"closed": True}]})
    sandbox.advance("1h")
    sandbox.admin.post("/conversations/11/messages", {"from": "guest", "content": "May we bring our dog?"})
    sandbox.advance("1h")
    api.get("/inbox/messages")
    api.get("/inbox/conversations")

    assert settled(exchanges)["assume"]["guest_reopens_closed"] is value


@pytest.mark.parametrize("value", ["instant", "utc"])
def test_stay_offset(mock: Mock, value: str) -> None:
    _, api, exchanges = with_thread(mock, stay_offset=value)
    stay = {"start_at": "2030-09-01T16:00:00+05:00", "end_at": "2030-09-08T10:00:00+05:00", "booked": True}
    api.post("/rentals/16/bookings", {"bookings": [stay]})

    assert settled(exchanges)["assume"]["stay_offset"] == value


@pytest.mark.parametrize("value", ["absolute", "relative"])
def test_attachment_urls(mock: Mock, value: str) -> None:
    _, api, exchanges = with_thread(mock, attachment_urls=value)
    api.post("/inbox/attachments", {"attachments": [{"name": "hello.txt", "file": "SGVsbG8K"}]})

    assert settled(exchanges)["assume"]["attachment_urls"] == value


@pytest.mark.parametrize(("status", "value"), [(200, "on_use"), (401, "at_once")])
def test_refresh_revokes(status: int, value: str) -> None:
    first = an_exchange("/oauth/token", {"access_token": "first", "refresh_token": "one"}, method="POST")
    again = an_exchange("/oauth/token?refresh_token=one", {"access_token": "second", "refresh_token": "two"}, method="POST")
    used = an_exchange("/api/v3/accounts", {"accounts": []}, request_headers=TOKEN, status=status)

    assert settled([first, again, used])["assume"]["refresh_revokes"] == value


def test_an_old_token_tells_nothing_once_the_new_one_was_used() -> None:
    first = an_exchange("/oauth/token", {"access_token": "first", "refresh_token": "one"}, method="POST")
    again = an_exchange("/oauth/token?refresh_token=one", {"access_token": "second", "refresh_token": "two"}, method="POST")
    new = an_exchange("/api/v3/accounts", {"accounts": []}, request_headers=RENEWED)
    old = an_exchange("/api/v3/accounts", {"accounts": []}, request_headers=TOKEN, status=401)

    assert "refresh_revokes" not in settled([first, again, new, old]).get("assume", {})


@pytest.mark.parametrize(("status", "value"), [(200, False), (400, True), (401, True)])
def test_pkce(status: int, value: bool) -> None:
    back = {"Location": "http://localhost/callback?code=first"}
    coded = an_exchange("/oauth/authorize?code_challenge=abc&code_challenge_method=plain", status=302, headers=back)
    exchanged = an_exchange("/oauth/token?grant_type=authorization_code&code=first", {}, method="POST", status=status)

    assert settled([coded, exchanged, READ])["assume"]["pkce"] is value


def test_a_code_that_comes_with_its_verifier_tells_nothing_of_pkce() -> None:
    back = {"Location": "http://localhost/callback?code=first"}
    coded = an_exchange("/oauth/authorize?code_challenge=abc&code_challenge_method=plain", status=302, headers=back)
    exchanged = an_exchange("/oauth/token?code=first&code_verifier=abc", {}, method="POST")

    assert "assume" not in settled([coded, exchanged, READ])


@pytest.mark.parametrize("status", [400, 401])
def test_token_refusal_status(status: int) -> None:
    refused = an_exchange("/oauth/token?refresh_token=old", {"error": "invalid_grant"}, method="POST", status=status)

    assert settled([refused, READ])["assume"]["token_refusal_status"] == status


def test_a_client_that_does_not_authenticate_tells_nothing_of_the_status_of_refusals() -> None:
    refused = an_exchange("/oauth/token?refresh_token=old", {"error": "invalid_client"}, method="POST", status=401)

    assert "assume" not in settled([refused, READ])


def test_what_contradicts_itself_settles_nothing() -> None:
    relative, absolute = (
        {"attachments": [{"id": number, "url": url}]} for number, url in ((1, "/uploads/a.png"), (2, "https://a.b/c.png"))
    )
    found = settled([an_exchange("/api/v3/inbox/attachments/1", relative), an_exchange("/api/v3/inbox/attachments/2", absolute)])

    assert "assume" not in found


def test_page_cap_and_rate_limit(mock: Mock) -> None:
    api, exchanges = recorded(mock.sandbox(a_scenario(page_cap=2, rate_limit=50)))
    api.get("/sources", per_page=100)

    assert {"page_cap": 2, "rate_limit": 50}.items() <= settled(exchanges).items()


def test_the_usual_cap_and_limit_are_left_out(mock: Mock) -> None:
    api, exchanges = recorded(mock.sandbox(a_scenario()))
    api.get("/sources", per_page=500)

    assert not {"page_cap", "rate_limit", "tokens"} & settled(exchanges).keys()


@pytest.mark.parametrize("path", ["/auth", "/inbox/conversations"])
def test_scopes_that_are_told_or_refused(mock: Mock, path: str) -> None:
    sandbox = mock.sandbox(a_scenario())
    api, exchanges = recorded(sandbox)
    api.token = sandbox.api_with("public", "clients_read").token
    api.get(path)
    api.get("/clients")

    (token,) = settled(exchanges)["tokens"]

    assert token["token"] == "demo"
    assert "clients_read" in token["scopes"]
    assert not {"inbox_read", "inbox_write"} & set(token["scopes"])


def test_a_token_that_sees_the_public_part_of_bookings_alone(mock: Mock) -> None:
    sandbox = mock.sandbox("agency")
    api, exchanges = recorded(sandbox)
    api.token = sandbox.api_with("public").token
    shown = api.get("/bookings").records

    assert "booked" not in shown[0]
    assert not {"bookings_read", "bookings_write"} & set(settled(exchanges)["tokens"][0]["scopes"])


@pytest.mark.parametrize("strict", [True, False])
def test_strict(mock: Mock, *, strict: bool) -> None:
    sandbox = mock.sandbox(a_scenario(strict=strict))
    api, exchanges = recorded(sandbox)
    api.post("/inbox/conversations", {"conversations": [{"subject": "Arrival", "default_channel": "airbnb"}]})

    assert settled(exchanges).get("strict", False) is strict
