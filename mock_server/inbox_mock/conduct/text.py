"""The report as text for a terminal, the verdict first."""

from collections.abc import Iterator
from itertools import groupby
from textwrap import wrap

from inbox_mock.conduct.evaluation import JSON
from inbox_mock.domain.access import told_id
from inbox_mock.domain.values import printable

WIDTH = 100
MOST = 10
INLINE = "scenario"  # the name of a scenario that was given as an object
NOTHING = "Nothing was judged: no request has come. Point your client at the fake, run it, and ask again."


def render(report: JSON) -> str:
    """Return the report as text."""
    return "\n".join(printable(line).rstrip() for line in _lines(report)) + "\n"


def headline(report: JSON) -> str:
    """Return the verdict in one line."""
    if not report["requests"] and not report["webhooks"]:
        return NOTHING
    asked = counted(report["requests"], "request")
    asked += f" and {counted(report['webhooks'], 'webhook')}" if report["webhooks"] else ""
    if "reports" in report:
        used = sum(bool(one["requests"] or one["webhooks"]) for one in report["reports"])
        asked += f" to {used} of {counted(len(report['reports']), 'sandbox', 'sandboxes')}"
    counts = {severity: sum(v["severity"] == severity and not v["allowed"] for v in report["violations"]) for severity in ("error", "note")}
    found = " and ".join(counted(count, severity) for severity, count in counts.items() if count)
    if report["broken"]:
        return f"{found or 'No violations'} in {asked}, but not every rule could judge"
    return f"{found} in {asked}" if found else f"Clean: no violations in {asked}"


def target(entry: JSON) -> str:
    """Return the request and the status of a journal entry in one line."""
    query = f"?{entry['query']}" if entry["query"] else ""
    status = "no answer" if entry["status"] is None else entry["status"]
    return f"{entry['method']} {entry['path']}{query}  {status}"


def called(report: JSON) -> str:
    """Return the sandbox of a report by its id, and its name if it has one."""
    name, sandbox_id = report.get("name"), told_id(str(report["sandbox"]))
    return f"{sandbox_id} ({name})" if name else sandbox_id


def world_of(report: JSON) -> str:
    """Return the scenario and the seed of a report's sandbox."""
    scenario = "an inline scenario" if report["scenario"] == INLINE else f"scenario {report['scenario']}"
    return f"{scenario}, seed {report['seed']}"


def remarkable(report: JSON) -> list[JSON]:
    """Return those of several reports of which more is to be said than that all is well; a report alone is one."""
    return [one for one in report["reports"] if one["violations"] or one["lost"]] if "reports" in report else [report]


def _lines(report: JSON) -> Iterator[str]:
    for broken in report["broken"]:
        yield from folded("", f"BROKEN  {broken}")
    yield headline(report)
    for one in remarkable(report):
        if one is not report:
            yield ""
        yield from _sandbox(one)
    yield from _rules(report)
    yield from _assumed(report)
    if report["violations"] and report["replay"]:
        yield ""
        yield f"Next: {report['replay']}"


def _sandbox(report: JSON) -> Iterator[str]:
    yield f"Sandbox {called(report)}, {world_of(report)}, at {report['now']}"
    if report["lost"]:
        yield f"The oldest {report['lost']} entries are no longer in the journal: what they would show is not judged."
    for _, violations in groupby(report["violations"], key=lambda violation: violation["code"]):
        found = list(violations)
        for violation in found[:MOST]:
            yield ""
            yield from _violation(violation)
        if len(found) > MOST:
            yield ""
            yield f"... and {len(found) - MOST} more of {found[0]['code']}: --format json tells all."


def _violation(violation: JSON) -> Iterator[str]:
    severity = f"{violation['severity']}, allowed" if violation["allowed"] else violation["severity"].upper()
    yield from folded("", f"{severity} {violation['code']}  The client {violation['title']}.")
    yield from folded("what", violation["about"])
    evidence = violation["evidence"]
    shown = evidence if len(evidence) <= MOST else [*evidence[: MOST - 1], evidence[-1]]
    for number, entry in enumerate(shown):
        if len(shown) < len(evidence) and number == len(shown) - 1:
            yield f"{'':10}... {len(evidence) - len(shown)} more"
        label = "" if number else "evidence"
        yield f"  {label:8}{entry['id']:>6}  {entry['at']}  {target(entry)}"
    yield from folded("why", f"{violation['why']} ({violation['source']})")
    yield from folded("fix", violation["fix"])


def _rules(report: JSON) -> Iterator[str]:
    skipped: dict[str, list[str]] = {}
    for rule in report["rules"]:
        if rule["not_judged"]:
            skipped.setdefault(rule["not_judged"], []).append(rule["code"])
    yield ""
    yield f"Judged by {len(report['rules']) - sum(map(len, skipped.values()))} of {len(report['rules'])} rules."
    for reason, codes in skipped.items():
        yield from folded("", f"Not judged: {', '.join(codes)}: {reason}.")


def _assumed(report: JSON) -> Iterator[str]:
    if not report["assumed"]:
        return
    yield ""
    yield "This run relied on what no source settles. Check it against the real service:"
    for one in report["assumed"]:
        switch = f" Switch: assume.{one['switch']}." if one["switch"] else ""
        yield from folded(f"{one['seen']} x", f"{one['behaviour']} ({one['source']}){switch}")


def folded(label: str, text: str) -> Iterator[str]:
    """Yield a text in lines that a terminal shows whole, behind a label."""
    indent = "" if not label else f"  {label:8}"
    lines = wrap(printable(text), WIDTH, initial_indent=indent, subsequent_indent=" " * max(2, len(indent)), break_on_hyphens=False)
    yield from lines or [indent]


def counted(count: int, noun: str, several: str = "") -> str:
    """Return a number of things in words."""
    return f"{count} {noun}" if count == 1 else f"{count} {several or f'{noun}s'}"
