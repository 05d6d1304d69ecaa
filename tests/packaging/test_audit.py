"""What the audit says of each thing that pip-audit may answer: nothing unasked passes as asked."""

import json

import pytest

from audit import NOT_RUN, verdict

CLEAN = {"name": "flask", "version": "3.1.2", "vulns": []}
KNOWN = {"name": "flask", "version": "3.1.2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.3"]}]}
UNASKED = {"name": "six", "skip_reason": "Dependency not found on PyPI"}


def printed(*dependencies: object) -> str:
    return json.dumps({"dependencies": [*dependencies], "fixes": []})


def test_versions_without_an_advisory_pass() -> None:
    assert verdict(printed(CLEAN), "") == (0, "pip-audit: 1 locked versions, no known vulnerability")


def test_a_known_vulnerability_fails() -> None:
    assert verdict(printed(CLEAN, KNOWN), "") == (1, "flask 3.1.2: PYSEC-1, mended in 3.1.3")


def test_one_package_that_the_service_does_not_know_fails() -> None:
    assert verdict(printed(CLEAN, UNASKED), "") == (1, "six: not audited: Dependency not found on PyPI")


@pytest.mark.parametrize(
    ("output", "complaint"),
    [(printed(UNASKED), "No known vulnerabilities found"), ("", "requests.exceptions.ConnectionError: Failed to resolve")],
    ids=["it knows no package", "no connection"],
)
def test_a_service_that_cannot_be_asked_is_told(output: str, complaint: str) -> None:
    assert verdict(output, complaint) == (0, NOT_RUN)


def test_a_run_that_breaks_fails() -> None:
    assert verdict("", "error: no such option") == (1, "pip-audit failed:\nerror: no such option")
