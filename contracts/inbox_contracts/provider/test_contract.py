"""The server trial under pytest: ``pytest --pyargs inbox_contracts.provider --inbox-url URL --inbox-token TOKEN``."""

import shlex
from collections.abc import Iterator

import pytest

from inbox_contracts.provider import runner
from inbox_contracts.provider.properties import every
from inbox_contracts.provider.target import NoTrial, detect
from inbox_contracts.provider.trial import Outcome

WRONG = 2


@pytest.fixture(scope="session")
def inbox_plan(request: pytest.FixtureRequest) -> Iterator[runner.Plan]:
    """The plan of the trial; the run ends when there is no property to evaluate."""
    option = request.config.getoption
    url = option("--inbox-url", None)
    if url is None:
        pytest.skip("this is the trial of a server: pytest --pyargs inbox_contracts.provider --inbox-url URL")
    read_only = option("--inbox-read-only")
    try:
        target = detect(
            url,
            option("--inbox-token"),
            timeout_seconds=option("--inbox-timeout"),
            read_only=read_only,
            admin_token=option("--inbox-admin-token"),
        )
        plan = runner.plan(
            target,
            every(),
            seed=option("--inbox-seed"),
            effort=option("--inbox-effort"),
            read_only=read_only,
            requests=option("--inbox-requests"),
        )
    except NoTrial as reason:
        pytest.exit(str(reason), returncode=WRONG)
    yield plan
    plan.trial.close()


@pytest.mark.parametrize("name", [each.name for each in every()])
def test_the_server_keeps(inbox_plan: runner.Plan, name: str, request: pytest.FixtureRequest) -> None:
    """Evaluate one property; a server other than the fake may deviate from an assumed one."""
    judged = next((each for each in inbox_plan.properties if each.name == name), None)
    if judged is None:
        pytest.skip("it cannot be judged by reading alone")
    try:
        outcome = runner.judge(inbox_plan.trial, judged)
    except NoTrial as reason:
        pytest.exit(str(reason), returncode=WRONG)
    told = runner.in_full(outcome, _again(request.config, outcome))
    match runner.verdict(outcome):
        case runner.SKIPPED:
            pytest.skip(str(outcome.not_judged))
        case runner.DIFFERENT:
            pytest.xfail(told)
        case runner.BROKEN:
            pytest.fail(told, pytrace=False)


def _again(config: pytest.Config, outcome: Outcome) -> str:
    url = shlex.quote(str(config.getoption("--inbox-url")))
    words = ["pytest --pyargs inbox_contracts.provider --inbox-url", url, "--inbox-seed", str(outcome.seed)]
    words += ["--inbox-effort", f"{outcome.effort:g}"] if outcome.effort != 1 else []
    words += ['--inbox-token "$TOKEN"'] if config.getoption("--inbox-token") else []
    words += ["--inbox-read-only"] if config.getoption("--inbox-read-only") else []
    return " ".join([*words, "-k", f"'[{outcome.property.name}]'"])
