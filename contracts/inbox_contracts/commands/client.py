"""``inbox-mock check client``: put a client, in any language, on trial."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inbox_contracts.commands import LONGEST, TIMEOUT_SECONDS, Finite, stop
from inbox_mock.console.ending import FINDINGS
from inbox_mock.console.terminal import complain
from inbox_mock.domain.values import LARGEST

if TYPE_CHECKING:
    from inbox_contracts.consumer.trial import Verdict

EACH = "each"


@click.command("client", context_settings={"ignore_unknown_options": False})
@click.argument("driver", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- CMD...")
@click.option(
    "--worlds", default=200, show_default=True, type=click.IntRange(1, 100_000), help="The number of worlds in which it is tried."
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, LARGEST), help="The seed from which the worlds are generated.")
@click.option(
    "--jobs", default=2, show_default=True, type=click.IntRange(1, 64), help="How many drivers run side by side; the verdict is the same."
)
@click.option("--hazard", metavar="NAME", help="Only worlds with this hazard; --format json lists all of them.")
@click.option("--world", "world_file", metavar="FILE", help="Run this one world, such as one that was saved.")
@click.option("--races", metavar="SCENARIO", help="Place this scenario's events between the client's requests, in at most --worlds ways.")
@click.option("--assume", metavar="NAME=VALUE|each", help="Flip an assumption, or each in turn, to see if the client depends on it.")
@click.option(
    "--allow",
    multiple=True,
    metavar="CODE",
    help="A finding that does not count, such as SYN001, so that others are found; may be repeated.",
)
@click.option(
    "--save",
    default="inbox-mock-worlds",
    show_default=True,
    type=click.Path(),
    metavar="DIR",
    help="The folder in which a failed world is saved.",
)
@click.option(
    "--shrink-seconds", default=30.0, show_default=True, type=Finite(0, LONGEST), help="The time for which a failing world is made smaller."
)
@click.option(
    "--timeout", default=TIMEOUT_SECONDS, show_default=True, type=Finite(0.1, LONGEST), help="Seconds for an answer; the first may take 30."
)
@click.option("--format", "wanted", type=click.Choice(["text", "json", "junit"]), default="text", show_default=True)
def command(
    driver: tuple[str, ...],
    worlds: int,
    seed: int,
    jobs: int,
    hazard: str | None,
    world_file: str | None,
    races: str | None,
    assume: str | None,
    allow: tuple[str, ...],
    save: str,
    shrink_seconds: float,
    timeout: float,
    wanted: str,
) -> None:
    """Put a client on trial: CMD is its driver, which reads JSON lines on stdin and answers on stdout.

    The trial generates worlds, tells the client to do its job in each, and compares what it believes and did with what is
    true there. A failure is shown in the smallest world, which is saved. Exit code 0: passed, 1: failed, 2: there
    was no trial, because CMD is no client for one.
    """
    from inbox_contracts.consumer.worlds import load
    from inbox_mock.scenarios.errors import ScenarioError
    from inbox_mock.scenarios.loading import find

    try:
        switches = _switches(assume)
        _check(hazard, allow)
        world = None if world_file is None else load(world_file)
        events = None if races is None else find(races)
    except (ValueError, ScenarioError) as error:
        stop(str(error))
    options: dict[str, Any] = {
        "worlds": worlds,
        "seed": seed,
        "jobs": jobs,
        "only": hazard,
        "replay": world,
        "races": events,
        "allow": allow,
        "shrink_seconds": shrink_seconds,
        "answer_seconds": timeout,
    }
    from inbox_contracts.consumer.evaluation import BrokenRulesError

    try:
        if assume == EACH:
            sys.exit(_each(driver, wanted, options))
        sys.exit(_one(driver, wanted, save, {**options, "assume": switches}))
    except (ScenarioError, BrokenRulesError) as error:
        stop(str(error))


def _one(driver: tuple[str, ...], wanted: str, save: str, options: dict[str, Any]) -> int:
    import json

    from inbox_contracts.consumer import report

    verdict = _run(driver, options)
    saved = _saved(verdict, save, options)
    seconds = options["answer_seconds"]
    more = [] if seconds == TIMEOUT_SECONDS else ["--timeout", f"{seconds:g}"]
    more += [word for code in options["allow"] for word in ("--allow", code)]
    again = None if saved is None else report.Again(saved, report.replay_command(saved, driver, *more), _bundle(verdict, saved))
    if wanted == "json":
        click.echo(json.dumps(report.as_json(verdict, again)))
    elif wanted == "junit":
        click.echo(report.junit(verdict, again))
    else:
        click.echo(report.text(verdict, again))
    return 0 if verdict.passed else FINDINGS


def _each(driver: tuple[str, ...], wanted: str, options: dict[str, Any]) -> int:
    """Run a trial under each other value of every assumption, show which of them the client depends on, and return the exit code."""
    import json

    from inbox_mock.domain.fidelity import ASSUMPTIONS

    plain = _run(driver, options)
    rows: list[dict[str, Any]] = [{"assumption": None, "value": None, "passed": plain.passed, "codes": list(plain.codes)}]
    for name, known in ASSUMPTIONS.items():
        for choice in known.choices:
            if choice != known.default and plain.passed:
                verdict = _run(driver, {**options, "assume": {name: choice}, "shrink_seconds": 0.0})
                rows.append({"assumption": name, "value": choice, "passed": verdict.passed, "codes": list(verdict.codes)})
    if wanted == "json":
        click.echo(json.dumps({"verdict": "passed" if plain.passed else "failed", "flipped": rows}))
    else:
        for row in rows:
            what = "as assumed" if row["assumption"] is None else f"{row['assumption']}={_written(row['value'])}"
            outcome = "passes" if row["passed"] else f"fails: {', '.join(row['codes'])}"
            click.echo(f"{what:40}{outcome}")
        if not plain.passed:
            click.echo("It fails as things are: nothing was flipped. Run it without --assume to see why.")
    return 0 if plain.passed else FINDINGS


def _run(driver: tuple[str, ...], options: dict[str, Any]) -> "Verdict":
    """Run a trial; exit if it cannot run, because the command is not a client."""
    from inbox_contracts.consumer.trial import run
    from inbox_contracts.consumer.worker import collect_rarely

    collect_rarely()
    verdict = run(list(driver), progress=_progress(), **options)
    said = verdict.failure and verdict.failure.recording.driver_error
    if said and said.no_client:
        last = said.stderr.splitlines()[-1:]
        stop(f"{said.about}; expected a driver that answers on stdout" + (f". Its stderr ends: {last[0]}" if last else ""))
    return verdict


def _saved(verdict: "Verdict", folder: str, options: Mapping[str, Any]) -> str | None:
    """Save a failed world, and return the path of its file; a world that came from a file is not saved again."""
    from inbox_contracts.consumer import worlds

    if verdict.failure is None or options["replay"] is not None:
        return None
    first = verdict.failure.findings[0]
    name = f"world-{first.code.lower().replace(' ', '-')}-{verdict.seed}"
    try:
        path = worlds.save(verdict.failure.recording.world, Path(folder), name, f"{first.code}: the client {first.title}.")
    except OSError as error:
        complain(f"the world cannot be saved in {folder}: {error.strerror}")
        return None
    return str(path)


def _bundle(verdict: "Verdict", saved: str) -> str | None:
    """Write a bundle of the failed run beside its world, and return its path."""
    from inbox_mock.bundles import BundleError
    from inbox_mock.bundles.saving import bundle_of
    from inbox_mock.console.whole_files import write_whole

    held = verdict.failure.recording.held if verdict.failure else None
    if held is None:
        return None
    path = Path(saved).with_suffix(".zip")
    try:
        write_whole(path, bundle_of(held))
    except (OSError, BundleError) as error:
        complain(f"the bundle {path} cannot be saved: {error.strerror if isinstance(error, OSError) else error}")
        return None
    return str(path)


def _progress() -> Any:  # noqa: ANN401 - a callable, or nothing to be told
    """Return a callback that shows progress on stderr: one line that changes in a terminal, a few lines in a log."""
    live = sys.stderr.isatty()

    def show(done: int, count: int) -> None:
        if live:
            click.echo(f"\r{done} of {count} worlds", err=True, nl=done == count)
        elif done == count or done % max(count // 4, 1) == 0:
            click.echo(f"{done} of {count} worlds", err=True)

    return show


def _switches(assume: str | None) -> dict[str, object]:
    """Return the assumption to flip and its value, or raise ValueError if there is no such assumption or value."""
    from inbox_mock.domain.fidelity import ASSUMPTIONS
    from inbox_mock.domain.spelling import instead, one_of

    if assume is None or assume == EACH:
        return {}
    name, found, value = assume.partition("=")
    known = ASSUMPTIONS.get(name)
    if known is None:
        raise ValueError(f"--assume: {instead(repr(name), one_of(name, ASSUMPTIONS, f'; or {EACH}'))}")
    choices = {_written(choice): choice for choice in known.choices}
    if not found:
        others = [choice for choice in known.choices if choice != known.default]
        if len(others) == 1:
            return {name: others[0]}
    if value not in choices:
        raise ValueError(f"--assume {name}: {instead(repr(value), one_of(value, choices))}")
    return {name: choices[value]}


def _written(choice: object) -> str:
    return str(choice).lower() if isinstance(choice, bool) else str(choice)


def _check(hazard: str | None, allow: Sequence[str]) -> None:
    """Raise ValueError if there is no such hazard, or no finding has such a code."""
    from inbox_contracts.consumer.findings import codes
    from inbox_contracts.consumer.hazards import hazards
    from inbox_mock.domain.spelling import instead, one_of

    given = [("--hazard", name, tuple(hazards())) for name in (hazard,) if name is not None]
    given += [("--allow", code, codes()) for code in allow]
    for option, name, known in given:
        if name not in known:
            raise ValueError(f"{option}: {instead(repr(name), one_of(name, known))}")
