"""``inbox-mock check server``: hold a server to the contract."""

import shlex
import sys
from typing import TYPE_CHECKING

import click

from inbox_contracts import missing_extra
from inbox_contracts.commands import LONGEST, TIMEOUT_SECONDS, Finite, stop
from inbox_mock.cli import print_json
from inbox_mock.console.ending import FINDINGS
from inbox_mock.console.parameters import ParameterType, takes_admin_token
from inbox_mock.domain.spelling import instead, shown
from inbox_mock.domain.values import LARGEST

if TYPE_CHECKING:
    from inbox_contracts.provider.trial import Outcome

LARGEST_SEED = 2**32


class SecondsType(ParameterType):
    """A duration such as ``10m``, in seconds."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds."""
        from inbox_mock.engine.durations import parse

        if isinstance(value, float):
            return value
        try:
            seconds = parse(str(value)).total_seconds()
        except ValueError:
            seconds = 0
        if seconds <= 0:
            self.fail(instead(shown(value), "a duration such as 90s, 10m or 1h"), param, ctx)
        return seconds


@click.command("server")
@click.argument("url")
@click.option("--token", help="A token of the account on trial; on a fake none is needed.")
@takes_admin_token("The token that a fake was given.")
@click.option("--read-only", is_flag=True, help="Send nothing but GET, and stop well below the rate limit.")
@click.option("--requests", type=click.IntRange(1, LARGEST), help="With --read-only: at most this many requests, 300 if unsaid.")
@click.option("--thorough", type=SecondsType(), metavar="DURATION", help="Go on with other seeds and more examples: 10m.")
@click.option("--seed", type=click.IntRange(0, LARGEST_SEED), default=0, show_default=True, help="Draws the examples.")
@click.option("--effort", type=Finite(0.1, 100), default=1.0, show_default=True, help="Multiplies the number of examples.")
@click.option("-k", "--keep", "wanted", multiple=True, metavar="TEXT", help="Only properties with this in their name; may be repeated.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first property that is not kept.")
@click.option("--timeout", type=Finite(0.1, LONGEST), default=TIMEOUT_SECONDS, show_default=True, help="Seconds that an answer may take.")
@click.option("--format", "wanted_format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    url: str,
    token: str | None,
    admin_token: str | None,
    requests: int | None,
    thorough: float | None,
    seed: int,
    effort: float,
    wanted: tuple[str, ...],
    timeout: float,
    wanted_format: str,
    *,
    read_only: bool,
    fail_fast: bool,
) -> None:
    """Hold a server to the contract.

    URL is the server's root. On a fake, each property is judged in sandboxes of its own. Exit code 0: every property that was
    judged is kept, 1: one is not, 2: none was judged.
    """
    if missing := missing_extra("hypothesis"):
        stop(missing)
    from inbox_contracts.provider import runner
    from inbox_contracts.provider.target import NoTrial, detect
    from inbox_mock.domain.values import printable

    def tell(text: str) -> None:
        click.echo("\n".join(map(printable, text.split("\n"))), err=wanted_format == "json")

    def again(outcome: "Outcome") -> str:
        return _again(url, outcome, token, admin_token, timeout, requests, read_only=read_only)

    try:
        properties = runner.chosen(wanted)
        target = detect(url, token, timeout_seconds=timeout, read_only=read_only, admin_token=admin_token)
        plan = runner.plan(target, properties, seed=seed, effort=effort, read_only=read_only, requests=requests)
        tell(plan.text)
        outcomes = runner.run(plan, tell, seconds=thorough, fail_fast=fail_fast)
    except NoTrial as reason:
        stop(str(reason))
    if wanted_format == "json":
        print_json({"url": target.connection.root, "seed": seed, "properties": runner.as_json(outcomes, again)})
    else:
        for outcome in outcomes:
            if outcome.finding is not None:
                tell(f"\n{runner.in_full(outcome, again(outcome))}")
        tell(f"\n{runner.table(outcomes)}")
        tell(f"  {target.connection.count} requests.")
    broken = any(runner.verdict(outcome) == runner.BROKEN for outcome in outcomes)
    late = next((outcome for outcome in outcomes if outcome.is_late), None)
    if late is not None and not broken:
        stop(f"{target.connection.root} is too slow: {late.property.name} was not judged, {late.not_judged}")
    if all(outcome.not_judged for outcome in outcomes):
        stop(f"nothing was judged: {outcomes[0].not_judged if outcomes else 'no property was chosen'}")
    sys.exit(FINDINGS if broken else 0)


def _again(
    url: str, outcome: "Outcome", token: str | None, admin_token: str | None, timeout: float, requests: int | None, *, read_only: bool
) -> str:
    """Return the command that evaluates a property again, with the same examples; the shell holds the tokens."""
    words = ["inbox-mock", "check", "server", shlex.quote(url), "--seed", str(outcome.seed), "-k", outcome.property.name]
    words += ["--effort", f"{outcome.effort:g}"] if outcome.effort != 1 else []
    words += ["--token", '"$TOKEN"'] if token is not None else []
    words += ["--admin-token", '"$ADMIN_TOKEN"'] if admin_token is not None else []
    words += ["--timeout", f"{timeout:g}"] if timeout != TIMEOUT_SECONDS else []
    words += ["--read-only"] if read_only else []
    words += ["--requests", str(requests)] if requests is not None else []
    return " ".join(words)
