"""``inbox-mock doctor``: diagnose the environment."""

import json
import sqlite3
import sys
import tomllib
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from configparser import Error as ConfigError
from contextlib import suppress
from dataclasses import asdict, dataclass
from http.client import HTTPException
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, packages_distributions
from importlib.metadata import version as distribution_version
from pathlib import Path

import click

from inbox_mock.conduct.evaluation import former_offers, offered_rules
from inbox_mock.console.ending import FINDINGS
from inbox_mock.console.terminal import say, styled
from inbox_mock.domain.discovery import DeclarationError
from inbox_mock.http import HttpClient
from inbox_mock.scenarios.loading import shipped

DISTRIBUTION = "bookingsync-inbox-mock"
OLDEST_SQLITE = (3, 38, 0)


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check: its subject, whether it passed, and what was found or what to do."""

    subject: str
    well: bool
    says: str


@click.command("doctor")
@click.option("--port", default=8089, show_default=True, type=click.IntRange(0, 65535), help="The port to look at.")
@click.option("--format", "wanted", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(*, port: int, wanted: str) -> None:
    """Check what the fake needs, and print what is missing. Exit code 1: something is."""
    findings = [*_findings(port)]
    if wanted == "json":
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            say(f"{styled('ok ', fg='green') if finding.well else styled('NO ', fg='red')} {finding.subject}: {finding.says}")
    sys.exit(0 if all(finding.well for finding in findings) else FINDINGS)


def _findings(port: int) -> Iterator[Finding]:
    version = sys.version.split()[0]
    yield Finding("Python", sys.version_info >= (3, 11), version if sys.version_info >= (3, 11) else f"{version}; 3.11 or newer is needed")
    good = sqlite3.sqlite_version_info >= OLDEST_SQLITE
    yield Finding("SQLite", good, sqlite3.sqlite_version if good else f"{sqlite3.sqlite_version}; 3.38 or newer is needed")
    yield from _packages()
    yield Finding("pytest", well=True, says=_pytest())
    try:
        found = list(shipped())
        mistakes = "; ".join(scenario.mistake for scenario in found if scenario.mistake)
        says = mistakes or (f"{len(found)} shipped" if found else "none found: the installation is incomplete")
        yield Finding("scenarios", bool(found) and not mistakes, says)
    except DeclarationError as error:
        yield Finding("scenarios", well=False, says=str(error))
    offers = offered_rules()
    says = "; ".join(offers.broken) or f"{len(offers.rules)} offered"
    yield Finding("rules", bool(offers.rules) and not offers.broken, says)
    if former := former_offers("mock_server.commands"):
        yield Finding("commands", well=False, says="; ".join(former))
    yield _port(port)


def _pytest() -> str:
    """Return whether the fixtures can be used: pytest has to be in the Python in which the fake is installed."""
    try:
        return f"{distribution_version('pytest')}, has the fixtures; run it as {sys.executable} -m pytest"
    except PackageNotFoundError:
        return f"none in this Python ({sys.executable}): for the fixtures, install the fake where your pytest is"


def _packages() -> Iterator[Finding]:
    """Check whether another place or distribution has our two packages: Python imports the first, pip overwrites silently."""
    owners = packages_distributions()
    for package in ("inbox_mock", "inbox_contracts"):
        places = _places(package)
        others = sorted(set(owners.get(package, [])) - {DISTRIBUTION})
        if others:
            says = f"also comes with {', '.join(others)}: uninstall that, then reinstall {DISTRIBUTION}"
        elif len(places) > 1:
            says = f"found at {' and at '.join(places)}, of which only one can be imported: rename or remove what is not {DISTRIBUTION}"
        else:
            says = "ours alone" if places else f"not found: reinstall {DISTRIBUTION}"
        yield Finding(f"package {package}", not others and len(places) == 1, says)


def _places(package: str) -> list[str]:
    """Return the locations of modules of this name: on the path, and in folders that ``python -m`` and pytest add to it."""
    found = (PathFinder.find_spec(package, [entry]) for entry in (*sys.path, *map(str, _added_by_pytest(Path.cwd()))))
    return [*dict.fromkeys(str(Path(spec.origin).resolve()) for spec in found if spec is not None and spec.origin is not None)]


def _added_by_pytest(project: Path) -> Iterator[Path]:
    """Return a project's folder, and those in it that pytest is likely to add to the path: configured ones, and those of tests."""
    configured = [*_pytest_settings(project)]
    yield project
    for name in ("src", *(name for setting, name in configured if setting == "pythonpath")):
        yield project / name
    for name in ("tests", *(name for setting, name in configured if setting == "testpaths")):
        folder = project / name
        while (folder / "__init__.py").is_file() and folder != project:  # pytest adds the first folder that is no package
            folder = folder.parent
        yield folder


def _pytest_settings(project: Path) -> Iterator[tuple[str, str]]:
    """Return each value of ``pythonpath`` and ``testpaths`` in a project's files, with its setting; others than these are no errors."""
    tables: list[Mapping[str, object]] = []
    with suppress(OSError, ValueError):
        of_tools = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8")).get("tool", {})
        table = of_tools.get("pytest", {})
        tables += [table, table.get("ini_options", {})]
    for name, section in (("pytest.ini", "pytest"), (".pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        parser = ConfigParser(interpolation=None, strict=False)
        with suppress(OSError, ValueError, ConfigError):
            parser.read_string((project / name).read_text(encoding="utf-8"))
            tables += [dict(parser[section])] if section in parser else []
    for table in tables:
        for setting in ("pythonpath", "testpaths"):
            given = table.get(setting, ())
            for one in given.split() if isinstance(given, str) else given if isinstance(given, list) else ():
                yield setting, str(one)


def _port(port: int) -> Finding:
    subject = f"port {port}"
    if port == 0:
        return Finding(subject, well=True, says="a free one will be picked")
    try:
        answer = HttpClient(f"http://127.0.0.1:{port}").exchange("GET", "/livez", {}, seconds=1, beginning=0)
        ours = (answer.header("Server") or "").startswith("inbox-mock")
    except ConnectionRefusedError:
        return Finding(subject, well=True, says="free")
    except (OSError, HTTPException):
        ours = False
    if ours:
        return Finding(subject, well=True, says="an Inbox Mock answers there already")
    return Finding(subject, well=False, says="something else listens there: use another --port, or 0 for a free one")
