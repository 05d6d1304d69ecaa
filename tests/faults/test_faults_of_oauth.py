"""Faults of /oauth: the answer with the tokens is lost, late, an error; and paths that no fault can strike."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.oauth import Application, an_application, told
from fake import Mock, OverSocket, Sandbox
from faulty import entries, set_fault, the_fault
from inbox_mock.app import Fake
from inbox_mock.domain.endpoints import ENDPOINTS, in_full, matched_by
from rules.judged import blamed, unanswered

TOKEN = {"path": "/oauth/token"}


@pytest.fixture
def application(inbox: Sandbox) -> Application:
    return an_application(inbox)


@pytest.mark.both_transports
@pytest.mark.parametrize(
    ("path", "named"),
    [("/oauth/tokens", ["did you mean '/oauth/token'?"]), ("/xyz", ["one of /accounts, ", "/bookings/<ids>, ", " in all)"])],
    ids=["one that resembles it", "the first"],
)
def test_a_path_that_no_client_calls_is_refused_and_those_that_exist_are_named(mock: Mock, path: str, named: list[str]) -> None:
    answer = mock.sandbox("empty").admin.post("/faults", {"kind": "status", "match": {"path": path}})

    assert answer.status == 422
    (problem,) = answer.json["errors"]
    assert problem["field"] == "match.path"
    assert all(name in problem["expected"] for name in named)


@pytest.mark.parametrize(
    ("kind", "match", "field"),
    [
        ("status", {"path": "/"}, "match.path"),
        ("status", {"path": "/messages"}, "match.path"),
        ("status", {"path": "/bookings/1/2"}, "match.path"),
        ("status", {"path": "/oauth"}, "match.path"),
        ("status", {"path": "/oauth/revoke"}, "match.path"),
        ("status", {"path": "/__admin/*"}, "match.path"),
        ("status", {"path": "/oauth/token", "method": "GET"}, "match.method"),
        ("status", {"path": "/me", "method": "POST"}, "match.method"),
        ("expired_token", TOKEN, "match.path"),
        ("rate_limit", TOKEN, "match.path"),
        ("page_shift", {"path": "/oauth/*"}, "match.path"),
    ],
)
def test_what_can_never_strike_is_refused(inbox: Sandbox, kind: str, match: dict[str, str], field: str) -> None:
    answer = inbox.admin.post("/faults", {"kind": kind, "match": match})

    assert answer.status == 422
    assert [problem["field"] for problem in answer.json["errors"]] == [field]


def test_the_addresses_are_those_of_the_application(fake: Fake) -> None:
    routes: dict[str, set[str]] = {}
    for rule in fake.app.url_map.iter_rules():
        if rule.rule.startswith(("/api/v3/", "/oauth/")):
            routes.setdefault(rule.rule, set()).update(rule.methods or ())

    assert {in_full(path): set(methods) for path, methods in ENDPOINTS.items()} == routes


@given(path=st.sampled_from(list(ENDPOINTS)), drawn=st.data())
def test_a_pattern_matches_every_address_that_it_was_made_from(path: str, drawn: st.DataObject) -> None:
    called = re.sub("<.*?>", "12", path)
    start = drawn.draw(st.integers(1, len(called)))
    end = drawn.draw(st.integers(start, len(called)))
    pattern = drawn.draw(st.sampled_from([called, f"{called[:start]}*{called[end:]}"]))

    assert path in matched_by(pattern) or (path.startswith("/oauth") and not pattern.startswith("/oauth"))


def test_of_a_lost_answer_the_tokens_are_issued_and_the_refresh_can_be_tried_again(application: Application) -> None:
    old = application.tokens()
    set_fault(application.sandbox, "timeout_after", match=TOKEN, times=1)
    before = len(entries(application.sandbox))

    answer = application.refresh(old["refresh_token"])
    assert answer.status == 501
    assert answer.json["error"] == "not_implemented"

    again = application.refresh(old["refresh_token"])
    assert again.status == 200
    assert application.uses(again.json) == 200
    assert entries(application.sandbox)[before]["fault_id"] == 1


def test_over_a_socket_the_answer_with_the_tokens_never_comes(served: str) -> None:
    application = an_application(Mock(OverSocket(served)).sandbox("empty"))
    old = application.tokens(scope="public")
    set_fault(application.sandbox, "timeout_after", match=TOKEN, times=1)

    unanswered(application.refresh, old["refresh_token"])

    lost = entries(application.sandbox)[-1]
    assert (lost["status"], lost["why"], lost["fault_id"]) == (None, "fault 1 (timeout_after) struck", 1)
    assert application.uses(application.refresh(old["refresh_token"]).json) == 200
    assert blamed(application.sandbox) == []


def test_over_a_socket_a_spent_code_gives_nothing_more(served: str) -> None:
    application = an_application(Mock(OverSocket(served)).sandbox("empty"))
    code = application.code()
    set_fault(application.sandbox, "timeout_after", match=TOKEN, times=1)

    unanswered(application.exchange, code)

    assert application.exchange(code).json["error"] == "invalid_grant"


@pytest.mark.both_transports
def test_an_error_is_written_as_oauth_writes_errors(application: Application) -> None:
    old = application.tokens()
    set_fault(application.sandbox, "status", status=503, match=TOKEN, times=1)

    answer = application.refresh(old["refresh_token"])

    assert answer.status == 503
    assert answer.json == {"error": "service_unavailable", "error_description": "Service Unavailable"}
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["X-Mock-Why"] == "fault 1 (status) struck"
    assert application.refresh(old["refresh_token"]).status == 200


def test_tokens_may_be_issued_though_a_gateway_answers(application: Application) -> None:
    old = application.tokens()
    set_fault(application.sandbox, "status", status=502, applied=True, match=TOKEN, times=1)

    assert application.refresh(old["refresh_token"]).status == 502

    assert application.uses(application.refresh(old["refresh_token"]).json) == 200


def test_an_error_may_have_a_body_of_its_own(application: Application) -> None:
    set_fault(application.sandbox, "status", status=401, body={"error": "invalid_grant"}, match={"path": "/oauth/*"}, times=1)

    assert application.token(grant_type="client_credentials").json == {"error": "invalid_grant"}


def test_the_consent_page_can_be_struck(application: Application) -> None:
    set_fault(application.sandbox, "status", status=502, match={"path": "/oauth/authorize", "method": "GET"}, times=1)

    assert application.ask().status == 502
    assert "code" in told(application.decide())


def test_a_late_answer_takes_time_on_the_clock(application: Application) -> None:
    old = application.tokens()
    set_fault(application.sandbox, "slow", by="10s", match=TOKEN, times=1)

    answer = application.refresh(old["refresh_token"])

    assert answer.json["created_at"] == 1906545610
    assert float(answer.headers["X-Runtime"]) >= 10


def test_an_answer_that_cannot_be_read_puts_no_token_into_the_journal(application: Application) -> None:
    old = application.tokens()
    set_fault(application.sandbox, "malformed", match=TOKEN, times=1)

    spoilt = application.refresh(old["refresh_token"])

    assert spoilt.body.endswith(b"}") is False
    assert entries(application.sandbox)[-1]["response"]["body"] == ""


@pytest.mark.parametrize("match", [{}, {"path": "/*"}, {"method": "POST"}])
def test_a_fault_that_does_not_name_oauth_does_not_strike_it(application: Application, match: dict[str, str]) -> None:
    set_fault(application.sandbox, "status", match=match)

    assert application.refresh(application.tokens()["refresh_token"]).status == 200
    assert the_fault(application.sandbox)["seen"] == 0


def test_the_used_up_hour_is_not_that_of_oauth(application: Application) -> None:
    old = application.tokens()
    set_fault(application.sandbox, "rate_limit", times=1)
    assert application.uses(old) == 429

    assert application.refresh(old["refresh_token"]).status == 200


def test_a_request_belongs_to_the_sandbox_of_its_client_id(mock: Mock, application: Application) -> None:
    other = an_application(mock.sandbox("empty"))
    set_fault(application.sandbox, "status", match=TOKEN)

    assert other.token(grant_type="client_credentials").status == 200
    assert application.token(grant_type="client_credentials").status == 503


def test_an_application_can_be_named_by_the_client_id(mock: Mock) -> None:
    sandbox = mock.sandbox("agency")
    own, airbnb = an_application(sandbox), an_application(sandbox, "Airbnb")
    set_fault(sandbox, "status", match={**TOKEN, "application_id": sandbox.application("Airbnb")["id"]})

    found = [one.token(grant_type="client_credentials").status for one in (own, airbnb)]

    assert found == [200, 503]
