"""What each role of an admin token may do."""

import pytest

from fake import Answer, Caller, InProcess, Mock, Sandbox
from inbox_mock.admin.operation import AdminOperation
from inbox_mock.admin.routes import OPERATIONS
from inbox_mock.app import Options, create_app
from inbox_mock.client import AdminError
from inbox_mock.domain.admin_tokens import ALL, OWN, READ, AdminToken
from inbox_mock.domain.admin_tokens import Caller as Who
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find

ALICE, BOB, CI, CHIEF = "alice-and-her-token", "bob-and-his-token-here", "ci-only-reads-everything", "the-chief-does-everything"
TOKENS = (
    AdminToken(ALICE, Who(OWN, "alice")),
    AdminToken(BOB, Who(OWN, "bob")),
    AdminToken(CI, Who(READ, "ci")),
    AdminToken(CHIEF, Who(ALL, "chief")),
)


@pytest.fixture(scope="module")
def shared() -> Mock:
    return Mock(InProcess(create_app(Options(scenario=find("agency"), overrides=Overrides(mode="manual"), admin_tokens=TOKENS)).app))


def admin(mock: Mock, token: str) -> Caller:
    return mock.caller(token, "/__admin")


def made_by(mock: Mock, token: str) -> str:
    answer = admin(mock, token).post("/sandboxes", {"scenario": "agency"})
    assert answer.status == 201, answer.body
    return str(answer.json["id"])


def refused(answer: Answer) -> str:
    assert answer.status == 403
    assert answer.headers["Content-Type"] == "application/problem+json"
    return str(answer.json["detail"])


def shown_to(mock: Mock, token: str) -> set[str]:
    return {one["id"] for one in admin(mock, token).get("/sandboxes").json["sandboxes"]}


def address(rule: str, sandbox_id: str) -> str:
    return rule.replace("<id>", sandbox_id).replace("<record_id>", "1").replace("<name>", "a").replace("<token>", "demo")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_who_may_read_changes_nothing_and_reads_everything(shared: Mock, operation: AdminOperation) -> None:
    asked = operation.method, address(operation.rule, "default")
    answer = admin(shared, CI).call(*asked, None if asked[0] == "GET" else {})

    if asked[0] == "GET":
        assert answer.status in {200, 404}
    else:
        assert "found the role read, of the token 'ci'; expected" in refused(answer)


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if "<id>" in one.rule], ids=lambda operation: operation.name)
def test_nobody_else_gets_at_a_sandbox_of_ones_own(shared: Mock, operation: AdminOperation) -> None:
    method, rule = operation.method, operation.rule
    for sandbox_id in (made_by(shared, ALICE), "default"):
        answer = admin(shared, BOB).call(method, address(rule, sandbox_id), None if method == "GET" else {})
        assert refused(answer) == (
            f"found the sandbox {sandbox_id}, which is not one of 'bob'; expected one of its own, or a token with the role all"
        )


def test_who_owns_a_sandbox_does_everything_with_it(shared: Mock) -> None:
    own = admin(shared, ALICE)
    path = f"/sandboxes/{made_by(shared, ALICE)}"

    assert own.get(path).json["owner"] == "alice"
    assert own.post(f"{path}/bookings", {"channel": "airbnb"}).status == 201
    assert own.post(f"{path}/snapshots", {"name": "a"}).status == 201
    assert own.post(f"{path}/reset", {}).status == 200
    assert own.delete(path).status == 204


def test_a_list_shows_who_owns_sandboxes_these_and_no_other(shared: Mock) -> None:
    of_alice, of_bob = made_by(shared, ALICE), made_by(shared, BOB)

    assert of_alice in shown_to(shared, ALICE)
    assert of_bob not in shown_to(shared, ALICE)
    assert {of_alice, of_bob, "0" * 12} <= shown_to(shared, CI) == shown_to(shared, CHIEF)
    assert admin(shared, ALICE).get("/sandboxes").json["count"] == len(shown_to(shared, ALICE))


def test_a_fork_belongs_to_who_forks(shared: Mock) -> None:
    path = f"/sandboxes/{made_by(shared, ALICE)}"

    assert admin(shared, ALICE).post(f"{path}/fork", {}).json["owner"] == "alice"
    assert admin(shared, CHIEF).post(f"{path}/fork", {}).json["owner"] == "chief"


