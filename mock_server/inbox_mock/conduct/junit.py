"""Reports as JUnit XML for continuous integration: a suite for each sandbox, a test case for each rule."""

import re
from typing import TYPE_CHECKING

from inbox_mock.conduct.evaluation import JSON
from inbox_mock.conduct.text import NOTHING, called, target
from inbox_mock.domain.values import printable

if TYPE_CHECKING:
    from junitparser import Failure, TestSuite

SUITE = "inbox-mock rules of conduct"
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: JSON, threshold: str = "error") -> str:
    """Return a report, or several together, as XML; violations below ``threshold`` or allowed ones are shown, and fail nothing."""
    return written(*(_suite(one, threshold) for one in report.get("reports", [report])))


def _suite(report: JSON, threshold: str) -> "TestSuite":
    from junitparser import Failure, Skipped, TestCase, TestSuite

    suite = TestSuite(legal(f"{SUITE}: {called(report)}" if "name" in report else SUITE))
    suite.timestamp = report["now"]
    for name in ("sandbox", "scenario", "seed", "replay"):
        suite.add_property(name, legal(str(report[name])))
    empty = not report["requests"] and not report["webhooks"]
    for rule in report["rules"]:
        case = TestCase(legal(f"{rule['code']} the client {rule['title']}"), classname="inbox-mock", time=0)
        found = [violation for violation in report["violations"] if violation["code"] == rule["code"]]
        counted = [one for one in found if not one["allowed"] and (threshold == "note" or one["severity"] == "error")]
        if counted:
            case.result = [_described(Failure(legal(one["about"]), legal(one["code"])), one) for one in counted]
        elif rule["not_judged"]:
            case.result = [Skipped(legal(NOTHING if empty else rule["not_judged"]))]
        if found and not counted:
            case.system_out = legal("\n\n".join(_told(one) for one in found))
        suite.add_testcase(case)
    for broken in report["broken"]:
        case = TestCase(legal(f"a rule that cannot judge: {broken}"), classname="inbox-mock", time=0)
        case.result = [Failure(legal(broken), "broken")]
        suite.add_testcase(case)
    return suite


def written(*suites: "TestSuite") -> str:
    """Return suites as XML."""
    from junitparser import JUnitXml

    xml = JUnitXml()
    for suite in suites:
        xml.add_testsuite(suite)
        suite.update_statistics()
    xml.update_statistics()
    found: bytes = xml.tostring()
    return found.decode()


def _described(failure: "Failure", violation: JSON) -> "Failure":
    failure.text = legal(_told(violation))
    return failure


def _told(violation: JSON) -> str:
    lines = [f"The client {violation['about']}", *(f"{one['id']}  {one['at']}  {target(one)}" for one in violation["evidence"])]
    return "\n".join([*map(printable, lines), f"Why: {violation['why']} ({violation['source']})", f"Fix: {violation['fix']}"])


def legal(text: str) -> str:
    """Return a text without the characters that XML does not allow."""
    return NOT_XML.sub("\ufffd", text)
