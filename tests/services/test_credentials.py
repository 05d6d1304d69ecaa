"""Credentials of a server that many share: whoever knows a scenario, a seed and the id of a sandbox knows no credential of it."""

import pytest

from builders import a_scenario
from fake import Caller, InProcess, Mock, Sandbox
from inbox_mock.app import Options, create_app
from inbox_mock.domain.dice import Dice
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find


def a_mock(seed: int | None = None, scenario: str = "empty") -> Mock:
    return Mock(InProcess(create_app(Options(scenario=find(scenario), seed=seed, overrides=Overrides(mode="manual"))).app))


@pytest.fixture(scope="module")
def shared() -> Mock:
    return a_mock()


def presented(sandbox: Sandbox) -> set[str]:
    """Every credential that a sandbox shows when it is made, and some that are issued later; without the sandbox's id."""
    made = sandbox.made
    shown = [made["token"], *(one[part] for one in made["applications"] for part in ("client_id", "client_secret"))]
    shown += [one["token"] for one in made["applications"] if one["token"]]
    later = sandbox.admin.post("/tokens", {}).json["token"]
    return {credential[12:] for credential in (*shown, later, refresh_token(sandbox))}


def refresh_token(sandbox: Sandbox) -> str:
    return str(sandbox.admin.post(f"/tokens/{sandbox.made['token']}/refresh_token").json["refresh_token"])


def refreshed(sandbox: Sandbox, token: str) -> int:
    """The status of the exchange of a refresh token with the client's credentials as they were when the sandbox was made."""
    client = next(one for one in sandbox.made["applications"] if one["token"] == sandbox.made["token"])
    given = {"grant_type": "refresh_token", "refresh_token": token} | {name: client[name] for name in ("client_id", "client_secret")}
    return Caller(sandbox.transport, base="/oauth").post("/token", given).status


def test_ids_of_sandboxes_are_random() -> None:
    assert a_mock().sandbox().id != a_mock().sandbox().id


def test_with_a_seed_a_server_makes_the_same_sandboxes_each_time() -> None:
    first, second = a_mock(7).sandbox(), a_mock(7).sandbox()

    assert (first.id, first.made["token"], refresh_token(first)) == (second.id, second.made["token"], refresh_token(second))
    assert a_mock(8).sandbox().id != first.id


def test_sandboxes_of_one_scenario_and_seed_share_no_credential(shared: Mock) -> None:
    ours, theirs = shared.sandbox(a_scenario()), shared.sandbox(a_scenario())

    assert presented(ours).isdisjoint(presented(theirs))


def test_the_secret_of_one_opens_no_other_nor_the_default_one(shared: Mock) -> None:
    ours, theirs = shared.sandbox(a_scenario()), shared.sandbox(a_scenario())

    for sandbox_id in (theirs.id, "0" * 12):
        assert shared.caller(sandbox_id + ours.made["token"][12:]).get("/accounts").status == 401


def test_no_credential_is_drawn_from_the_seed(shared: Mock) -> None:
    drawn = {Dice(7).secret(f"{kind} token", number) for kind in ("access", "refresh") for number in range(20)}
    drawn |= {Dice(7).secret(part, number) for part in ("client id", "client secret") for number in range(100)}

    assert presented(shared.sandbox(a_scenario())).isdisjoint(drawn)


def test_a_fork_shares_no_credential_with_what_it_was_forked_from(shared: Mock) -> None:
    sandbox = shared.sandbox(a_scenario())
    fork = sandbox.admin.post("/fork").json

    assert shared.caller(fork["token"]).get("/accounts").status == 200
    assert shared.caller(sandbox.id + fork["token"][12:]).get("/accounts").status == 401
    assert shared.caller(fork["id"] + sandbox.made["token"][12:]).get("/accounts").status == 401


@pytest.mark.parametrize("back", ["/reset", "/snapshots/early/restore"])
def test_they_are_good_after_a_reset_and_a_restore(shared: Mock, back: str) -> None:
    sandbox = shared.sandbox(a_scenario())
    sandbox.admin.post("/snapshots", {"name": "early"})
    late = sandbox.admin.post("/tokens", {}).json["token"]

    assert sandbox.admin.post(back).json["token"] == sandbox.made["token"]
    assert [shared.caller(token).get("/accounts").status for token in (sandbox.made["token"], late)] == [200, 200]
    assert refreshed(sandbox, refresh_token(sandbox)) == 200


def test_a_fork_of_a_snapshot_has_credentials_of_its_own_and_keeps_them_when_it_is_reset(shared: Mock) -> None:
    sandbox = shared.sandbox(a_scenario())
    sandbox.admin.post("/snapshots", {"name": "early"})
    fork = Sandbox(shared.transport, sandbox.admin.post("/fork", {"snapshot": "early"}).json)

    assert fork.admin.post("/reset").json["token"] == fork.made["token"]
    assert shared.caller(fork.made["token"]).get("/accounts").status == 200
    assert refreshed(fork, refresh_token(fork)) == 200
    assert presented(fork).isdisjoint(presented(sandbox))


def test_the_default_sandbox_knows_the_token_demo_all_the_same() -> None:
    assert a_mock(scenario="agency").caller("demo").get("/accounts").status == 200


def test_a_token_from_before_a_restart_opens_no_sandbox_that_was_made_afterwards() -> None:
    stale = a_mock().sandbox().made["token"]
    restarted = a_mock()
    restarted.sandbox()

    assert restarted.caller(stale).get("/accounts").status == 401
