"""The matrix: each broken server on trial, with the good one as control."""

from collections.abc import Iterator

from inbox_contracts.provider import runner
from inbox_contracts.provider.properties import every
from inbox_contracts.provider.target import detect
from inbox_contracts.provider.trial import Outcome
from mutants.rows import Row, judged
from mutants.servers import lasting, obeying, overlooking, paging, reading, refusing, spoiling, telling, varying, writing
from mutants.servers.breaking import MUTANTS, Mutant, serving

SLOW = "own-document"
SUBJECTS = (lasting, obeying, overlooking, paging, reading, refusing, spoiling, telling, varying, writing)
"""Where the broken servers are."""
__all__ = ["MUTANTS", "SUBJECTS", "on_trial", "rows"]


def on_trial(mutant: Mutant | None, names: tuple[str, ...] = (), *, seed: int = 0, fail_fast: bool = True) -> list[Outcome]:
    """Judge a server by some properties, or by all."""
    properties = tuple(p for p in runner.chosen(()) if not names or p.name in names)
    with serving(mutant) as url:
        plan = runner.plan(detect(url), properties, seed=seed)
        plan.trial.shrinking_seconds = 0.0  # that it is noticed is enough
        return runner.run(plan, lambda _: None, fail_fast=fail_fast)


def rows(*, fast: bool) -> Iterator[Row]:
    """The rows, of which two processes make every second one."""
    return judged(_judged, [mutant.name for mutant in MUTANTS], "server", fast=fast)


def _judged(name: str, fast: bool) -> Row:
    """Judge a broken server, or the good one, which has no name: first by what must kill it, and by the rest if that does not."""
    if not name:
        return _row(None, on_trial(None, tuple(each.name for each in every() if each.name != SLOW) if fast else (), fail_fast=False))
    mutant = next(mutant for mutant in MUTANTS if mutant.name == name)
    row = _row(mutant, on_trial(mutant, (mutant.killed_by,)))
    return row if row.killed or fast else _row(mutant, on_trial(mutant))


def _row(mutant: Mutant | None, outcomes: list[Outcome]) -> Row:
    found = [outcome for outcome in outcomes if outcome.finding is not None]
    told = "; ".join(f"{o.property.name}: {o.finding.told}" for o in found if o.finding is not None)
    told = told or "; ".join(f"{o.property.name}: {o.not_judged or 'kept'}" for o in outcomes if len(outcomes) < 3 or o.not_judged)
    if mutant is None:
        return Row("the good server", "none", "", killed=bool(found), control=True, detail=told)
    return Row(mutant.name, mutant.fault, mutant.killed_by, killed=bool(found), control=False, detail=told)
