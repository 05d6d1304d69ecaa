"""The report as everybody gets it: plain JSON, of which the other formats are made."""

from collections.abc import Iterable, Sequence
from shlex import quote

from inbox_mock.conduct import simulated_behaviour
from inbox_mock.conduct.assumptions import assumed
from inbox_mock.conduct.evaluation import Judged, Offered, judge, offered
from inbox_mock.conduct.evidence import gather
from inbox_mock.conduct.model import Entry, Evidence, Violation
from inbox_mock.conduct.operations import Operations
from inbox_mock.conduct.verdict import JSON, allow, near
from inbox_mock.domain import times
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine.sandboxes import Sandbox
from inbox_mock.store.sandbox import Settings

LONGEST = 600
INLINE = "scenario"  # what a scenario is called that came as an object


def report_on(sandbox: Sandbox, operations: Operations, allowed: Iterable[str] = (), offers: Offered | None = None) -> JSON:
    """Return the report on whoever called a sandbox. The sandbox is read in one go, and judged when it is free again.

    Raises:
        Invalid: a code that is to be allowed is none that a rule has.

    """
    offers = offered() if offers is None else offers
    codes = [rule.code for rule in offers.rules]
    allowed = tuple(allowed)
    unknown = [code for code in allowed if code not in codes]
    if unknown:
        raise Invalid(*(invalid("allow", near(code, codes)) for code in unknown))
    with sandbox.work() as work:
        evidence = gather(work, operations.scopes)
        calls = evidence.calls
        since = times.wire(calls[0].at) if calls else work.now
        met = simulated_behaviour.chances(work, since, _closed(calls)) if calls else simulated_behaviour.Chances()
        settings = work.settings
    judged = judge(evidence, offers.rules)
    found: JSON = {
        "sandbox": sandbox.id,
        "scenario": settings.scenario,
        "seed": settings.seed,
        "now": times.wire(evidence.now),
        "requests": len(evidence.entries) - len(evidence.attempts),
        "webhooks": len(evidence.attempts),
        "lost": evidence.lost,
        "violations": _violations(judged, evidence),
        "rules": [_rule(one) for one in judged],
        "broken": [*offers.broken, *(f"{one.rule.code}: {one.not_judged}" for one in judged if one.broken)],
        "assumed": assumed(evidence, operations, met),
        "replay": _replay(sandbox, settings),
    }
    cleaned = _clean(found)
    if not isinstance(cleaned, dict):
        raise TypeError(found)
    return allow(cleaned, allowed)


def _closed(calls: Sequence[Entry]) -> list[int]:
    """Return the conversations that a client closed."""
    puts = (entry for entry in calls if entry.is_call("PUT", "inbox", "conversations", "*") and entry.done)
    return [int(entry.parts[2]) for entry in puts if entry.written.get("closed") in {True, "true"}]


def _violations(judged: Sequence[Judged], evidence: Evidence) -> list[JSON]:
    entries = {entry.id: entry for entry in evidence.entries}
    found = [(one, violation) for one in judged for violation in one.violations]
    found.sort(key=lambda pair: (pair[0].rule.severity != "error", pair[0].rule.code, pair[1].entries[-1]))
    return [_violation(one, violation, entries) for one, violation in found]


def _violation(judged: Judged, violation: Violation, entries: dict[int, Entry]) -> JSON:
    rule, deed = judged.rule, entries[violation.entries[-1]]
    return {
        "code": rule.code,
        "severity": rule.severity,
        "title": rule.title,
        "about": violation.about,
        "why": rule.why,
        "source": rule.source,
        "fix": rule.fix,
        "entries": list(violation.entries),
        "at": times.wire(deed.at),
        "evidence": [_shown(entries[entry_id]) for entry_id in violation.entries],
    }


def _shown(entry: Entry) -> JSON:
    return {
        "id": entry.id,
        "at": times.wire(entry.at),
        "method": entry.method,
        "path": entry.path,
        "query": entry.query,
        "status": entry.status,
        "application_id": entry.application_id,
        "why": entry.why or None,
    }


def _rule(judged: Judged) -> JSON:
    rule = judged.rule
    return {
        "code": rule.code,
        "title": rule.title,
        "severity": rule.severity,
        "violations": len(judged.violations),
        "not_judged": judged.not_judged,
    }


def _replay(sandbox: Sandbox, settings: Settings) -> str:
    """Return the command that opens the same world; of one that was never a file, the journal is all that can be had."""
    name = settings.scenario
    if name == INLINE:
        return f"inbox-mock journal --sandbox {sandbox.id} --format json"
    return f"inbox-mock serve --scenario {quote(name)} --seed {settings.seed}" + (" --strict" if settings.strict else "")


def _clean(found: object) -> object:
    """Return the same without what no encoding can hold, and without texts that go on for ever: clients may write anything."""
    if isinstance(found, str):
        text = found if len(found) <= LONGEST else f"{found[:LONGEST]}..."
        return text.encode(errors="replace").decode()
    if isinstance(found, dict):
        return {name: _clean(value) for name, value in found.items()}
    return [_clean(value) for value in found] if isinstance(found, list) else found
