"""PKCE (RFC 7636): a code that was asked for with a challenge takes its verifier, as Doorkeeper 5 checks it."""

import pytest

from api.oauth import Application, Form, an_application, told, two_applications
from fake import JSON, Mock

# The example of RFC 7636, appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
S256 = {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"}
PLAIN = {"code_challenge": VERIFIER, "code_challenge_method": "plain"}


@pytest.fixture
def application(mock: Mock) -> Application:
    return an_application(mock.sandbox(two_applications()))


@pytest.mark.parametrize("challenge", [S256, PLAIN])
def test_the_verifier_of_the_challenge_is_accepted(application: Application, challenge: JSON) -> None:
    assert application.exchange(application.code(**challenge), code_verifier=VERIFIER).status == 200


@pytest.mark.parametrize("challenge", [S256, PLAIN])
@pytest.mark.parametrize("wrong", [VERIFIER[:-1], VERIFIER.lower(), S256["code_challenge"], "ü"])
def test_another_verifier_is_refused(application: Application, challenge: JSON, wrong: str) -> None:
    answer = application.exchange(application.code(**challenge), code_verifier=wrong)

    assert (answer.status, answer.json["error"]) == (401, "invalid_grant")
    assert answer.headers["X-Mock-Why"] == "the code_verifier is not the one of the code_challenge"


@pytest.mark.parametrize("verifier", [None, ""])
def test_a_code_with_a_challenge_needs_a_verifier(application: Application, verifier: str | None) -> None:
    answer = application.exchange(application.code(**S256), code_verifier=verifier)

    assert answer.status == 401
    assert answer.json == {"error": "invalid_request", "error_description": "Missing required parameter: code_verifier."}
    assert answer.headers["X-Mock-Why"] == "the code was asked for with a code_challenge, and no code_verifier came with it"


def test_a_verifier_without_a_challenge_is_refused(application: Application) -> None:
    answer = application.exchange(application.code(), code_verifier=VERIFIER)

    assert (answer.status, answer.json["error"]) == (401, "invalid_grant")
    assert answer.headers["X-Mock-Why"] == "a code_verifier came with a code that was asked for without a code_challenge"


def test_an_empty_challenge_is_none(application: Application) -> None:
    assert application.exchange(application.code(code_challenge="", code_challenge_method="")).status == 200


def test_a_refused_verifier_does_not_use_the_code_up(application: Application) -> None:
    code = application.code(**S256)
    application.exchange(code, code_verifier="wrong")

    assert application.exchange(code, code_verifier=VERIFIER).status == 200


@pytest.mark.parametrize("method", [None, "", "s256", "S512"])
def test_a_challenge_of_another_method_is_told_to_the_application(application: Application, method: str | None) -> None:
    wish: JSON = {"code_challenge": S256["code_challenge"], "code_challenge_method": method}

    for answer in (application.ask(**wish), application.decide(**wish)):
        assert told(answer)["error"] == "invalid_code_challenge_method"
        assert told(answer)["state"] == "xyz"


def test_the_page_hands_the_challenge_on(application: Application) -> None:
    fields = Form(application.ask(**S256)).fields

    assert {name: fields[name] for name in S256} == S256


def test_without_a_challenge_the_page_hands_none_on(application: Application) -> None:
    assert not Form(application.ask()).fields.keys() & S256.keys()
