"""The verdict as text, JSON and JUnit XML: the hazards that were met, the smallest failing world, and how to run it again."""

import shlex
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from inbox_contracts.consumer.driver import JSON
from inbox_contracts.consumer.findings import Misbehaviour
from inbox_contracts.consumer.hazards import hazards
from inbox_contracts.consumer.recording import RecordedEvent, Recording
from inbox_contracts.consumer.trial import Failure, Verdict
from inbox_mock.conduct.junit import legal
from inbox_mock.conduct.text import counted
from inbox_mock.domain import times
from inbox_mock.domain.values import printable

INDENT = "  "


class Again(NamedTuple):
    """How a failed world is seen again: its file, the command that runs the client in it, and a bundle of the run, if there is one."""

    saved: str
    replay: str
    bundle: str | None = None

    @property
    def of_bundle(self) -> str | None:
        """The command that does the run again without the client."""
        return None if self.bundle is None else shlex.join(["inbox-mock", "bundle", "replay", self.bundle])


TOLD_STATUSES = 400
MOST_FINDINGS = 20


def replay_command(path: str, command: Sequence[str], *more: str) -> str:
    """Return the command that runs a saved world again."""
    return shlex.join(["inbox-mock", "check", "client", "--world", path, *more, "--", *command])


def text(verdict: Verdict, again: Again | None = None) -> str:
    """Return the verdict as text for people, with how the failed world is seen again: last, where a terminal shows it."""
    lines = _coverage(verdict)
    lines += [f"Note: {note}." for note in dict.fromkeys(verdict.notes)]
    lines += ["", *_failed(verdict.failure, again)] if verdict.failure else [""]
    return "\n".join(printable(line) for line in [*lines, _conclusion(verdict)])


def as_json(verdict: Verdict, again: Again | None = None) -> JSON:
    """Return the verdict as a JSON object for programs, with what `text` says."""
    return {
        "verdict": "passed" if verdict.passed else "failed",
        "worlds": verdict.worlds,
        "seed": verdict.seed,
        "seconds": round(verdict.seconds, 1),
        "met": dict(verdict.met),
        "not_judged": list(verdict.not_judged),
        "assumed": list(verdict.assumed),
        "notes": list(verdict.notes),
        "failure": None if verdict.failure is None else _failure_json(verdict.failure, again),
    }


def junit(verdict: Verdict, again: Again | None = None) -> str:
    """Return the verdict as JUnit XML: a test case for each hazard, and one for the client as a whole."""
    from junitparser import Failure as Failed
    from junitparser import JUnitXml, Skipped, TestCase, TestSuite

    suite = TestSuite("inbox-mock check client")
    whole = TestCase("the client passes its trial", classname="client", time=round(verdict.seconds, 3))
    if verdict.failure is not None:
        first = verdict.failure.findings[0]
        told = Failed(legal(f"{first.code}: {first.about}"), first.code)
        told.text = legal("\n".join(map(printable, _failed(verdict.failure, again))))
        whole.result = [told]
    suite.add_testcase(whole)
    for name, count in verdict.met.items():
        case = TestCase(name, classname="client.hazards")
        if not count:
            case.result = [Skipped("not met in this run")]
        suite.add_testcase(case)
    found = JUnitXml()
    found.add_testsuite(suite)
    written: bytes = found.tostring()
    return written.decode()


def _conclusion(verdict: Verdict) -> str:
    several = "world" if verdict.worlds == 1 else "worlds"
    if verdict.failure is None:
        return f"PASSED: {verdict.worlds} {several} (seed {verdict.seed}) in {verdict.seconds:.0f} s."
    first = verdict.failure.findings[0]
    seen = ", and not when the same world was recording again" if verdict.failure.flaky else ""
    return f"FAILED in world {verdict.worlds} (seed {verdict.seed}), after {verdict.seconds:.0f} s: {first.code}, {first.title}{seen}."


def _coverage(verdict: Verdict) -> list[str]:
    known, lines = hazards(), ["Hazards, and in how many worlds the client met them:"]
    met = {name: count for name, count in verdict.met.items() if count}
    width = max(map(len, met), default=0)
    lines += [f"{INDENT}{count:4}  {name:{width}}  {known[name].says}" for name, count in met.items()]
    if unmet := list(verdict.met.values()).count(0):
        lines.append(f"{INDENT}{unmet} {'hazard was' if unmet == 1 else 'hazards were'} not met; --format json lists all.")
    if verdict.assumed:
        lines += ["", "Assumed behaviours that this run relied on, to be checked against the real service:"]
        for found in verdict.assumed:
            switch = f" (--assume {found['switch']})" if found.get("switch") else ""
            lines.append(f"{INDENT}{found['seen']:4}  {found['behaviour']}{switch}")
    if verdict.not_judged:
        lines += ["", f"Not judged, since the client does not say that it can: {', '.join(verdict.not_judged)}."]
    return lines


