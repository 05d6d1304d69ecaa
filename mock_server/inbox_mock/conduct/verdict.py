"""The verdict of a report: what counts and what is allowed."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

JSON = dict[str, Any]
CLEAN, NOTES, ERRORS = "clean", "notes", "errors"


def allow(report: JSON, codes: Iterable[str]) -> JSON:
    """Return a report in which violations of some codes are told, but do not count."""
    allowed = sorted({*report.get("allowed", ()), *codes})
    violations = [{**violation, "allowed": violation["code"] in allowed} for violation in report["violations"]]
    found = {violation["severity"] for violation in violations if not violation["allowed"]}
    verdict = ERRORS if "error" in found else NOTES if found else CLEAN
    return {**report, "allowed": allowed, "verdict": verdict, "violations": violations}


def fails(report: JSON, threshold: str) -> bool:
    """Return whether there is a violation at or above ``threshold``: error or note."""
    return report["verdict"] == ERRORS or (threshold == "note" and report["verdict"] == NOTES)


def near(code: str, codes: Sequence[str]) -> str:
    """Return what was expected in place of an unknown code."""
    meant = get_close_matches(code.upper(), codes, n=1)
    return f"the code of a rule, such as {meant[0]}, not {code!r}" if meant else f"one of {', '.join(codes)}, not {code!r}"
