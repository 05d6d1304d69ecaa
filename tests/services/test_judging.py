"""Rules are offered by packages, and held against the evidence; what is broken is named, and the rest goes on."""

import re
from dataclasses import replace
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from fake import Mock, Sandbox
from inbox_contracts.rules import RULES
from inbox_mock.api.operation import OperationIndex
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.app import Fake
from inbox_mock.conduct import evaluation, html, junit, text
from inbox_mock.conduct.evaluation import OfferedRules, evaluate, offered_rules
from inbox_mock.conduct.model import Evidence, Rule, Violation
from inbox_mock.conduct.report import report_on
from rules.judged import an_entry, some_evidence

FINE = Rule(code="ZZZ001", title="came at all", why="It does.", source="here", fix="Stay away.", severity="note")
FINE = replace(FINE, find=lambda evidence: [Violation("came", (entry.id,)) for entry in evidence.entries])
WRONG = "a text"
MIXED = (FINE, "a text")
MINE = (FINE,)
WORLD = some_evidence(an_entry(1))


def offer(value: str, name: str = "mine") -> EntryPoint:
    return EntryPoint(name, value, evaluation.GROUP)


def here(attribute: str, monkeypatch: pytest.MonkeyPatch) -> EntryPoint:
    """An entry point that leads to something in this file."""
    import sys

    monkeypatch.setitem(sys.modules, "somebodys_rules", sys.modules[__name__])
    return offer(f"somebodys_rules:{attribute}")


def test_the_projects_own_rules_are_offered() -> None:
    assert [rule.code for rule in offered_rules().rules] == [rule.code for rule in RULES]
    assert offered_rules().broken == ()


def test_packages_are_looked_at_once_for_what_they_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    offered_rules()
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_asked: pytest.fail("they were looked at again"))

    assert [rule.code for rule in offered_rules().rules] == [rule.code for rule in RULES]


def test_several_packages_may_offer_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    found = offered_rules([offer("inbox_contracts.rules:RULES", "inbox_contracts"), here("MINE", monkeypatch)])

    assert {rule.code for rule in found.rules} == {"ZZZ001", *(rule.code for rule in RULES)}
    assert found.broken == ()


def test_an_offer_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = offered_rules([offer("nobodys.rules:RULES"), here("NOTHING", monkeypatch)])

    assert found.rules == ()
    assert found.broken[0] == "mine (nobodys.rules:RULES): cannot be imported: ModuleNotFoundError: No module named 'nobodys'"
    assert found.broken[1].startswith("mine (somebodys_rules:NOTHING): cannot be imported: AttributeError")


@pytest.mark.parametrize(("attribute", "kind"), [("WRONG", "str"), ("FINE", "Rule"), ("MIXED", "one with str in it")])
def test_an_offer_that_is_no_tuple_of_rules_is_named(attribute: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (broken,) = offered_rules([here(attribute, monkeypatch)]).broken

    assert broken == f"mine (somebodys_rules:{attribute}): expected a tuple of inbox_mock.conduct.model.Rule, found {kind}"


def test_a_code_that_two_packages_offer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = offered_rules([here("MINE", monkeypatch), here("MINE", monkeypatch)])

    assert len(found.rules) == 1
    (told,) = found.broken
    here_at = r"\S*test_judging\.<lambda>"
    assert re.fullmatch(rf"mine \(.*\): {here_at}: the code ZZZ001 is taken by {here_at} of mine \(somebodys_rules:MINE\)", told)


def test_a_rule_that_fails_is_named_and_the_others_judge() -> None:
    def fail(evidence: Evidence) -> list[Violation]:
        raise KeyError(evidence.now)

    failed, fine = evaluate(WORLD, [replace(FINE, code="ZZZ000", find=fail), FINE])

    assert (failed.violations, failed.broken) == ((), True)
    assert failed.not_judged is not None
    assert failed.not_judged.startswith("the rule failed: KeyError")
    assert [violation.about for violation in fine.violations] == ["came"]


@pytest.mark.parametrize("found", [["came"], [Violation("came", ())], [Violation("came", (99,))], 5])
def test_a_rule_that_finds_what_is_no_evidence_is_named(found: Any) -> None:
    rule = replace(FINE, find=lambda _: found)
    (judged,) = evaluate(WORLD, [rule])

    assert (judged.violations, judged.broken) == ((), True)


def test_what_is_broken_stands_in_every_format(mock: Mock, fake: Fake) -> None:
    sandbox: Sandbox = mock.sandbox()
    sandbox.api.get("/hosts")
    found = fake.sandboxes.get(sandbox.id)

    report = report_on(found, OperationIndex(OPERATIONS), offers=OfferedRules((FINE,), ("mine (x:Y): cannot be imported",)))

    assert report["broken"] == ["mine (x:Y): cannot be imported"]
    assert report["verdict"] == "notes"
    for written in (text.render(report), html.render(report), junit.render(report)):
        assert "mine (x:Y): cannot be imported" in written
