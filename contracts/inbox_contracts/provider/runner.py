"""Running a trial: its choice of properties, the announced plan, rounds until time is up, and the report."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count
from time import monotonic

from inbox_contracts.provider.api import JSON, Api
from inbox_contracts.provider.http import Budget, BudgetSpent, NoAnswer, TrialConnection
from inbox_contracts.provider.properties import every
from inbox_contracts.provider.target import NoTrial, Target
from inbox_contracts.provider.trial import Outcome, Property, Trial
from inbox_mock.resources import RESOURCES

FEW = tuple(RESOURCES[plural] for plural in ("conversations", "participants", "messages", "bookings"))
ENOUGH = 700
"""Requests that reading every resource takes; with fewer, only some resources are read."""
TRIAL_SECONDS = 900.0
"""How long a trial may take, before effort multiplies it, beside the time that it is given."""
FIRST = "rate-limit-headers"
LONGER = 2.0
"""By how much a later round of a long trial multiplies the examples."""

WRITES = """\
It reads all that the token sees, and writes into the account:
  new sources, hosts and clients; conversations of its own, with participants, messages and attachments in them;
  inquiries, and bookings on days from 2041 on, which it cancels afterwards.
It changes nothing but what it has made. It names no channel, so nothing leaves the service. What the API cannot
delete stays: use an account that is made for trials, or --read-only."""

KEPT, BROKEN, DIFFERENT, SKIPPED = VERDICTS = "kept", "BROKEN", "differs", "not judged"
WIDTH = 24


@dataclass(frozen=True, slots=True)
class Plan:
    """A trial that is about to start, and the text that announces it."""

    trial: Trial
    properties: tuple[Property, ...]
    text: str


def chosen(texts: tuple[str, ...]) -> tuple[Property, ...]:
    """Return the properties with one of the names, or of the texts in their names; all of them for none.

    Raises:
        NoTrial: there is none.
    """
    # What is left of the hour before the trial uses it up, then reading: written records appear in the lists.
    properties = tuple(sorted(every(), key=lambda each: (each.slow, not each.reads, each.name != FIRST)))
    if not texts:
        return properties
    names = {each.name for each in properties}
    found = tuple(p for p in properties if any(p.name == text if text in names else text in p.name for text in texts))
    if not found:
        raise NoTrial(f"no property has {' or '.join(texts)} in its name; there are {', '.join(sorted(names))}")
    return found


def plan(
    target: Target,
    properties: tuple[Property, ...],
    *,
    seed: int = 0,
    effort: float = 1.0,
    read_only: bool = False,
    requests: int | None = None,
) -> Plan:
    """Return the plan of a trial.

    Raises:
        NoTrial: no request is possible: the rate limit is used up.
    """
    trial = Trial(target, seed, effort, read_only)
    counted = f"{len(properties)} propert{'y' if len(properties) == 1 else 'ies'}, seed {seed}"
    if target.is_fake:
        return Plan(trial, properties, f"{target.connection.root} is a fake: sandboxes of its own for each of {counted}.")
    if not read_only:
        target.connection.budget = Budget(sys.maxsize)
        return Plan(trial, properties, f"{target.connection.root}: {counted}.\n{WRITES}")
    try:
        first = Api(target.connection, target.token).call("GET", "/accounts")
    except NoAnswer as error:
        raise NoTrial(f"{target.connection.root} does not answer: {error}") from None
    budget = Budget.after(first, requests)
    if budget.allowed < 1:
        target.connection.close()
        raise NoTrial(f"the rate limit leaves nothing for a trial: X-RateLimit-Remaining is {first.header('X-RateLimit-Remaining')}")
    target.connection.budget = budget
    reading = tuple(each for each in properties if each.reads)
    trial.resources = trial.resources if budget.allowed >= ENOUGH else FEW
    names = ", ".join(resource.plural for resource in trial.resources)
    told = f"{target.connection.root}: {len(reading)} of {counted}, by GET alone, at most {budget.allowed} requests,\n"
    told += f"of {names}; long lists up to their first page."
    left = first.header("X-RateLimit-Remaining")
    limit = "" if left is None else f"\nX-RateLimit-Remaining is {left}; the trial ends when it falls below {budget.left_to_others}."
    return Plan(trial, reading, told + limit)


def run(plan: Plan, tell: Callable[[str], None], *, seconds: float | None = None, fail_fast: bool = False) -> list[Outcome]:
    """Evaluate every property once, then again with more examples and other seeds until ``seconds`` have passed; close the trial.

    Return the outcome of each property; in a long trial the first that is a finding. On a fake the slow ones, which wait for another
    process, begin with the others: each has a sandbox of its own.

    Raises:
        NoTrial: the server does not answer any more.
    """
    began, trial, outcomes = monotonic(), plan.trial, dict[str, Outcome]()
    trial.ends_at = began + (seconds or 0.0) + TRIAL_SECONDS * max(1.0, trial.effort)
    early = [each for each in plan.properties if each.slow and trial.target.is_fake and not fail_fast]
    with closing(plan.trial), ThreadPoolExecutor(1) as beside:
        begun = {each.name: beside.submit(_judge_beside, trial, each) for each in early}
        for nth in count(1):
            for judged in plan.properties:
                if seconds is not None and nth > 1 and monotonic() - began > seconds:
                    break
                known = outcomes.get(judged.name)
                if known is not None and (known.finding or known.not_judged):
                    continue
                outcome = begun.pop(judged.name).result() if judged.name in begun else judge(trial, judged)
                spent = (0.0, 0) if known is None else (known.seconds, known.requests)
                outcomes[judged.name] = replace(outcome, seconds=spent[0] + outcome.seconds, requests=spent[1] + outcome.requests)
                if known is None or outcome.finding:
                    tell(line(outcome))
                if outcome.finding is not None and fail_fast:
                    return list(outcomes.values())
            if seconds is None or monotonic() - began > seconds or all(o.finding or o.not_judged for o in outcomes.values()):
                break
            trial = replace(plan.trial, seed=trial.seed + 1, effort=plan.trial.effort * LONGER)
            tell(f"  round {nth + 1}, seed {trial.seed}, {LONGER:g} times the examples")
    return list(outcomes.values())


def _judge_beside(trial: Trial, judged: Property) -> Outcome:
    """Evaluate a property over a connection of its own."""
    connection = trial.target.connection
    target = replace(trial.target, connection=TrialConnection(connection.root, connection.timeout_seconds))
    with closing(Trial(target, trial.seed, trial.effort, ends_at=trial.ends_at)) as own:
        return judge(own, judged)


def judge(trial: Trial, judged: Property) -> Outcome:
    """Evaluate a property.

    Raises:
        NoTrial: the server does not answer any more.
    """
    if judged.fake and not trial.target.is_fake:
        return Outcome(judged, 0, 0, is_fake=False, not_judged="it needs what only a fake's admin API can do")
    try:
        return trial.judge(judged)
    except NoAnswer as error:
        raise NoTrial(f"{trial.target.connection.root} stopped answering: {error}") from None
    except BudgetSpent as reason:
        return Outcome(judged, 0, 0, trial.target.is_fake, not_judged=str(reason))


def verdict(outcome: Outcome) -> str:
    """Return the verdict on a property: where it is only assumed, a server other than the fake may differ."""
    if outcome.not_judged is not None:
        return SKIPPED
    if outcome.finding is None:
        return KEPT
    return DIFFERENT if outcome.property.fidelity.level == "assumed" and not outcome.is_fake else BROKEN


def line(outcome: Outcome) -> str:
    """Return the line that reports a property as soon as it is judged."""
    told = f"  {verdict(outcome):<11}{outcome.property.name:<{WIDTH}}"
    if outcome.not_judged is not None:
        return f"{told}  {outcome.not_judged}"
    return f"{told}{outcome.seconds:5.1f} s {outcome.requests:6} requests"


def in_full(outcome: Outcome, replay: str) -> str:
    """Return the full report on a property that does not hold."""
    finding, judged = outcome.finding, outcome.property
    if finding is None:
        return ""
    lines = [
        f"{verdict(outcome)}: {judged.name}",
        f"  the contract: {judged.claim}",
        f"  {judged.fidelity.level}: {judged.fidelity.source}",
        f"  found: {finding.told}",
    ]
    if finding.example:
        lines += ["  the smallest example:", *(f"    {name}: {value}" for name, value in finding.example.items())]
    if finding.requests:
        earlier = f" (the last {len(finding.requests)} of {len(finding.requests) + finding.left_out})" if finding.left_out else ""
        lines += [f"  requests{earlier}:", *(f"    {request}" for request in finding.requests)]
    return "\n".join([*lines, f"  seed {outcome.seed}; again with: {replay}"])


def table(outcomes: list[Outcome]) -> str:
    """Return the number of properties by verdict and by fidelity, as a table."""
    levels = ("documented", "recorded", "assumed")
    rows: list[tuple[str, ...]] = [("", *levels)]
    for each in VERDICTS:
        counted = [sum(verdict(o) == each and o.property.fidelity.level == level for o in outcomes) for level in levels]
        if any(counted):
            rows.append((each, *(str(number or "-") for number in counted)))
    return "\n".join("  " + row[0].ljust(12) + "".join(cell.rjust(12) for cell in row[1:]) for row in rows)


def as_json(outcomes: list[Outcome], replay: Callable[[Outcome], str]) -> list[JSON]:
    """Return the outcomes as JSON."""
    return [
        {
            "property": o.property.name,
            "says": o.property.claim,
            "fidelity": o.property.fidelity.level,
            "source": o.property.fidelity.source,
            "verdict": verdict(o),
            "seconds": round(o.seconds, 3),
            "requests": o.requests,
            "not_judged": o.not_judged,
            "finding": None
            if o.finding is None
            else {
                "told": o.finding.told,
                "example": o.finding.example,
                "requests": list(o.finding.requests),
                "seed": o.seed,
                "replay": replay(o),
            },
        }
        for o in outcomes
    ]
