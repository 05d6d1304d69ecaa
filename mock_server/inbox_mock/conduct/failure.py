"""The report as the text with which a test fails."""

from collections.abc import Iterable

from inbox_mock.conduct.evaluation import JSON
from inbox_mock.conduct.text import target, world_of
from inbox_mock.domain.values import printable


def render(report: JSON) -> str:
    """Return which rules could not judge, and which are broken, but for notes and what is allowed; nothing if there is none."""
    told = [broken_told(report["broken"])] if report["broken"] else []
    if violations := failing(report):
        told.append(violations_told(violations, world_of(report)))
    return "\n\n".join(told)


def failing(report: JSON) -> list[JSON]:
    """Return the violations by which a test fails."""
    return [one for one in report["violations"] if one["severity"] == "error" and not one["allowed"]]


def broken_told(broken: Iterable[str]) -> str:
    """Return which rules could not judge, and why."""
    return as_text(f"inbox-mock: BROKEN  {one}" for one in broken)


def violations_told(violations: list[JSON], world: str, *last: str, on_purpose: str | None = None) -> str:
    """Return the violations, why they matter, and their evidence; then the ``last`` lines, and how to allow them, by their codes."""
    many = "once" if len(violations) == 1 else f"{len(violations)} times"
    lines = [f"The client broke the rules of conduct {many} ({world})."]
    for violation in violations:
        lines += ["", f"{violation['code']}  the client {violation['title']}", f"  {violation['about']}"]
        lines += [f"  why: {violation['why']} ({violation['source']})", f"  fix: {violation['fix']}", "  evidence:"]
        lines += [f"    {entry_told(entry)}" for entry in violation["evidence"]]
    if on_purpose is not None:
        codes = ", ".join(f'"{code}"' for code in dict.fromkeys(violation["code"] for violation in violations))
        lines += ["", *last, f"on purpose? {on_purpose.format(codes)}"]
    return as_text(lines)


def entry_told(entry: JSON) -> str:
    """Return an entry of the journal in one line."""
    why = f"  ({entry['why']})" if entry["why"] else ""
    return f"{entry['id']:>4}  {entry['at']}  {target(entry)}{why}"


def as_text(lines: Iterable[str]) -> str:
    """Return lines as one text, without control characters: clients may write anything."""
    return "\n".join(map(printable, lines))
