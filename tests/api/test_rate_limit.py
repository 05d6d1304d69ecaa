"""The rate limit: so many requests per application and clock hour."""

from datetime import UTC, datetime

import pytest

from builders import a_body, a_booking, a_message, a_scenario
from fake import Answer, Mock, Sandbox
from whole import CONVERSATIONS, MESSAGES

pytestmark = pytest.mark.both_transports

ONE_O_CLOCK = str(int(datetime(2030, 6, 1, 13, tzinfo=UTC).timestamp()))
TWO_O_CLOCK = str(int(datetime(2030, 6, 1, 14, tzinfo=UTC).timestamp()))


def rate(answer: Answer) -> tuple[str, str, str]:
    limit, remaining, reset = (answer.headers[f"X-RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset"))
    return limit, remaining, reset


def limited(mock: Mock, limit: int) -> Sandbox:
    host = {"id": 2, "booking": 80, "host": "jan", "at": "-1h"}
    return mock.sandbox(a_scenario(bookings=[a_booking()], participants=[host], rate_limit=limit))


def test_a_thousand_requests_an_hour_and_each_takes_one(inbox: Sandbox) -> None:
    assert rate(inbox.api.get(MESSAGES)) == ("1000", "999", ONE_O_CLOCK)
    assert rate(inbox.api.get(MESSAGES)) == ("1000", "998", ONE_O_CLOCK)


def test_the_hour_is_the_clocks_and_does_not_start_with_the_first_request(inbox: Sandbox) -> None:
    inbox.advance("59m")
    inbox.api.get(MESSAGES)
    inbox.advance("59s")
    assert rate(inbox.api.get(MESSAGES)) == ("1000", "998", ONE_O_CLOCK)

    inbox.advance("1s")

    assert rate(inbox.api.get(MESSAGES)) == ("1000", "999", TWO_O_CLOCK)


def test_each_application_has_its_own(inbox: Sandbox) -> None:
    inbox.api.get(MESSAGES)
    airbnb = Mock(inbox.transport).caller(inbox.application("Airbnb")["token"])

    assert rate(airbnb.get(MESSAGES))[1] == "999"
    assert rate(inbox.api.get(MESSAGES))[1] == "998"


def test_all_tokens_of_an_application_share_it(inbox: Sandbox) -> None:
    inbox.api.get(MESSAGES)

    assert rate(inbox.api_with("inbox_read").get(MESSAGES))[1] == "998"


def test_all_accounts_of_an_application_share_it(mock: Mock) -> None:
    sandbox = mock.sandbox({"accounts": [{"id": 1}, {"id": 2}]})
    first, second = (mock.caller(account["token"]) for account in sandbox.made["accounts"])
    first.get("/accounts")

    assert rate(second.get("/accounts"))[1] == "998"


def test_a_request_without_a_good_token_counts_for_nobody(inbox: Sandbox) -> None:
    token = str(inbox.api.token)
    for wrong in (None, "nobody", token[:-1], token[:12] + "0" * 52):
        assert Mock(inbox.transport).caller(wrong).get(MESSAGES).status == 401

    assert rate(inbox.api.get(MESSAGES))[1] == "999"


@pytest.mark.parametrize("what", ["403", "404", "405", "422", "400", "201", "200"])
def test_whatever_the_answer_a_request_counts(inbox: Sandbox, what: str) -> None:
    api = inbox.api
    answer = {
        "200": lambda: api.put(f"{CONVERSATIONS}/11", a_body("conversations", closed=True)),
        "201": lambda: api.post(MESSAGES, a_message()),
        "400": lambda: api.post(MESSAGES, b"{"),
        "403": lambda: inbox.api_with("public").get(MESSAGES),
        "404": lambda: api.get(f"{MESSAGES}/999"),
        "405": lambda: api.delete(MESSAGES),
        "422": lambda: api.post(MESSAGES, a_message(content="")),
    }[what]()

    assert answer.status == int(what)
    assert rate(answer) == ("1000", "999", ONE_O_CLOCK)
    assert rate(api.get(MESSAGES))[1] == "998"


def test_one_request_too_many_is_refused(mock: Mock) -> None:
    sandbox = limited(mock, 2)
    allowed = [sandbox.api.get(MESSAGES) for _ in range(2)]

    refused = sandbox.api.get(MESSAGES)

    assert [(answer.status, answer.headers["X-RateLimit-Remaining"]) for answer in allowed] == [(200, "1"), (200, "0")]
    assert refused.status == 429
    assert refused.errors == [{"code": "rate_limit_exceeded", "title": "API v3 rate limit exceeded."}]
    assert refused.headers["Content-Type"] == "application/vnd.api+json; charset=utf-8"
    assert rate(refused) == ("2", "0", ONE_O_CLOCK)


def test_a_refused_write_leaves_no_trace(mock: Mock) -> None:
    sandbox = limited(mock, 1)
    sandbox.api.get(MESSAGES)

    assert sandbox.api.post(MESSAGES, a_message()).status == 429

    sandbox.advance("1h")
    assert sandbox.api.get(MESSAGES).records == []


def test_it_is_over_after_the_hour(mock: Mock) -> None:
    sandbox = limited(mock, 1)
    sandbox.advance("30m")
    assert [sandbox.api.get(MESSAGES).status for _ in range(3)] == [200, 429, 429]

    sandbox.advance("29m")
    assert sandbox.api.get(MESSAGES).status == 429
    sandbox.advance("1m")

    answer = sandbox.api.get(MESSAGES)
    assert (answer.status, *rate(answer)) == (200, "1", "0", TWO_O_CLOCK)


def test_another_application_goes_on(mock: Mock) -> None:
    sandbox = limited(mock, 1)
    assert [sandbox.api.get(MESSAGES).status for _ in range(2)] == [200, 429]

    assert mock.caller(sandbox.application("Airbnb")["token"]).get(MESSAGES).status == 200


def test_a_bad_token_is_401_even_then(mock: Mock) -> None:
    sandbox = limited(mock, 0)

    assert sandbox.api.get(MESSAGES).status == 429
    assert mock.caller(str(sandbox.api.token)[:12] + "0" * 52).get(MESSAGES).status == 401


def test_reset_gives_the_hour_back(mock: Mock) -> None:
    sandbox = limited(mock, 1)
    assert [sandbox.api.get(MESSAGES).status for _ in range(2)] == [200, 429]

    sandbox.admin.post("/reset")

    assert sandbox.api.get(MESSAGES).status == 200