def test_who_may_do_everything_uses_everybodys_sandbox_which_stays_theirs(shared: Mock) -> None:
    path = f"/sandboxes/{made_by(shared, ALICE)}"

    assert admin(shared, CHIEF).post(f"{path}/reset", {}).json["owner"] == "alice"


def secrets_in(found: object) -> set[str]:
    """Whatever is called a token or a secret in an answer, but for the journal's labels."""
    if isinstance(found, dict):
        named = {str(value) for name, value in found.items() if name in {"token", "client_secret", "secret"} and isinstance(value, str)}
        return named.union(*map(secrets_in, found.values()))
    return set().union(*map(secrets_in, found)) if isinstance(found, list) else set()


def test_who_may_only_read_is_shown_no_credential(shared: Mock) -> None:
    sandbox_id = made_by(shared, ALICE)
    admin(shared, ALICE).post(f"/sandboxes/{sandbox_id}/webhooks", {"url": "http://127.0.0.1:9/"})
    for path in ("/sandboxes", f"/sandboxes/{sandbox_id}", f"/sandboxes/{sandbox_id}/webhooks"):
        assert secrets_in(admin(shared, CHIEF).get(path).json)
        assert secrets_in(admin(shared, CI).get(path).json) == set()


def test_a_client_that_may_only_read_is_told_why_it_has_no_token(shared: Mock) -> None:
    answer = admin(shared, CI).get(f"/sandboxes/{made_by(shared, ALICE)}").json

    with pytest.raises(AdminError, match="has the role read, to which credentials are not shown"):
        _ = Sandbox(shared.transport, answer).handle.token


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.method == "GET"], ids=lambda operation: operation.name)
def test_nothing_that_is_read_holds_a_credential(shared: Mock, operation: AdminOperation) -> None:
    sandbox_id = made_by(shared, ALICE)
    own = admin(shared, CHIEF)
    made = own.get(f"/sandboxes/{sandbox_id}").json
    own.post(f"/sandboxes/{sandbox_id}/webhooks", {"url": "http://127.0.0.1:9/"})
    shared.caller(made["token"]).get("/accounts")
    answer = admin(shared, CI).get(address(operation.rule, sandbox_id))

    for credential in {made["token"], *secrets_in(made)}:
        assert credential[12:].encode() not in answer.body


def test_without_a_token_the_refusal_says_which_role_is_wanted(shared: Mock) -> None:
    def told(method: str, path: str) -> str:
        answer = shared.caller(None, "/__admin").call(method, path)
        assert answer.status == 401
        return str(answer.json["detail"]).rpartition("; ")[2]

    assert told("GET", "/sandboxes") == "here one with the role read, own or all"
    assert told("POST", "/sandboxes") == "here one with the role own or all"


def test_a_token_that_is_none_of_the_servers_is_told_as_such(shared: Mock) -> None:
    answer = shared.caller("a-token-of-last-year", "/__admin").get("/sandboxes")

    assert answer.status == 401
    assert answer.json["detail"] == "found a token that is none of --admin-token-file; expected one with the role read, own or all"


def test_the_document_says_the_role_that_each_call_wants(shared: Mock) -> None:
    paths = admin(shared, CI).get("/openapi.json").json["paths"]

    assert paths["/__admin/sandboxes"]["get"]["x-role"] == READ
    assert paths["/__admin/sandboxes"]["post"]["x-role"] == OWN
    assert "own or all" in paths["/__admin/sandboxes"]["post"]["responses"]["403"]["description"]
    assert {told["x-role"] for path in paths.values() for told in path.values()} <= {READ, OWN, ALL}


def test_a_token_without_a_name_owns_nothing() -> None:
    with pytest.raises(ValueError, match="a name with the role own"):
        AdminToken("one-that-belongs-to-nobody", Who(OWN))
    app = create_app(Options(scenario=find("empty"), admin_tokens=(AdminToken("open sesame"),))).app

    assert admin(Mock(InProcess(app)), "open sesame").post("/sandboxes", {}).json["owner"] is None
