"""The fake keeps every property, and each property notices a server that does not keep it."""

from collections.abc import Sequence
from pkgutil import resolve_name

import pytest

from builders import a_booking, a_scenario
from fake import Mock, OverSocket
from inbox_contracts.provider import runner
from inbox_contracts.provider.expectations import NotJudged
from inbox_contracts.provider.properties import document, every
from inbox_contracts.provider.target import detect
from inbox_contracts.provider.trial import Property
from inbox_mock.domain.fidelity import ASSUMPTIONS
from inbox_mock.scenarios.loading import find_shipped
from mutants.rows import Row
from mutants.servers.judging import MUTANTS, on_trial

PROPERTIES = {each.name: each for each in every()}
FIRST = {mutant.killed_by: mutant for mutant in reversed(MUTANTS)}
SOONER = {"own-document": 3}
"""Seeds that choose operations of which one shows the fault in half the time."""


@pytest.mark.parametrize("judged", PROPERTIES.values(), ids=list(PROPERTIES))
def test_the_fake_keeps(served: str, judged: Property) -> None:
    plan = runner.plan(detect(served), (judged,), seed=1, effort=0.5)

    (outcome,) = runner.run(plan, lambda _: None)

    assert outcome.finding is None, outcome.finding
    assert outcome.not_judged is None


def told_as_a_server_like_any_other(
    served: str, scenario: object, *names: str, scopes: Sequence[str] = (), used: int = 0
) -> dict[str, list[str]]:
    """The names of properties by verdict, where the trial knows a sandbox by its token alone.

    The token has all scopes, or some; so many requests of the hour have been made.
    """
    sandbox = Mock(OverSocket(served)).sandbox(scenario)
    token = str(sandbox.api_with(*scopes).token) if scopes else sandbox.made["token"]
    for _ in range(used):
        sandbox.api.get("/accounts")
    properties = tuple(each for each in PROPERTIES.values() if each.name != "own-document" and (not names or each.name in names))
    told: dict[str, list[str]] = {}
    for outcome in runner.run(runner.plan(detect(served, token), properties, seed=1, effort=0.1), lambda _: None):
        told.setdefault(runner.verdict(outcome), []).append(outcome.property.name)
    return told


def test_a_server_whose_every_switch_is_set_otherwise_differs_and_breaks_nothing(served: str) -> None:
    assume = {name: next(each for each in found.choices if each != found.default) for name, found in ASSUMPTIONS.items()}
    told = told_as_a_server_like_any_other(served, {**find_shipped("agency").data, "assume": assume})

    assert runner.BROKEN not in told
    assert told[runner.DIFFERENT] == ["not-modified", "error-titles", "last-message"]


def test_a_list_of_more_than_one_page_is_no_fault(served: str) -> None:
    names = "new-etag", "inbox-model", "beyond-the-end"
    bookings = [a_booking(id=80 + n, conversation=11 + n) for n in range(2)]
    told = told_as_a_server_like_any_other(served, a_scenario(page_cap=1, bookings=bookings), *names)

    assert sorted(told[runner.KEPT]) == sorted(names)


@pytest.mark.parametrize("scopes", [("inbox_read",), ("inbox_read", "bookings_read"), ("inbox_write", "bookings_write")])
def test_a_server_that_a_token_with_few_scopes_sees_breaks_nothing(served: str, scopes: tuple[str, ...]) -> None:
    told = told_as_a_server_like_any_other(served, find_shipped("agency").data, scopes=scopes)

    assert told.get(runner.BROKEN, []) == []


def test_a_rate_limit_that_is_used_up_cannot_fall(served: str) -> None:
    told = told_as_a_server_like_any_other(served, a_scenario(), "rate-limit-headers", used=1_000)

    assert told == {runner.SKIPPED: ["rate-limit-headers"]}


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_broken_server_is_noticed_by(name: str) -> None:
    mutant = FIRST[name]

    seeds = SOONER.get(name, 0), 1, 2  # the others for another version of Hypothesis, which draws other examples
    found = next((outcome.finding for seed in seeds for outcome in on_trial(mutant, (name,), seed=seed) if outcome.finding), None)

    assert found is not None, f"nobody notices that {mutant.fault}"
    assert "seen once" not in found.told


def test_a_document_is_judged_though_none_of_the_chosen_operations_leads_to_another() -> None:
    document.tell("Errors:\n  🚫 Missing Open API links: 1\n\n=== 1 error in 10.00s ===", "token")


def test_an_error_of_schemathesis_is_named() -> None:
    with pytest.raises(NotJudged, match="Schema Error: 1"):
        document.tell("Errors:\n  🚫 Schema Error: 1\n\n=== 1 error in 0.10s ===", "token")


def test_every_property_has_a_broken_server() -> None:
    assert {mutant.killed_by for mutant in MUTANTS} == set(PROPERTIES)


def test_every_broken_server_has_a_name_of_its_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("control", [True, False])
@pytest.mark.parametrize("killed", [True, False])
def test_a_good_server_must_live_and_a_broken_one_must_not(control: bool, killed: bool) -> None:
    assert Row("a server", "", "", killed=killed, control=control, detail="").right == (killed is not control)


@pytest.mark.parametrize("target", sorted({mutant.replaced[0] for mutant in MUTANTS if mutant.replaced is not None}))
def test_what_a_broken_server_replaces_is_there_under_its_name(target: str) -> None:
    owner, _, name = target.rpartition(".")

    assert name in vars(resolve_name(owner))
