"""What a trial tells: a line for each property, each finding in full, and a table at the end."""

from collections.abc import Callable, Iterable

from inbox_contracts.provider.api import JSON
from inbox_contracts.provider.trial import Outcome

KEPT, BROKEN, DIFFERENT, SKIPPED = "kept", "BROKEN", "differs", "not judged"
WIDTH = 24


def verdict(outcome: Outcome, *, is_fake: bool) -> str:
    """Say in a word what came of a property: what is only assumed, a server other than the fake may do differently."""
    if outcome.not_judged is not None:
        return SKIPPED
    if outcome.finding is None:
        return KEPT
    return DIFFERENT if outcome.property.fidelity.level == "assumed" and not is_fake else BROKEN


def line(outcome: Outcome, *, is_fake: bool) -> str:
    """Return the line that tells of a property as soon as it is judged."""
    told = f"  {verdict(outcome, is_fake=is_fake):<11}{outcome.property.name:<{WIDTH}}"
    if outcome.not_judged is not None:
        return f"{told}  {outcome.not_judged}"
    return f"{told}{outcome.seconds:5.1f} s {outcome.requests:6} requests"


def in_full(outcome: Outcome, replay: str, *, is_fake: bool) -> str:
    """Return all that is known of a finding."""
    finding, judged = outcome.finding, outcome.property
    if finding is None:
        return ""
    lines = [
        f"{verdict(outcome, is_fake=is_fake)}: {judged.name}",
        f"  the contract: {judged.says}",
        f"  {judged.fidelity.level}: {judged.fidelity.source}",
        f"  found: {finding.told}",
    ]
    if finding.example:
        lines += ["  the smallest example:", *(f"    {name}: {value}" for name, value in finding.example.items())]
    if finding.requests:
        earlier = f" (the last {len(finding.requests)} of {len(finding.requests) + finding.left_out})" if finding.left_out else ""
        lines += [f"  requests{earlier}:", *(f"    {request}" for request in finding.requests)]
    return "\n".join([*lines, f"  seed {outcome.seed}; again with: {replay}"])


def table(outcomes: Iterable[Outcome], *, is_fake: bool) -> str:
    """Return how many properties came out how, by how sure the contract is of them."""
    outcomes = list(outcomes)
    levels = ("documented", "recorded", "assumed")
    verdicts = (KEPT, BROKEN, DIFFERENT, SKIPPED)
    rows: list[tuple[str, ...]] = [("", *levels)]
    for each in verdicts:
        counted = [sum(verdict(o, is_fake=is_fake) == each and o.property.fidelity.level == level for o in outcomes) for level in levels]
        if any(counted):
            rows.append((each, *(str(number or "-") for number in counted)))
    return "\n".join("  " + row[0].ljust(12) + "".join(cell.rjust(12) for cell in row[1:]) for row in rows)


def as_json(outcomes: Iterable[Outcome], replay: Callable[[Outcome], str], *, is_fake: bool) -> list[JSON]:
    """Return what came of each property, for programs."""
    return [
        {
            "property": o.property.name,
            "says": o.property.says,
            "fidelity": o.property.fidelity.level,
            "source": o.property.fidelity.source,
            "verdict": verdict(o, is_fake=is_fake),
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
