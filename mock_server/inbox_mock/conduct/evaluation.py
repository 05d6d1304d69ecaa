"""Evaluate every rule that a package offers on the evidence of a client's conduct, and derive the verdict from the threshold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from inbox_mock.conduct.model import Evidence, Rule, Violation
from inbox_mock.domain.discovery import DeclarationError
from inbox_mock.domain.spelling import instead, instead_of

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

JSON = dict[str, Any]
CLEAN, NOTES, ERRORS, BROKEN = "clean", "notes", "errors", "broken"
GROUP = "inbox_mock.rules"
FORMER_GROUPS = {"mock_server.rules": GROUP, "mock_server.commands": "inbox_mock.commands"}
"""The entry-point groups of version 0.1, and what they are called since."""
TRIAL_ONLY = "only a client trial can judge it: inbox-mock check client"


@dataclass(frozen=True, slots=True)
class RuleResult:
    """A rule and its violations; ``not_judged`` says why it was not evaluated, ``broken`` whether the rule itself failed."""

    rule: Rule
    violations: tuple[Violation, ...] = ()
    not_judged: str | None = None
    broken: bool = False


@dataclass(frozen=True, slots=True)
class OfferedRules:
    """The rules that packages offer, by code, and the errors of the offers that cannot be used."""

    rules: tuple[Rule, ...]
    broken: tuple[str, ...] = ()


def offered_rules(offers: "Iterable[EntryPoint] | None" = None) -> OfferedRules:
    """Return the rules that packages offer as entry points of the group ``inbox_mock.rules``, each a tuple of rules.

    An offer that is something else, or cannot be imported, is listed with its reason; the others count. Those of the installed packages
    are looked for once in a process.
    """
    return _installed() if offers is None else _usable(offers)


@cache
def _installed() -> OfferedRules:
    usable = _usable(_offers(GROUP))
    return replace(usable, broken=(*former_offers("mock_server.rules"), *usable.broken))


def _usable(offers: "Iterable[EntryPoint]") -> OfferedRules:
    found: dict[str, Rule] = {}
    owners: dict[str, str] = {}
    broken: list[str] = []
    for offer in offers:
        name = f"{offer.name} ({offer.value})"
        try:
            rules = offer.load()
        except Exception as error:  # noqa: BLE001 - whatever a foreign package does when it is imported
            broken.append(f"{name}: cannot be imported: {_in_words(error)}")
            continue
        if not isinstance(rules, tuple | list) or not all(isinstance(rule, Rule) for rule in rules):
            broken.append(f"{name}: expected a tuple of inbox_mock.conduct.model.Rule, found {_kind(rules)}")
            continue
        for rule in rules:
            if rule.code in found:
                broken.append(f"{name}: {_function(rule)}: the code {rule.code} is taken by {owners[rule.code]}")
            else:
                found[rule.code], owners[rule.code] = rule, f"{_function(rule)} of {name}"
    return OfferedRules(tuple(found[code] for code in sorted(found)), tuple(broken))


def former_offers(group: str) -> list[str]:
    """Return a line about each entry point of a group of version 0.1, which nothing reads any more."""
    told = f"is offered in the group {group} of version 0.1: rename the entry-point group to {FORMER_GROUPS[group]}"
    return [f"{offer.name} ({offer.value}): {told}" for offer in _offers(group)]


@cache
def _offers(group: str) -> "tuple[EntryPoint, ...]":
    """Return the entry points of a group, read once: every installed package is looked at for them."""
    from importlib.metadata import entry_points

    return tuple(entry_points(group=group))


def evaluate(evidence: Evidence, rules: Iterable[Rule]) -> list[RuleResult]:
    """Return the result of each rule. A rule that raises an exception is reported as broken, and the others are evaluated."""
    known = {entry.id for entry in evidence.entries}
    return [_result(rule, evidence, known) for rule in rules]


def allow(report: JSON, codes: Iterable[str]) -> JSON:
    """Return a report in which violations of some codes are shown, but do not count."""
    allowed = sorted({*report.get("allowed", ()), *codes})
    violations = [{**violation, "allowed": violation["code"] in allowed} for violation in report["violations"]]
    found = {violation["severity"] for violation in violations if not violation["allowed"]}
    verdict = ERRORS if "error" in found else NOTES if found else BROKEN if report["broken"] else CLEAN
    return {**report, "allowed": allowed, "verdict": verdict, "violations": violations}


def together(reports: Sequence[JSON], codes: Iterable[str] = ()) -> JSON:
    """Return several reports as one: what was asked, broken and assumed in all of them, and each as one of its ``reports``."""
    found = [allow(one, codes) for one in reports]
    rules: dict[str, JSON] = {}
    relied: dict[tuple[str, ...], JSON] = {}
    for rule in (rule for one in found for rule in one["rules"]):
        known = rules.get(rule["code"], {"violations": 0, "not_judged": True})
        counts = {"violations": known["violations"] + rule["violations"], "not_judged": known["not_judged"] and rule["not_judged"]}
        rules[rule["code"]] = {**rule, **counts}
    for one in (one for report in found for one in report["assumed"]):
        key = (one["behaviour"], one["source"], one["switch"])
        relied[key] = {**one, "seen": one["seen"] + relied.get(key, {"seen": 0})["seen"]}
    whole = {
        **{name: sum(one[name] for one in found) for name in ("requests", "webhooks", "lost")},
        "violations": [{**violation, "sandbox": one["sandbox"]} for one in found for violation in one["violations"]],
        "rules": [rules[code] for code in sorted(rules)],
        "broken": list(dict.fromkeys(broken for one in found for broken in one["broken"])),
        "assumed": list(relied.values()),
        "replay": None,
        "reports": found,
    }
    return allow(whole, codes)


def fails(report: JSON, threshold: str) -> bool:
    """Return whether there is a violation at or above ``threshold``: error or note."""
    return report["verdict"] == ERRORS or (threshold == "note" and report["verdict"] == NOTES)


def near(code: str, codes: Sequence[str]) -> str:
    """Return what is wrong with an unknown code, with the closest one or all of them."""
    return instead(repr(code), instead_of(code, codes))


def _result(rule: Rule, evidence: Evidence, known: set[int]) -> RuleResult:
    if rule.find is None:
        return RuleResult(rule, not_judged=TRIAL_ONLY)
    if not known:
        return RuleResult(rule, not_judged="the journal is empty")
    if rule.whole and evidence.lost:
        return RuleResult(rule, not_judged=f"the oldest {evidence.lost} entries are no longer in the journal")
    try:
        violations = tuple(rule.find(evidence))
    except Exception as error:  # noqa: BLE001 - a rule may be anybody's
        return RuleResult(rule, not_judged=f"the rule failed: {_in_words(error)}", broken=True)
    for violation in violations:
        if not isinstance(violation, Violation) or not violation.entries or not known.issuperset(violation.entries):
            return RuleResult(rule, not_judged=f"the rule found {violation!r:.200}, which names no entries of the journal", broken=True)
    return RuleResult(rule, violations)


def _function(rule: Rule) -> str:
    return f"{rule.find.__module__}.{rule.find.__qualname__}" if rule.find else f"the rule that {rule.title}"


def _in_words(error: Exception) -> str:
    if isinstance(error, DeclarationError):
        return str(error)
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]


def _kind(found: object) -> str:
    if not isinstance(found, tuple | list):
        return type(found).__name__
    return f"one with {next(type(one).__name__ for one in found if not isinstance(one, Rule))} in it"
