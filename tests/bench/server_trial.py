"""How long the fast profile of the server trial takes, and one that finds something, shrinking included."""

from collections.abc import Iterator
from time import perf_counter

from bench.children import fake
from bench.figures import Figure
from inbox_contracts.provider import runner
from inbox_contracts.provider.properties import every
from inbox_contracts.provider.target import detect
from mutants.servers.breaking import serving
from mutants.servers.judging import MUTANTS

FAST_SECONDS = 20
FINDING_SECONDS = 20


def measure(rounds: int) -> Iterator[Figure]:
    """One round, whatever is asked: it takes long enough."""
    del rounds
    with fake("agency") as child:
        plan = runner.plan(detect(f"http://127.0.0.1:{child.port}"), every())
        began = perf_counter()
        outcomes = runner.run(plan, lambda _: None)
        seconds = perf_counter() - began
    kept = sum(outcome.finding is None and outcome.not_judged is None for outcome in outcomes)
    waited = sum(outcome.seconds for outcome in outcomes if outcome.property.slow)
    note = (
        f"{kept} of {len(outcomes)} properties kept, {plan.trial.target.connection.count} requests; schemathesis beside it: {waited:.0f} s"
    )
    yield Figure(subject="server trial, fast profile", target=FAST_SECONDS, rounds=[seconds], unit="s", note=note)
    mutant = next(each for each in MUTANTS if each.name == "shows_three_participants")
    with serving(mutant) as url:
        judged = tuple(each for each in every() if each.name == mutant.killed_by)
        plan = runner.plan(detect(url), judged)
        began = perf_counter()
        (outcome,) = runner.run(plan, lambda _: None)
        seconds = perf_counter() - began
    steps = 0 if outcome.finding is None else len(outcome.finding.example)
    yield Figure(
        subject="server trial, a finding of many steps, shrunk",
        target=FINDING_SECONDS,
        rounds=[seconds],
        unit="s",
        note=f"{steps} steps are left",
    )
