"""AUT002: the client used a refresh token that had been rotated."""

from fake import Sandbox
from inbox_contracts.rules.authorization import keep_the_newest_refresh_token
from inbox_mock.conduct.model import Entry
from judged import an_entry, blamed, evidence, some_evidence, violations_of
from oauth import an_application

CODE = "AUT002"


def test_the_old_one_was_used_again(inbox: Sandbox) -> None:
    application = an_application(inbox)
    pair = application.tokens()
    application.refresh(pair["refresh_token"])
    assert application.refresh(pair["refresh_token"]).status == 401

    assert blamed(inbox) == [CODE]
    (violation,) = inbox.handle.report()["violations"]
    assert [entry["status"] for entry in violation["evidence"]] == [200, 401]
    assert evidence(inbox, CODE) == ["POST /oauth/token 200", "POST /oauth/token 401"]


# Not when.


def test_each_new_one_is_good_once(inbox: Sandbox) -> None:
    application = an_application(inbox)
    pair = application.tokens()
    for _ in range(3):
        pair = application.refresh(pair["refresh_token"]).json

    assert blamed(inbox) == []


def test_a_refused_exchange_leaves_the_token_good(inbox: Sandbox) -> None:
    application = an_application(inbox)
    pair = application.tokens()
    assert application.refresh(pair["refresh_token"], scope="bookings_write").status == 401
    assert application.refresh(pair["refresh_token"]).status == 200

    assert blamed(inbox) == []


def test_tokens_that_nobody_knows_are_not_told_apart(inbox: Sandbox) -> None:
    for digit in "ab":
        an_application(inbox).refresh(digit * 64)

    assert blamed(inbox) == []


def test_one_whose_answer_was_lost_has_no_other() -> None:
    def exchange(entry_id: int, status: int | None) -> Entry:
        body = {"grant_type": "refresh_token", "refresh_token": "refresh-4"}
        return an_entry(entry_id, "POST", "/oauth/token", status=status, token=None, asked_body=body)

    assert violations_of(keep_the_newest_refresh_token, some_evidence(exchange(1, None), exchange(2, 401))) == []
    assert [
        violation.entries for violation in violations_of(keep_the_newest_refresh_token, some_evidence(exchange(1, 200), exchange(2, 401)))
    ] == [(1, 2)]
