"""A fake that asks for an admin token, on trial."""

from collections.abc import Iterator

import pytest

from inbox_contracts.provider.target import NoTrial, detect
from inbox_mock.app import Options
from inbox_mock.domain.admin_tokens import OWN, AdminToken, Caller
from inbox_mock.scenarios.loading import find
from inbox_mock.serving.server import serving

TOKEN = "the-token-of-alice-herself"


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    """The root of a fake whose admin API only Alice may use."""
    with serving(Options(scenario=find("empty"), admin_tokens=(AdminToken(TOKEN, Caller(OWN, "alice")),))) as server:
        yield server.url


def test_whoever_may_make_sandboxes_may_put_it_on_trial(guarded: str) -> None:
    target = detect(guarded, admin_token=TOKEN)

    assert target.is_fake
    assert target.create_sandbox("empty").made["owner"] == "alice"
    target.connection.close()


def test_whoever_has_the_token_of_one_sandbox_judges_it_in_that_one_like_any_other_server(guarded: str) -> None:
    target = detect(guarded, "demo")

    assert not target.is_fake
    assert target.api.call("GET", "/inbox/conversations").status == 200
    target.connection.close()


def test_whoever_has_neither_is_told_of_both(guarded: str) -> None:
    with pytest.raises(NoTrial, match=r"admin API refuses .* with --admin-token, .* of one sandbox with --token"):
        detect(guarded)
