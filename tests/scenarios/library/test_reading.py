"""Shipped scenarios of reading while the world moves."""

from fake import InProcess, Mock, Sandbox
from inbox_mock.app import Options, create_app
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find
from receiver import Receiver, deliveries
from scenarios.library.seen import CONVERSATIONS, heard


def test_page_shifts(mock: Mock) -> None:
    sandbox = mock.sandbox("page-shifts")

    first = sandbox.api.get("/bookings").ids
    sandbox.advance("1m")
    second = sandbox.api.get("/bookings", page=2).ids

    assert (first, second) == ([80, 81], [81, 82])
    assert sandbox.api.get("/bookings").ids == [90, 80]


def test_token_expires_mid_pagination() -> None:
    transport = InProcess(create_app(Options(scenario=find("token-expires-mid-pagination"), overrides=Overrides(mode="manual"))).app)
    mortal = Mock(transport).caller("mortal")
    sandbox = Sandbox(transport, {"id": "default"})

    first = mortal.get(CONVERSATIONS)
    sandbox.advance("1m")
    second = mortal.get(CONVERSATIONS, page=2)

    assert (first.ids, first.headers["X-Total-Pages"]) == ([11, 12], "3")
    assert second.status == 401
    assert "The access token expired" in second.headers["WWW-Authenticate"]


def test_rate_limit_mid_sync(mock: Mock) -> None:
    sandbox = mock.sandbox("rate-limit-mid-sync")

    pages = [sandbox.api.get(CONVERSATIONS, page=page) for page in (1, 2, 3)]
    sandbox.advance("1h")
    third = sandbox.api.get(CONVERSATIONS, page=3)

    assert [page.status for page in pages] == [200, 200, 429]
    assert pages[2].headers["X-RateLimit-Remaining"] == "0"
    assert third.ids == [15]


def test_webhook_retried(mock: Mock, receiver: Receiver) -> None:
    receiver.status = 503
    sandbox = heard(mock, "webhook-retried", receiver)

    sandbox.advance("1h")

    (delivery,) = deliveries(sandbox)
    assert [attempt["at"][11:16] for attempt in delivery["attempts"]] == ["12:01", "12:02", "12:04", "12:08"]
    assert len({received.body for received in receiver.received}) == 1
