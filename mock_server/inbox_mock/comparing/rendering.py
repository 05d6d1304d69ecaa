"""The report on a comparison as text, as JUnit XML, as a page, and as an issue that can be filed."""

from collections.abc import Iterator

from inbox_mock import __version__
from inbox_mock.comparing.report import CLEAN, JSON
from inbox_mock.conduct.text import counted, folded
from inbox_mock.domain.values import printable

SUITE = "inbox-mock compare"
SURE = {
    "documented": "the documentation says what we do",
    "recorded": "a recording shows what we do",
    "assumed": "no source settles it",
}


def headline(report: JSON) -> str:
    """Return the verdict in one line."""
    asked = counted(report["compared"], "request")
    counting = [one for one in report["differences"] if not one["allowed"]]
    if not report["compared"]:
        return "Nothing was compared"
    return f"{counted(len(counting), 'kind')} of difference in {asked}" if counting else f"No difference that counts in {asked}"


def as_text(report: JSON) -> str:
    """Return the report for a terminal, the verdict first."""
    return "\n".join(printable(line).rstrip() for line in _lines(report)) + "\n"


def as_issue(report: JSON) -> str:
    """Return a text that can be filed as an issue: what no switch explains, without names of files."""
    lines = [f"# {headline(report)}", "", f"inbox-mock {__version__}, `inbox-mock compare`: {report['about']}.", ""]
    for one in filter(_is_open, report["differences"]):
        lines += [
            f"## `{one['kind']}`, {one['count']} x",
            "",
            f"{one['says']}. How sure the fake is: {one['sure']} ({one['source']}).",
            "",
            f"* request: `{one['request']}`, entry {one['entry']}",
            f"* where: `{one['where']}`",
            f"* recorded: {one['recorded']}",
            f"* inbox-mock: {one['ours']}",
            "",
        ]
    return "\n".join(map(printable, lines))


def has_issue(report: JSON) -> bool:
    """Return whether there is anything to file."""
    return any(map(_is_open, report["differences"]))


def as_junit(report: JSON) -> str:
    """Return the report as XML: a test case for each kind; those that the recorder caused are skipped."""
    from junitparser import Failure, Skipped, TestCase, TestSuite

    from inbox_mock.conduct.junit import as_xml, legal

    suite = TestSuite(SUITE)
    suite.add_property("compared", str(report["compared"]))
    cases: list[tuple[JSON, type[Failure | Skipped] | None]] = [
        (one, Failure if not one["allowed"] else None) for one in report["differences"]
    ]
    cases += [(one, Skipped) for one in report["caused_by_recorder"]]
    for one, kind in cases:
        case = TestCase(legal(one["kind"]), classname="inbox-mock", time=0)
        if kind is not None:
            result = kind(legal(_caused(one) if "lost" in one else f"{one['says']}, {one['count']} x"))
            result.text = legal("\n".join(_example(one)))
            case.result = [result]
        suite.add_testcase(case)
    if not report["differences"]:
        suite.add_testcase(TestCase(legal(headline(report)), classname="inbox-mock", time=0))
    return as_xml(suite)


def as_html(report: JSON) -> str:
    """Return the report as a page."""
    from inbox_mock.conduct.html import page, text

    def table(title: str, found: list[JSON], last: str) -> str:
        rows = "".join(
            f"<tr><td>{text(one['count'])}</td><td><code>{text(one['kind'])}</code></td>"
            f"<td>{text(one['says'])}<br>{'<br>'.join(map(text, _example(one)))}</td><td>{text(one[last])}</td></tr>"
            for one in found
        )
        return f"<section><h2>{text(title)}</h2><div class='scroll'><table><tbody>{rows}</tbody></table></div></section>" if found else ""

    counting = [one for one in report["differences"] if not one["allowed"]]
    allowed = [one for one in report["differences"] if one["allowed"]]
    issue = "\n".join(map(text, as_issue(report).split("\n")))
    sections = [
        table("Differences, and how sure the fake is", counting, "sure"),
        table("Allowed", allowed, "sure"),
        table("Caused by the recorder, which lost", report["caused_by_recorder"], "lost"),
        *(f"<p>{text(line)}</p>" for line in (*_not_compared(report), *_made_up(report), *_switches(report))),
        f"<section><h2>To file as an issue</h2><pre>{issue}</pre></section>" if has_issue(report) else "",
    ]
    verdict = "clean" if report["verdict"] == CLEAN else "error"
    return page(headline(report), verdict, [f'<p class="quiet">{text(report["about"])}</p>'], sections, f"inbox-mock {__version__}")


def _lines(report: JSON) -> Iterator[str]:
    yield headline(report)
    yield from folded("", f"{report['about'][:1].upper()}{report['about'][1:]}.")
    for one in report["differences"]:
        yield ""
        yield from folded("", f"{'allowed ' if one['allowed'] else ''}{one['count']} x  {one['kind']}")
        yield from folded("says", one["says"])
        yield from folded("sure", f"{one['sure']}: {SURE[one['sure']]} ({one['source']})")
        for label, line in zip(("first", "theirs", "ours"), _example(one), strict=True):
            yield from folded(label, line.removeprefix("recorded: ").removeprefix("ours: "))
    for one in report["caused_by_recorder"]:
        yield ""
        yield from folded("", f"caused by the recorder: {one['count']} x  {one['kind']}")
        yield from folded("lost", one["lost"])
    for lines in map(list, (_not_compared(report), _made_up(report), _switches(report))):
        yield from [""] if lines else []
        for line in lines:
            yield from folded("", line)
    if has_issue(report):
        yield ""
        yield "To file as an issue:"
        yield ""
        yield from as_issue(report).split("\n")


def _example(one: JSON) -> list[str]:
    return [f"{one['place']}: {one['request']}, {one['where']}", f"recorded: {one['recorded']}", f"ours: {one['ours']}"]


def _caused(one: JSON) -> str:
    return f"caused by the recorder, which lost {one['lost']}"


def _not_compared(report: JSON) -> Iterator[str]:
    for one in report["not_compared"]:
        yield f"Not compared: {counted(one['count'], 'exchange')}: {one['why']}."


def _made_up(report: JSON) -> Iterator[str]:
    for one in report["made_up"]:
        yield f"Made up for the sandbox: {one['count']} x {one['what']}: {one['why']}."


def _switches(report: JSON) -> Iterator[str]:
    for one in report["switches"]:
        value = str(one["value"]).lower() if isinstance(one["value"], bool) else one["value"]
        yield f"Set assume.{one['switch']}: {value} in the scenario: {', '.join(one['explains'])} would be gone. {one['says']}"


def _is_open(one: JSON) -> bool:
    return not one["allowed"] and not one["switch"]
