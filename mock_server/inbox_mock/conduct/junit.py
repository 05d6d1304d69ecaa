"""Reports as JUnit XML for continuous integration: a suite for each sandbox, a test case for each rule."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from inbox_mock.conduct.evaluation import JSON
from inbox_mock.conduct.failure import as_text, entry_told
from inbox_mock.conduct.text import NOTHING, called

if TYPE_CHECKING:
    from junitparser import TestCase, TestSuite

SUITE = "inbox-mock rules of conduct"
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: JSON, threshold: str = "error", nobody: str | None = None) -> str:
    """Return a report, or several together, as XML; violations that are allowed, or below ``threshold``, are shown and fail nothing.

    ``nobody`` says that no request came, where one has to: it is the failure of a test case in a suite of its own.
    """
    suites = [_suite(one, threshold) for one in report.get("reports", [report])]
    return as_xml(*suites, *([_silent(nobody)] if nobody is not None else []))


def _suite(report: JSON, threshold: str) -> "TestSuite":
    from junitparser import TestSuite

    suite = TestSuite(legal(f"{SUITE}: {called(report)}" if "name" in report else SUITE))
    suite.timestamp = report["now"]
    for name in ("sandbox", "scenario", "seed", "replay"):
        suite.add_property(name, legal(str(report[name])))
    for rule in report["rules"]:
        suite.add_testcase(_case(rule, report, threshold))
    for broken in report["broken"]:
        suite.add_testcase(_failed(f"a rule that cannot judge: {broken}", "broken", broken))
    return suite


def _case(rule: JSON, report: JSON, threshold: str) -> "TestCase":
    from junitparser import Skipped, TestCase

    name = f"{rule['code']} the client {rule['title']}"
    found = [violation for violation in report["violations"] if violation["code"] == rule["code"]]
    counted = [one for one in found if not one["allowed"] and (threshold == "note" or one["severity"] == "error")]
    if counted:
        times = f"{len(counted)} times: " if len(counted) > 1 else ""
        return _failed(name, rule["code"], f"{times}{counted[0]['about']}", _told(counted))
    case = TestCase(legal(name), classname="inbox-mock", time=0)
    if rule["not_judged"]:
        empty = not report["requests"] and not report["webhooks"]
        case.result = [Skipped(legal(NOTHING if empty else rule["not_judged"]))]
    if found:
        case.system_out = legal(_told(found))
    return case


def _silent(nobody: str) -> "TestSuite":
    from junitparser import TestSuite

    suite = TestSuite(f"{SUITE}: any request")
    suite.add_testcase(_failed("the client makes a request", "silent", nobody))
    return suite


def _failed(name: str, kind: str, message: str, told: str | None = None) -> "TestCase":
    """Return a test case with one failure, as the schemas of JUnit allow no more."""
    from junitparser import Failure, TestCase

    case, failure = TestCase(legal(name), classname="inbox-mock", time=0), Failure(legal(message), legal(kind))
    if told is not None:
        failure.text = legal(told)
    case.result = [failure]
    return case


def as_xml(*suites: "TestSuite") -> str:
    """Return suites as XML."""
    from junitparser import JUnitXml

    xml = JUnitXml()
    for suite in suites:
        xml.add_testsuite(suite)
        suite.update_statistics()
    xml.update_statistics()
    found: bytes = xml.tostring()
    return found.decode()


def _told(violations: Iterable[JSON]) -> str:
    return "\n\n".join(
        as_text(
            [f"The client {one['about']}", *map(entry_told, one["evidence"]), f"Why: {one['why']} ({one['source']})", f"Fix: {one['fix']}"]
        )
        for one in violations
    )


def legal(text: str) -> str:
    """Return a text without the characters that XML does not allow."""
    return NOT_XML.sub("\ufffd", text)
