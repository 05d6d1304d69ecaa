"""Judging a client's conduct: every rule that a package offers, held against the evidence."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inbox_mock.conduct.model import Evidence, Rule, Violation

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "inbox_mock.rules"
TRIAL_ONLY = "only a client trial can judge it: inbox-mock check client"


@dataclass(frozen=True, slots=True)
class Judged:
    """A rule and what it found; ``not_judged`` says why it could not judge, ``broken`` whether that is its own fault."""

    rule: Rule
    violations: tuple[Violation, ...] = ()
    not_judged: str | None = None
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """The rules that packages offer, by code, and what is wrong with the offers that are of no use."""

    rules: tuple[Rule, ...]
    broken: tuple[str, ...] = ()


def offered(offers: "Iterable[EntryPoint] | None" = None) -> Offered:
    """Return the rules of every package that offers some as an entry point of the group ``inbox_mock.rules``.

    An offer is a tuple of rules. One that is none, or cannot be imported, is named with its reason; the others count.
    """
    from importlib.metadata import entry_points

    found: dict[str, Rule] = {}
    owners: dict[str, str] = {}
    broken: list[str] = []
    for offer in entry_points(group=GROUP) if offers is None else offers:
        name = f"{offer.name} ({offer.value})"
        try:
            rules = offer.load()
        except Exception as error:  # noqa: BLE001 - whatever a foreign package does when it is imported
            broken.append(f"{name}: cannot be imported: {_told(error)}")
            continue
        if not isinstance(rules, tuple | list) or not all(isinstance(rule, Rule) for rule in rules):
            broken.append(f"{name}: expected a tuple of inbox_mock.conduct.model.Rule, found {_kind(rules)}")
            continue
        for rule in rules:
            if rule.code in found:
                broken.append(f"{name}: the code {rule.code} is taken by {owners[rule.code]}")
            else:
                found[rule.code], owners[rule.code] = rule, name
    return Offered(tuple(found[code] for code in sorted(found)), tuple(broken))


def judge(evidence: Evidence, rules: Iterable[Rule]) -> list[Judged]:
    """Return what each rule found. A rule that fails is named, and the others judge all the same."""
    known = {entry.id for entry in evidence.entries}
    return [_judged(rule, evidence, known) for rule in rules]


def _judged(rule: Rule, evidence: Evidence, known: set[int]) -> Judged:
    if rule.find is None:
        return Judged(rule, not_judged=TRIAL_ONLY)
    if not known:
        return Judged(rule, not_judged="the journal is empty")
    if rule.whole and evidence.lost:
        return Judged(rule, not_judged=f"the oldest {evidence.lost} entries of the journal are kept no more")
    try:
        violations = tuple(rule.find(evidence))
    except Exception as error:  # noqa: BLE001 - a rule may be anybody's
        return Judged(rule, not_judged=f"the rule failed: {_told(error)}", broken=True)
    for violation in violations:
        if not isinstance(violation, Violation) or not violation.entries or not known.issuperset(violation.entries):
            return Judged(rule, not_judged=f"the rule found {violation!r:.200}, which names no entries of the journal", broken=True)
    return Judged(rule, violations)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]


def _kind(found: object) -> str:
    if not isinstance(found, tuple | list):
        return type(found).__name__
    return f"one with {next(type(one).__name__ for one in found if not isinstance(one, Rule))} in it"
