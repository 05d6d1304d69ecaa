"""AUT001: the client went on with a token after its 401."""

import pytest

from api.oauth import Application, an_application
from fake import Sandbox
from faulty import set_fault
from inbox_contracts.rules.authorization import stop_after_a_401
from inbox_mock.conduct.facts import TokenFact
from rules.judged import an_entry, blamed, evidence, some_evidence, the_report, violations_of
from whole import CONVERSATIONS, MESSAGES

CODE = "AUT001"


@pytest.fixture
def application(inbox: Sandbox) -> Application:
    return an_application(inbox)


def expired(application: Application) -> dict[str, str]:
    """A pair of tokens of which the access token has just been refused."""
    pair: dict[str, str] = application.tokens()
    application.sandbox.advance("2h")
    assert application.api(pair["access_token"]).get(MESSAGES).status == 401
    return pair


def test_it_asked_the_same_again(inbox: Sandbox, application: Application) -> None:
    pair = expired(application)
    application.api(pair["access_token"]).get(MESSAGES)

    assert CODE in blamed(inbox)
    assert evidence(inbox, CODE) == ["GET /inbox/messages 401", "GET /inbox/messages 401"]


def test_it_went_on_with_other_things(inbox: Sandbox, application: Application) -> None:
    api = application.api(expired(application)["access_token"])
    for path in (CONVERSATIONS, "/bookings", "/clients"):
        api.get(path)

    assert evidence(inbox, CODE) == ["GET /inbox/messages 401", "GET /bookings 401", "GET /clients 401"]


@pytest.mark.parametrize("kind", ["expired_token", "revoked_token"])
def test_a_fault_may_have_refused_it(inbox: Sandbox, kind: str) -> None:
    set_fault(inbox, kind, times=1)
    for _ in range(4):
        assert inbox.api.get(MESSAGES).status == 401

    (violation,) = the_report(inbox)["violations"]
    assert (violation["code"], len(violation["entries"])) == (CODE, 4)


def test_it_had_got_a_new_token_and_went_on_with_the_old(inbox: Sandbox, application: Application) -> None:
    pair = expired(application)
    assert application.refresh(pair["refresh_token"]).status == 200
    application.api(pair["access_token"]).get(MESSAGES)

    assert CODE in blamed(inbox)


def test_one_failed_refresh_does_not_excuse_all_that_follows(inbox: Sandbox, application: Application) -> None:
    pair = expired(application)
    application.refresh("f" * 64)
    for _ in range(2):
        application.api(pair["access_token"]).get(MESSAGES)

    assert evidence(inbox, CODE) == ["GET /inbox/messages 401", "GET /inbox/messages 401"]


# Not when.


def test_a_new_token_is_another(inbox: Sandbox, application: Application) -> None:
    pair = application.refresh(expired(application)["refresh_token"]).json
    assert application.api(pair["access_token"]).get(MESSAGES).status == 200

    assert CODE not in blamed(inbox)


def test_it_may_try_again_after_a_refresh_that_failed(inbox: Sandbox, application: Application) -> None:
    pair = expired(application)
    for _ in range(3):
        application.refresh("f" * 64)
        application.api(pair["access_token"]).get(MESSAGES)

    assert CODE not in blamed(inbox)


def test_one_call_may_have_been_under_way(inbox: Sandbox, application: Application) -> None:
    pair = expired(application)
    application.api(pair["access_token"]).get(CONVERSATIONS)

    assert CODE not in blamed(inbox)


def test_a_token_that_nobody_knows_cannot_be_told_from_another(inbox: Sandbox) -> None:
    for _ in range(4):
        Application(inbox).api(inbox.id + "0" * 52).get(MESSAGES)

    assert blamed(inbox) == []


def test_a_call_without_a_token_goes_on_with_none(inbox: Sandbox) -> None:
    for _ in range(4):
        Application(inbox).api("").get(MESSAGES)

    assert blamed(inbox) == []


def test_a_refresh_whose_answer_was_lost_has_failed() -> None:
    token = {"token-1": TokenFact(application_id=17, account_id=1, scopes=())}
    refused = an_entry(1, status=401)
    lost = an_entry(2, "POST", "/oauth/token", status=None, token=None)

    assert violations_of(stop_after_a_401, some_evidence(refused, lost, an_entry(3), tokens=token)) == []
    assert violations_of(stop_after_a_401, some_evidence(refused, an_entry(3), tokens=token)) != []


OF_ONE_TOKEN = {"tokens": {"token-1": TokenFact(application_id=17, account_id=1, scopes=())}}


def test_calls_that_were_under_way_when_it_was_refused_could_not_know() -> None:
    under_way = [an_entry(number, "GET", f"/inbox/{number}", status=401, arrived_after=number % 2) for number in (3, 4, 5)]

    assert violations_of(stop_after_a_401, some_evidence(an_entry(2, status=401), *under_way, **OF_ONE_TOKEN)) == []


def test_as_many_may_come_right_after_as_the_client_keeps_further_connections() -> None:
    waited = [an_entry(number, "GET", f"/inbox/{number}", connection=number) for number in (1, 2, 3)]
    after = [an_entry(number, "GET", f"/inbox/{number}", status=401, connection=2) for number in (6, 7, 8)]
    refused = an_entry(5, status=401, connection=1)

    assert violations_of(stop_after_a_401, some_evidence(*waited, refused, *after[:2], **OF_ONE_TOKEN)) == []
    assert violations_of(stop_after_a_401, some_evidence(*waited, refused, *after, **OF_ONE_TOKEN)) != []


def test_connections_that_are_opened_for_each_request_excuse_nothing() -> None:
    calls = [an_entry(number, "GET", f"/inbox/{number}", status=401, connection=number) for number in (2, 3, 4)]

    assert violations_of(stop_after_a_401, some_evidence(*calls, **OF_ONE_TOKEN)) != []


def test_threads_that_go_on_for_ever_are_blamed() -> None:
    calls = [an_entry(number, "GET", f"/inbox/{number}", status=401, arrived_after=number - 2) for number in range(3, 9)]

    assert violations_of(stop_after_a_401, some_evidence(an_entry(2, status=401), *calls, **OF_ONE_TOKEN)) != []
