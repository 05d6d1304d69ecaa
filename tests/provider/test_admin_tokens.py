"""A fake that asks for an admin token, on trial."""

from inbox_contracts.provider.target import detect
from inbox_mock.app import Options
from inbox_mock.domain.admin_tokens import OWN, AdminToken, Caller
from inbox_mock.scenarios.loading import find
from inbox_mock.serving.server import serving

TOKEN = "the-token-of-alice-herself"


def test_whoever_may_make_sandboxes_may_put_it_on_trial() -> None:
    with serving(Options(scenario=find("empty"), admin_tokens=(AdminToken(TOKEN, Caller(OWN, "alice")),))) as server:
        target = detect(server.url, admin_token=TOKEN)

        assert target.is_fake
        assert target.create_sandbox("empty").made["owner"] == "alice"
        target.connection.close()
