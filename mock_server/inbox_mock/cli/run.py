"""``inbox-mock run``: run a command beside a fake that is there for it alone, and judge what it did."""

import errno
import os
import sys
from contextlib import ExitStack, suppress
from shlex import quote
from typing import TYPE_CHECKING

import click

from inbox_mock.app import Fake, Options
from inbox_mock.cli.completion import scenarios
from inbox_mock.cli.report import FORMATS, Reporting, takes_reporting
from inbox_mock.console.ending import WRONG
from inbox_mock.console.guarded import Guarded
from inbox_mock.console.stopping import KILLED, STOP
from inbox_mock.console.terminal import complain
from inbox_mock.domain.errors import NotFound, SandboxFull
from inbox_mock.serving.parameters import showing_progress, starts_a_fake, telling_why_not
from inbox_mock.serving.server import serving

if TYPE_CHECKING:
    from inbox_mock.client import JSON, SandboxClient
    from inbox_mock.engine.sandbox import Sandbox

ROOT = "INBOX_MOCK_URL"
NOT_EXECUTABLE, NOT_FOUND = 126, 127
"""The exit codes of shells, ``env`` and ``timeout`` for a command that cannot be started."""
PATIENCE_SECONDS = 3600.0
ELSEWHERE = "What takes the fixtures of the pytest plugin calls a fake of their own, and is judged there"


class Reports:
    """The reports on the sandboxes of a fake, including those on journals that are gone: of sandboxes that were deleted or reset."""

    def __init__(self, fake: Fake) -> None:
        self._fake = fake
        self._reports: list[JSON] = []
        fake.sandboxes.around.losing = self._keep

    def all(self) -> "list[JSON]":
        """Return each report, with its sandbox's name."""
        for sandbox in self._fake.sandboxes.all():
            self._add(sandbox)
        return self._reports

    def _keep(self, sandbox: "Sandbox") -> None:
        if sandbox.last_entry:
            with suppress(NotFound, SandboxFull):
                self._add(sandbox)

    def _add(self, sandbox: "Sandbox") -> None:
        from inbox_mock.admin.journal import operations
        from inbox_mock.conduct.report import report_on

        self._reports.append({**report_on(sandbox, operations()), "name": sandbox.storage.label.name})


@click.command("run", context_settings={"allow_interspersed_args": False})
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="[--] CMD...")
@takes_reporting
@click.option(
    "--format",
    "wanted",
    type=click.Choice(["text", "json", *FORMATS]),
    default="text",
    show_default=True,
    help="How the report is printed, on standard error.",
)
@starts_a_fake("manual", scenarios)
def command(*, options: Options, words: tuple[str, ...], wanted: str, reporting: Reporting) -> None:
    """Run CMD beside a fake of its own, and say what it did wrong there.

    CMD finds the fake, on a free port, by variables: INBOX_MOCK_URL, INBOX_MOCK_TOKEN, BOOKINGSYNC_URL, BOOKINGSYNC_TOKEN and more.
    When it has ended, with all that it has started, the report on every sandbox that it used is printed on standard error. The exit
    code is CMD's own, if that is not 0; else 1 where it broke a rule, 2 where a rule could not judge.
    """
    from inbox_mock.client import connect
    from inbox_mock.conduct.evaluation import offered_rules, together

    reporting.check([rule.code for rule in offered_rules().rules])
    with ExitStack() as stack:
        with telling_why_not(), showing_progress(options) as shown:
            server = stack.enter_context(serving(shown))
        reports = Reports(server.fake)
        if earlier := os.environ.get(ROOT):
            complain(f"{ROOT} was {earlier}; for {words[0]} it is {server.url}, a fake of its own")
        code = _run(words, _variables(connect(server.url).sandbox()))
        report = together(reports.all(), reporting.allowed)
    nobody = f"no request came to {server.url}: does {words[0]} call the address in BOOKINGSYNC_URL? {ELSEWHERE}"
    judged = reporting.tell(report, wanted, nobody, err=True)
    if not (report["requests"] or report["webhooks"] or reporting.require_requests):
        complain(nobody)
    sys.exit(code or judged)


def _variables(sandbox: "SandboxClient") -> dict[str, str]:
    """Return the variables by which clients find a sandbox: ours, those that the official gems read, and what is common beside them."""
    from inbox_mock.client import AdminError

    found = {ROOT: sandbox.root_url, "INBOX_MOCK_SANDBOX": sandbox.id, "BOOKINGSYNC_URL": sandbox.root_url}
    if (direct := os.environ.get("no_proxy") or os.environ.get("NO_PROXY", "")) != "*":
        found |= dict.fromkeys(("no_proxy", "NO_PROXY"), f"{direct},127.0.0.1".lstrip(","))
    with suppress(AdminError):  # a scenario may have no application of the client's own
        token, client = sandbox.token, sandbox.application
        found |= {"INBOX_MOCK_TOKEN": token, "BOOKINGSYNC_TOKEN": token}
        found |= {"BOOKINGSYNC_APP_ID": client["client_id"], "BOOKINGSYNC_APP_SECRET": client["client_secret"]}
    return found


def _run(words: tuple[str, ...], variables: dict[str, str]) -> int:
    """Run a command until it has ended, with all that it has started, and return its exit code as shells do; exit if it cannot be started.

    A signal that ends this program is sent on to the command, which has a second to end by itself.
    """
    with STOP.waits():
        running = Guarded(words, environment=variables)
        try:
            while not running.wait(lambda: running.has_ended, PATIENCE_SECONDS):
                pass
        finally:
            running.close(STOP.received)
    if running.failed is not None:
        complain(f"cannot start {quote(words[0])}: {os.strerror(running.failed)}")
        sys.exit(NOT_FOUND if running.failed == errno.ENOENT else NOT_EXECUTABLE)
    if running.code is None:
        complain(f"nobody knows how {words[0]} ended: its guardian was killed")
        sys.exit(WRONG)
    return running.code if running.code >= 0 else KILLED - running.code
