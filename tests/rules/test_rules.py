"""Every rule of conduct: what is said of it, and that its file and its tests are there."""

import re
from pathlib import Path

import pytest

import inbox_contracts.rules
from inbox_contracts.rules import RULES
from inbox_mock.conduct.model import Rule
from inbox_mock.domain.discovery import discover_all

CODES = [
    "AUT001", "AUT002", "AUT003", "CNV001", "CNV002", "MSG001", "MSG002", "MSG003", "MSG004", "PRT001", "RAT001",
    "SYN001", "SYN002", "SYN003", "SYN004", "SYN005", "WHK001", "WHK002", "WHK003",
]  # fmt: skip
ONLY_IN_A_TRIAL = {"SYN004", "SYN005", "WHK003"}
MODULES = sorted(discover_all("inbox_contracts.rules", Rule))
by_code = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def test_there_is_a_rule_for_every_code_and_no_other() -> None:
    assert [rule.code for rule in RULES] == CODES


def test_only_a_trial_can_ask_a_client_what_it_believes() -> None:
    assert {rule.code for rule in RULES if rule.find is None} == ONLY_IN_A_TRIAL
    assert {rule.code for rule in RULES if rule.severity == "note"} == {"AUT003"}


@by_code
def test_every_rule_that_judges_has_tests_of_its_name(rule: Rule) -> None:
    if rule.find is not None:
        beside = "test_webhooks.py" if rule.code.startswith("WHK") else f"test_{rule.find.__name__}.py"

        assert rule.code in Path(__file__).with_name(beside).read_text()


@by_code
def test_a_rule_says_why_by_whom_and_what_to_do(rule: Rule) -> None:
    for text in (rule.why, rule.fix):
        assert text.endswith(".")
        assert len(text) < 320
    assert rule.source.startswith("developers.bookingsync.com/")
    assert not rule.title.endswith(".")
    assert rule.title[0].islower()
    assert bool(rule.exceptions) == (rule.find is not None)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_of_rules_needs_the_standard_library_and_the_domain_only(name: str) -> None:
    text = Path(str(inbox_contracts.rules.__file__)).with_name(f"{name}.py").read_text()
    imported = set(re.findall(r"^(?:from|import) (\S+)", text, re.MULTILINE))

    assert {
        module
        for module in imported
        if "." in module and not module.startswith(("inbox_mock.domain", "inbox_mock.conduct", "collections."))
    } == set()
    assert imported.isdisjoint({"orjson", "requests", "inbox_contracts", "inbox_mock"} | {"sqlite3"})
