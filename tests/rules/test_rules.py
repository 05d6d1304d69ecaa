"""Every rule of conduct: what is said of it, and that its tests are there."""

from pathlib import Path

import pytest

import inbox_contracts.rules
from declared import assert_imports_of_rules, assert_rule_explains_itself
from inbox_contracts.rules import RULES
from inbox_mock.conduct.model import Rule
from inbox_mock.domain.discovery import discover_all

PUBLISHED = {
    "AUT001", "AUT002", "AUT003", "CNV001", "CNV002", "HDR001", "MSG001", "MSG002", "MSG003", "MSG004", "PRT001", "RAT001",
    "SYN001", "SYN002", "SYN003", "SYN004", "SYN005", "WHK001", "WHK002", "WHK003",
}  # fmt: skip
ONLY_IN_A_TRIAL = {"SYN004", "SYN005", "WHK003"}
MODULES = sorted(discover_all("inbox_contracts.rules", Rule))
by_code = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def test_each_rule_has_a_code_of_its_own_in_order() -> None:
    codes = [rule.code for rule in RULES]

    assert codes == sorted(set(codes))


def test_published_codes_stay_since_users_name_them() -> None:
    assert {rule.code for rule in RULES} >= PUBLISHED


def test_only_a_trial_can_ask_a_client_what_it_believes() -> None:
    assert {rule.code for rule in RULES if rule.find is None} == ONLY_IN_A_TRIAL


def test_scopes_that_are_not_used_are_a_note() -> None:
    assert "AUT003" in {rule.code for rule in RULES if rule.severity == "note"}


@by_code
def test_every_rule_that_judges_has_tests_of_its_name(rule: Rule) -> None:
    if rule.find is not None:
        beside = "test_webhooks.py" if rule.code.startswith("WHK") else f"test_{rule.find.__name__}.py"

        assert rule.code in Path(__file__).with_name(beside).read_text()


@by_code
def test_a_rule_says_why_by_whom_and_what_to_do(rule: Rule) -> None:
    assert_rule_explains_itself(rule)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_of_rules_needs_the_standard_library_and_the_domain_only(name: str) -> None:
    assert_imports_of_rules(Path(str(inbox_contracts.rules.__file__)).with_name(f"{name}.py").read_text())
