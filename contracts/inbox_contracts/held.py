"""A sandbox that a test holds: its verdict, and what is shown of it with a test that failed."""

import re
from collections.abc import Iterable
from pathlib import Path
from shlex import quote
from traceback import format_exception
from typing import Any

import pytest

from inbox_mock.app import Fake
from inbox_mock.conduct.evaluation import offered_rules
from inbox_mock.conduct.failure import as_text, broken_told, entry_told, violations_told
from inbox_mock.domain.errors import NotFound
from inbox_mock.domain.spelling import unknown
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.testing import SandboxInProcess, sandboxes
from inbox_mock.testing.sandboxes import ReceivingSandbox

LAST_ENTRIES = 20
NAME_LENGTH = 150


def judge(all_held: "list[Held]") -> None:
    """Fail the test if there is something to tell about sandboxes that has not been told: what receivers have raised, and conduct."""
    raised = list(filter(None, (held.sandbox.receivers.take_raised() for held in all_held)))
    told = "\n\n".join(filter(None, (held.verdict() for held in all_held)))
    if raised:
        if told:
            raised[0].add_note(told)
        raise raised[0]
    if told:
        pytest.fail(told, pytrace=False)


class Held:
    """A sandbox that a test holds, what the test may do in it, what was told about it, and how to create the same one again."""

    def __init__(self, item: pytest.Item, fake: Fake, sandbox: ReceivingSandbox, scenario: object, bundles: str | None) -> None:
        self.sandbox = sandbox
        self._fake, self._bundles = fake, bundles
        self.item = item
        self._bundled: str | None = None
        self._allowed = _allowed(item)
        self._judged_at: tuple[int, int] | None = None
        self._known: set[object] = set()
        named = "an inline scenario" if isinstance(scenario, dict) else f"scenario {sandbox.made['scenario']}"
        self.world = f"{named}, seed {sandbox.made['seed']}"
        self.replay = f"pytest {quote(item.nodeid)}"

    def verdict(self) -> str:
        """Return what has not been told yet: the rules that could not judge, or those that the client broke and that are not allowed."""
        sandbox = self._sandbox()
        if sandbox is None or (sandbox.version, sandbox.last_entry) == self._judged_at:
            return ""
        last_entry = sandbox.last_entry
        found = sandboxes.judged(sandbox)
        self._judged_at = sandbox.version, last_entry  # to judge writes what reads left, which is a new version
        told = [broken_told(sorted(untold))] if (untold := self._untold(found["broken"])) else []
        kept = [one for one in found["violations"] if one["code"] not in self._allowed]
        keys = self._untold((one["code"], one["entries"][0]) for one in kept)
        violations = [one for one in kept if (one["code"], one["entries"][0]) in keys]
        if violations:
            told.append(violations_told(violations, self.world, *self._again(), on_purpose="@pytest.mark.inbox_allow({})"))
        return "\n\n".join(told)

    def _untold(self, found: Iterable[Any]) -> set[Any]:
        """Return what is found for the first time."""
        untold = {*found} - self._known
        self._known |= untold
        return untold

    def sections(self) -> list[tuple[str, str]]:
        """Return the further sections of a failed test: what has not been told yet, the journal's end, and how to reproduce it."""
        raised = self.sandbox.receivers.take_raised()
        told = [("Inbox Mock: a receiver of webhooks", "".join(format_exception(raised)))] if raised else []
        if self._sandbox() is None:
            return told
        entries = self.sandbox.journal()
        left_out = len(entries) - LAST_ENTRIES
        lines = [f"({left_out} before)"] if left_out > 0 else []
        lines += [entry_told(entry) for entry in entries[-LAST_ENTRIES:]] or [self._nothing_asked()]
        told.append(("Inbox Mock: the journal", as_text([*lines, "", *self._again()])))
        verdict = self.verdict()
        return [*told, ("Inbox Mock: conduct", verdict)] if verdict else told

    def _nothing_asked(self) -> str:
        """Return that the journal is empty, and where to look for requests that have come all the same."""
        shared = not isinstance(self.sandbox, SandboxInProcess)
        return f"no request has come{': those without one of its tokens are in the journal of the sandbox default' * shared}"

    def _sandbox(self) -> Sandbox | None:
        """Return the sandbox, unless the test has deleted it."""
        try:
            return self._fake.sandboxes.get(self.sandbox.id)
        except NotFound:
            return None

    def _again(self) -> list[str]:
        """Return how to run the test again, and how to do all again that was asked and answered."""
        return [f"replay: {self.replay}   ({self.world})", *self._bundle()]

    def _bundle(self) -> list[str]:
        """Write a bundle of the sandbox, once, if that is asked for, and return the line that says how to do it again."""
        if self._bundles is None:
            return []
        if self._bundled is None:
            self._bundled = _written(self._fake, self.sandbox.id, self._bundles, self.item.nodeid)
        return [self._bundled]


def _written(fake: Fake, sandbox_id: str, folder: str, nodeid: str) -> str:
    """Write a bundle, and return the line that says how to do it again, or why there is none."""
    from inbox_mock.bundles import BundleError
    from inbox_mock.bundles.saving import save
    from inbox_mock.console.whole_files import write_whole

    name = re.sub(r"[^A-Za-z0-9._]+", "-", nodeid).strip("-.")[-NAME_LENGTH:]
    path = Path(folder) / f"{name}-{sandbox_id}.zip"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, save(fake.sandboxes.get(sandbox_id)))
    except (OSError, BundleError) as error:
        return f"bundle: {path} cannot be written: {error.strerror if isinstance(error, OSError) else error}"
    return f"bundle: inbox-mock bundle replay {quote(str(path))}"


def _allowed(item: pytest.Item) -> frozenset[str]:
    markers = list(item.iter_markers("inbox_allow"))
    if named := [name for marker in markers for name in marker.kwargs]:
        pytest.fail(f"inbox_allow: {named[0]} is unknown; expected codes, such as 'MSG002'", pytrace=False)
    allowed = [code for marker in markers for code in marker.args]
    if allowed:
        known = [rule.code for rule in offered_rules().rules]
        if told := [f"the code {code!r} {unknown(str(code), known)}" for code in allowed if code not in known]:
            pytest.fail(f"inbox_allow: {', '.join(told)}", pytrace=False)
    return frozenset(allowed)