def _failed(failure: Failure, again: Again | None) -> Iterator[str]:
    """Yield the lines about a failure: the violations, the smallest world, and the evidence."""
    for found in failure.findings[:MOST_FINDINGS]:
        yield from _finding(found)
    if len(failure.findings) > MOST_FINDINGS:
        yield f"... and {len(failure.findings) - MOST_FINDINGS} more: --format json tells all."
    if failure.recording.driver_error is not None and failure.recording.driver_error.stderr:
        yield "Its stderr:"
        yield from (f"{INDENT}{line}" for line in failure.recording.driver_error.stderr.splitlines())
    yield ""
    yield _about_the_world(failure)
    yield from _timeline(failure.recording)
    if again is not None:
        yield ""
        yield f"Saved: {again.saved}"
        yield f"See it again: {again.replay}"
        if again.of_bundle is not None:
            yield f"What was asked and answered: {again.of_bundle}"
    yield ""


def _finding(found: Misbehaviour) -> Iterator[str]:
    yield f"{found.code}: the client {found.title}."
    yield f"{INDENT}What: {found.about}."
    if found.why:
        yield f"{INDENT}Why:  {found.why}"
    yield f"{INDENT}Fix:  {found.fix}"
    if found.entries:
        yield f"{INDENT}See:  journal {', '.join(map(str, found.entries))}"


def _about_the_world(failure: Failure) -> str:
    steps = len(failure.recording.world.steps)
    if failure.recording.driver_error is not None:
        return "What led to it:"
    if failure.flaky:
        return f"A world of {steps} steps in which it was seen once, and not again:"
    found = f"The smallest world in which it is seen ({steps} of {failure.steps_before} steps):"
    return found if failure.whole else f"{found[:-2]}; time for making it smaller was up):"


def _timeline(recording: Recording) -> Iterator[str]:
    """Yield the events, and under each the client's requests that failed or changed something."""
    bookings = recording.world.scenario.get("bookings", [])
    if bookings:
        yield f"{INDENT}At the start there are bookings {', '.join(str(booking['id']) for booking in bookings)}."
    by_id = {entry["id"]: entry for entry in recording.entries}
    for event in recording.events:
        yield f"{INDENT}{times.parse(event.at):%H:%M:%S}  {event.text}"
        if event.who == "client":
            yield from (f"{INDENT}{' ' * 10}{line}" for line in _requests(event, by_id))
    if recording.belief is not None:
        yield f"{INDENT}{'':8}  What is true: {_counted(recording.expected)}. What it believes: {_counted(recording.belief)}."


def _requests(event: RecordedEvent, by_id: dict[int, JSON]) -> Iterator[str]:
    """Yield the requests of an event in their order, those that only read and were answered as one line."""
    first, last = event.entries
    asked = [by_id[n] for n in range(first + 1, last + 1) if n in by_id and by_id[n]["delivery_id"] is None]
    for plain, entries in groupby(asked, key=_is_plain):
        if not plain:
            yield from map(_request, entries)
            continue
        reads = [entry["id"] for entry in entries]
        yield f"[{reads[0]}] 1 GET answered" if len(reads) == 1 else f"[{reads[0]}-{reads[-1]}] {len(reads)} GETs answered"


def _is_plain(entry: JSON) -> bool:
    """Return whether a request only read, and was answered."""
    answered = entry["status"] is not None and entry["status"] < TOLD_STATUSES
    return answered and entry["method"] == "GET" and entry["fault_id"] is None


def _request(entry: JSON) -> str:
    query = f"?{entry['query']}" if entry["query"] else ""
    status = "no answer" if entry["status"] is None else entry["status"]
    why = f" ({entry['why']})" if entry["why"] else ""
    return f"[{entry['id']}] {entry['method']} {entry['path']}{query}: {status}{why}"


def _counted(belief: JSON) -> str:
    messages = sum(len(found["messages"]) for found in belief["conversations"])
    numbers = {"booking": len(belief["bookings"]), "conversation": len(belief["conversations"]), "message": messages}
    return ", ".join(counted(number, noun) for noun, number in numbers.items())


def _failure_json(failure: Failure, again: Again | None) -> JSON:
    return {
        "findings": [
            {"code": one.code, "title": one.title, "about": one.about, "why": one.why, "fix": one.fix, "entries": list(one.entries)}
            for one in failure.findings
        ],
        "flaky": failure.flaky,
        "shrunk": failure.whole and not failure.flaky and failure.recording.driver_error is None,
        "steps": [dict(step) for step in failure.recording.world.steps],
        "timeline": [{"at": event.at, "who": event.who, "what": event.text} for event in failure.recording.events],
        "truth": failure.recording.expected,
        "belief": failure.recording.belief,
        "stderr": failure.recording.driver_error.stderr if failure.recording.driver_error else "",
        "world_file": again and again.saved,
        "replay": again and again.replay,
        "bundle": again and again.bundle,
    }
