"""The report as JSON, from which the other formats are made."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from shlex import quote

import orjson

from inbox_mock.api.operation import OperationIndex
from inbox_mock.conduct.assumptions import assumed, of_channels
from inbox_mock.conduct.evaluation import JSON, OfferedRules, RuleResult, allow, evaluate, near, offered_rules
from inbox_mock.conduct.evidence import collect
from inbox_mock.conduct.model import Entry, Evidence, Violation
from inbox_mock.conduct.text import INLINE
from inbox_mock.domain import times
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine.cache import Derived
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.store.journal import Reader
from inbox_mock.store.sandbox import Settings

LONGEST = 600


def report_on(sandbox: Sandbox, operations: OperationIndex, allowed: Iterable[str] = (), offers: OfferedRules | None = None) -> JSON:
    """Return the report on the clients of a sandbox. The sandbox is locked while it is read, not while rules are evaluated.

    Raises:
        Invalid: an allowed code belongs to no rule.
    """
    found = {name: orjson.loads(part) for name, part in parts_of(sandbox, operations, offers).items()}
    codes, allowed = [rule["code"] for rule in found["rules"]], tuple(allowed)
    unknown = [code for code in allowed if code not in codes]
    if unknown:
        raise Invalid(*(invalid("allow", near(code, codes)) for code in unknown))
    return allow(found, allowed)


def parts_of(sandbox: Sandbox, operations: OperationIndex, offers: OfferedRules | None = None) -> dict[str, bytes]:
    """Return the report, which allows no violation, as the JSON of each of its parts.

    A sandbox of the same version is not read again, unless a rule has asked for the present, and that has changed.
    ``offers`` are rules in place of those that packages offer.
    """
    with sandbox.judging, ExitStack() as stack:
        with sandbox.lock:  # until the version is known in which this leaves it: it writes what was gathered
            with sandbox.work() as work:
                now, derived = work.instant, sandbox.derived
                if offers is None and derived is not None and derived.version == sandbox.version and now <= derived.until:
                    return {**derived.found, "now": orjson.dumps(times.wire(now))}
                evidence = _evidence(work, sandbox, operations, stack)
                calls = evidence.calls
                since = times.wire(calls[0].at) if calls else work.now
                observed = of_channels(work, since, _closed(calls)) if calls else {}
                settings = work.settings
            version = sandbox.version
        judges = offered_rules() if offers is None else offers
        results = evaluate(evidence, judges.rules)
        found: JSON = {
            "sandbox": sandbox.id,
            "scenario": settings.scenario,
            "seed": settings.seed,
            "now": times.wire(now),
            "requests": len(evidence.entries) - len(evidence.attempts),
            "webhooks": len(evidence.attempts),
            "lost": evidence.lost,
            "violations": _violations(results, evidence),
            "rules": [_rule(one) for one in results],
            "broken": [*judges.broken, *(f"{one.rule.code}: {one.not_judged}" for one in results if one.broken)],
            "assumed": assumed(evidence, operations, observed),
            "replay": _replay(sandbox, settings),
        }
        report = allow({name: _clean(told) for name, told in found.items()}, ())
        parts = {name: orjson.dumps(told) for name, told in report.items()}
        if offers is None:
            sandbox.derived = Derived(version, evidence.holds_until, parts)
        return parts


def has_errors(sandbox: Sandbox, operations: OperationIndex) -> bool:
    """Return whether the client broke a rule that is no note, or a rule could not judge, without making the report that says so."""
    with sandbox.judging, ExitStack() as stack:
        judges = offered_rules()
        with _looking(sandbox) as work:  # rules read entries that only this transaction has
            results = evaluate(_evidence(work, sandbox, operations, stack), judges.rules)
        return bool(judges.broken) or any(one.broken or (one.violations and one.rule.severity == "error") for one in results)


class _LookedError(Exception):
    """Ends a unit of work that leaves nothing."""


@contextmanager
def _looking(sandbox: Sandbox) -> Iterator[UnitOfWork]:
    """Open a unit of work of which nothing stays: what it has written is rolled back."""
    with suppress(_LookedError), sandbox.work(marked=False) as work:
        yield work
        raise _LookedError


def _evidence(work: UnitOfWork, sandbox: Sandbox, operations: OperationIndex, stack: ExitStack) -> Evidence:
    """Return the evidence in a sandbox, which can be read until the stack is left."""
    reader = Reader(work.db, sandbox.lock)
    stack.callback(reader.close)
    return collect(work, operations, reader)


def _closed(calls: Sequence[Entry]) -> list[int]:
    """Return the ids of the conversations that a client closed."""
    puts = (entry for entry in calls if entry.is_call("PUT", "inbox", "conversations", "*") and entry.done)
    return [int(entry.parts[2]) for entry in puts if entry.written.get("closed") in {True, "true"}]


def _violations(results: Sequence[RuleResult], evidence: Evidence) -> list[JSON]:
    entries = {entry.id: entry for entry in evidence.entries}
    found = [(one, violation) for one in results for violation in one.violations]
    found.sort(key=lambda pair: (pair[0].rule.severity != "error", pair[0].rule.code, pair[1].entries[-1]))
    return [_violation(one, violation, entries) for one, violation in found]


def _violation(result: RuleResult, violation: Violation, entries: dict[int, Entry]) -> JSON:
    rule, last = result.rule, entries[violation.entries[-1]]
    return {
        "code": rule.code,
        "severity": rule.severity,
        "title": rule.title,
        "about": violation.about,
        "why": rule.why,
        "source": rule.source,
        "fix": rule.fix,
        "entries": list(violation.entries),
        "at": times.wire(last.at),
        "evidence": [_shown(entries[entry_id]) for entry_id in violation.entries],
    }


def _shown(entry: Entry) -> JSON:
    asked = {name: getattr(entry, name) for name in ("method", "path", "query", "status", "application_id")}
    return {"id": entry.id, "at": times.wire(entry.at), **asked, "why": entry.why or None}


def _rule(result: RuleResult) -> JSON:
    rule = result.rule
    return {
        "code": rule.code,
        "title": rule.title,
        "severity": rule.severity,
        "violations": len(result.violations),
        "not_judged": result.not_judged,
    }


def _replay(sandbox: Sandbox, settings: Settings) -> str:
    """Return the command that serves the same scenario; for one given as an object, the command that shows the journal."""
    name = settings.scenario
    if name == INLINE:
        return f"inbox-mock journal --sandbox {sandbox.id} --format json"
    return f"inbox-mock serve --scenario {quote(name)} --seed {settings.seed}" + (" --strict" if settings.strict else "")


def _clean(found: object) -> object:
    """Return a value with texts that can be encoded and are not too long: clients may write anything."""
    if isinstance(found, str):
        text = found if len(found) <= LONGEST else f"{found[:LONGEST]}..."
        return text if text.isascii() else text.encode(errors="replace").decode()
    if isinstance(found, dict):
        return {name: _clean(value) for name, value in found.items()}
    return [_clean(value) for value in found] if isinstance(found, list) else found
