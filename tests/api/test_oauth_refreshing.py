"""POST /oauth/token: refreshing. What the old pair is good for afterwards is Doorkeeper's rule, as its own specification has it
(5.9, spec/requests/flows/refresh_token_spec.rb, "revoked on use").
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from api.oauth import CALLBACK, Application, an_application, challenge, two_applications
from fake import Mock, Sandbox

pytestmark = pytest.mark.both_transports


@pytest.fixture
def application(mock: Mock) -> Application:
    return an_application(mock.sandbox(two_applications()))


def test_a_refresh_issues_a_new_pair(application: Application) -> None:
    old = application.tokens()

    answer = application.refresh(old["refresh_token"])

    assert answer.status == 200
    assert answer.json["access_token"] != old["access_token"]
    assert answer.json["refresh_token"] != old["refresh_token"]
    assert answer.json["scope"] == old["scope"]
    assert answer.json["created_at"] == 1906545600
    assert application.api(answer.json["access_token"]).get("/inbox/messages").status == 200


def test_the_old_pair_is_good_until_the_new_access_token_is_used(application: Application) -> None:
    old = application.tokens()
    new = application.refresh(old["refresh_token"]).json

    assert application.uses(old) == 200
    assert application.uses(new) == 200

    assert application.refresh(old["refresh_token"]).json["error"] == "invalid_grant"
    assert application.api(old["access_token"]).get("/me").headers["WWW-Authenticate"] == challenge("The access token was revoked")


def test_a_refresh_whose_answer_was_lost_can_be_tried_again_with_the_same_token(application: Application) -> None:
    old = application.tokens()
    lost = application.refresh(old["refresh_token"]).json

    again = application.refresh(old["refresh_token"])

    assert again.status == 200
    assert again.json["access_token"] != lost["access_token"]
    assert again.json["refresh_token"] != lost["refresh_token"]
    assert application.uses(again.json) == 200
    assert application.refresh(old["refresh_token"]).status == 401


def test_a_pair_that_was_never_used_stays_good_when_another_one_is(application: Application) -> None:
    old = application.tokens()
    first, second = (application.refresh(old["refresh_token"]).json for _ in range(2))
    application.uses(second)

    assert application.uses(first) == 200
    assert application.refresh(first["refresh_token"]).status == 200


def test_a_refresh_token_outlives_a_refresh_of_its_successor_that_was_never_used(application: Application) -> None:
    old = application.tokens()
    new = application.refresh(old["refresh_token"]).json
    newest = application.refresh(new["refresh_token"]).json
    application.uses(newest)

    assert application.refresh(new["refresh_token"]).status == 401
    assert application.refresh(old["refresh_token"]).status == 200


def test_a_call_with_the_new_token_counts_even_after_it_expired(application: Application) -> None:
    old = application.tokens()
    new = application.refresh(old["refresh_token"]).json
    application.sandbox.advance("3h")

    assert application.uses(new) == 401

    assert application.refresh(old["refresh_token"]).status == 401


def test_of_two_refreshes_at_once_both_get_a_pair(application: Application) -> None:
    old = application.tokens()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(application.refresh, [old["refresh_token"]] * 2))

    assert [answer.status for answer in answers] == [200, 200]
    assert len({answer.json["refresh_token"] for answer in answers}) == 2


@pytest.mark.parametrize("return_to", ["reset", "snapshot"])
def test_what_a_refresh_replaces_is_revoked_after_a_reset_or_restore_too(application: Application, return_to: str) -> None:
    old = application.tokens()
    new = application.refresh(old["refresh_token"]).json
    application.sandbox.handle.snapshot("refreshed")

    if return_to == "reset":
        application.sandbox.handle.reset()
    else:
        application.sandbox.handle.restore("refreshed")
    application.uses(new)

    assert application.refresh(old["refresh_token"]).status == 401


def test_after_a_reset_the_refresh_token_of_the_scenarios_token_is_good_again(application: Application) -> None:
    handle = application.sandbox.handle
    refresh_token = handle.refresh_token
    application.uses(application.refresh(refresh_token).json)
    assert application.refresh(refresh_token).status == 401

    handle.reset()

    assert handle.refresh_token == refresh_token
    assert application.refresh(refresh_token).status == 200


def test_a_fork_refreshes_on_its_own(application: Application) -> None:
    old = application.tokens()
    new = application.refresh(old["refresh_token"]).json
    fork = an_application(Sandbox(application.sandbox.transport, application.sandbox.handle.fork().made))
    in_fork = {name: fork.sandbox.id + token[12:] for name, token in (old | new).items() if name.endswith("token")}

    assert fork.uses(in_fork) == 200

    assert fork.refresh(fork.sandbox.id + old["refresh_token"][12:]).status == 401
    assert application.refresh(old["refresh_token"]).status == 200


def test_the_new_refresh_token_works_in_turn(application: Application) -> None:
    second = application.refresh(application.tokens()["refresh_token"]).json

    assert application.refresh(second["refresh_token"]).status == 200


def test_a_refresh_token_never_expires(application: Application) -> None:
    old = application.tokens()

    application.sandbox.advance("400d")

    assert application.refresh(old["refresh_token"]).status == 200


def test_a_refreshed_token_keeps_its_account(application: Application) -> None:
    new = application.refresh(application.tokens(account_id=2)["refresh_token"]).json

    assert application.api(new["access_token"]).get("/accounts").ids == [2]


def test_a_refresh_accepts_the_redirect_uri_that_clients_send(application: Application) -> None:
    assert application.refresh(application.tokens()["refresh_token"], redirect_uri=CALLBACK).status == 200


def test_a_refresh_can_ask_for_fewer_scopes(application: Application) -> None:
    assert application.refresh(application.tokens()["refresh_token"], scope="bookings_read").json["scope"] == "bookings_read"


def test_a_refresh_cannot_ask_for_more_scopes(application: Application) -> None:
    old = application.tokens(scope="bookings_read")

    assert application.refresh(old["refresh_token"], scope="inbox_write").json["error"] == "invalid_scope"
    assert application.refresh(old["refresh_token"]).status == 200


def test_a_refresh_token_is_for_one_application(application: Application) -> None:
    answer = an_application(application.sandbox, "Rival").refresh(application.tokens()["refresh_token"])

    assert answer.json["error"] == "invalid_grant"


def test_a_refresh_token_of_another_sandbox_is_unknown(mock: Mock, application: Application) -> None:
    other = an_application(mock.sandbox(two_applications()))

    assert application.refresh(other.tokens()["refresh_token"]).json["error"] == "invalid_grant"


@pytest.mark.parametrize("refresh_token", ["never-issued", "f" * 64, "ü"])
def test_an_unknown_refresh_token_is_refused(application: Application, refresh_token: str) -> None:
    assert application.refresh(refresh_token).json["error"] == "invalid_grant"


def test_an_access_token_refreshes_nothing(application: Application) -> None:
    assert application.refresh(application.tokens()["access_token"]).json["error"] == "invalid_grant"


def test_a_revoked_refresh_token_is_refused(application: Application) -> None:
    token = application.tokens()["refresh_token"]
    application.sandbox.admin.delete(f"/tokens/{token}")

    assert application.refresh(token).json["error"] == "invalid_grant"
