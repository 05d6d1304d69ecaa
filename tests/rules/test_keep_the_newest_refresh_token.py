"""AUT002: the client used a refresh token that had been replaced."""

import pytest

from api.oauth import an_application
from builders import a_scenario
from fake import Mock, Sandbox
from rules.judged import blamed, evidence

CODE = "AUT002"
either = pytest.mark.parametrize("moment", ["on_use", "at_once"])


@either
def test_the_old_one_was_used_again_after_the_new_token(mock: Mock, moment: str) -> None:
    sandbox = mock.sandbox(a_scenario(assume={"refresh_revokes": moment}))
    application = an_application(sandbox)
    old = application.tokens(scope="public")
    application.uses(application.refresh(old["refresh_token"]).json)
    application.refresh(old["refresh_token"])

    assert blamed(sandbox) == [CODE]
    assert evidence(sandbox, CODE) == ["POST /oauth/token 200", "GET /me 200", "POST /oauth/token 401"]


def test_one_of_several_new_tokens_was_used(inbox: Sandbox) -> None:
    application = an_application(inbox)
    old = application.tokens(scope="public")
    pairs = [application.refresh(old["refresh_token"]).json for _ in range(3)]
    application.uses(pairs[1])
    application.refresh(old["refresh_token"])

    assert blamed(inbox) == [CODE]


# Not when.


def test_each_new_one_is_good_once(inbox: Sandbox) -> None:
    application = an_application(inbox)
    pair = application.tokens(scope="public")
    for _ in range(3):
        pair = application.refresh(pair["refresh_token"]).json
        application.uses(pair)

    assert blamed(inbox) == []


def test_a_refused_exchange_leaves_the_token_good(inbox: Sandbox) -> None:
    application = an_application(inbox)
    pair = application.tokens(scope="public")
    assert application.refresh(pair["refresh_token"], scope="bookings_write").status == 401
    assert application.refresh(pair["refresh_token"]).status == 200

    assert blamed(inbox) == []


def test_tokens_that_nobody_knows_are_not_told_apart(inbox: Sandbox) -> None:
    for digit in "ab":
        an_application(inbox).refresh(digit * 64)

    assert blamed(inbox) == []


@either
def test_a_refresh_is_tried_again_before_the_new_token_is_used(mock: Mock, moment: str) -> None:
    sandbox = mock.sandbox(a_scenario(assume={"refresh_revokes": moment}))
    application = an_application(sandbox)
    old = application.tokens(scope="public")
    for _ in range(2):
        application.refresh(old["refresh_token"])

    assert blamed(sandbox) == []


def test_another_token_was_used(inbox: Sandbox) -> None:
    application = an_application(inbox)
    old = application.tokens(scope="public")
    application.refresh(old["refresh_token"])
    application.uses(old)
    application.refresh(old["refresh_token"])

    assert blamed(inbox) == []
