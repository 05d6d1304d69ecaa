"""The pytest plugin ``inbox_mock``: a sandbox for each test, and a test that fails when the client breaks a rule of conduct.

pytest imports this module in every run where it is installed, so all else is imported when a fixture is used.
"""

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import Any

    from flask import Flask

    from inbox_contracts.held import Held
    from inbox_mock.app import Fake
    from inbox_mock.testing import SandboxInProcess
    from inbox_mock.testing.sandboxes import ReceivingSandbox

MARKERS = {
    "inbox_scenario(scenario, **overrides)": "what the test's sandbox starts as: a shipped scenario's name, a file's path (from the test's "
    "own folder), or a scenario as an object; overrides are what the admin API takes: seed=7, strict=True, clock={'mode': 'real'}",
    "inbox_allow(*codes)": "rules of conduct that this test may break, such as MSG002",
}
DEFAULT_SCENARIO = "agency"
SERVER_TRIAL = "inbox_contracts.provider"
SERVER_TRIAL_OPTIONS: "dict[str, dict[str, Any]]" = {
    "--inbox-url": {"metavar": "URL", "help": "the root of the server on trial"},
    "--inbox-token": {"metavar": "TOKEN", "help": "a token of the account on trial; on a fake none is needed"},
    "--inbox-admin-token": {"metavar": "TOKEN", "help": "the token that a fake was given with --admin-token"},
    "--inbox-read-only": {"action": "store_true", "help": "send nothing but GET, and stop well below the rate limit"},
    "--inbox-requests": {"type": int, "help": "with --inbox-read-only: at most this many requests"},
    "--inbox-seed": {"type": int, "default": 0, "help": "draws the examples"},
    "--inbox-effort": {"type": float, "default": 1.0, "help": "multiplies the number of examples"},
    "--inbox-timeout": {"type": float, "default": 10.0, "help": "seconds that an answer may take"},
}

SETTINGS: "dict[str, dict[str, Any]]" = {
    "inbox_mock_base_url": {"help": "the real service's address, which inbox_mock_in_process answers at"},
    "inbox_mock_passthrough": {"help": "other hosts that a test with inbox_mock_in_process may reach", "type": "args"},
}

BUNDLES = "--inbox-mock-bundles"
HELD = pytest.StashKey["list[Held]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the settings and the option."""
    parser.getgroup("inbox-mock").addoption(
        BUNDLES, metavar="DIR", help="write a reproduction bundle of each sandbox of a failed test there"
    )
    for name, described in SETTINGS.items():
        parser.addini(name, **described, default=None)


def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Register the options of the server trial if pytest is to run it: no conftest of an installed package is read in time."""
    if any(argument.startswith(SERVER_TRIAL) for argument in args):
        early_config.pluginmanager.register(ServerTrialOptions(), SERVER_TRIAL)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and check the settings."""
    _refuse_blank(BUNDLES, config.getoption(BUNDLES))
    for setting in SETTINGS:
        _refuse_blank(f"the setting {setting}", config.getini(setting))
    for marker, meaning in MARKERS.items():
        config.addinivalue_line("markers", f"{marker}: {meaning}")


def _refuse_blank(name: str, given: object) -> None:
    """Raise UsageError for a blank value, which is most often that of a variable that is not set."""
    if given == [] or (isinstance(given, str) and not given.strip()):
        raise pytest.UsageError(f"{name}: found {given or ''!r}; expected a value that is not blank. To have none, leave it out.")


class ServerTrialOptions:
    """The options of ``pytest --pyargs inbox_contracts.provider``."""

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        """Add the options."""
        group = parser.getgroup("inbox", "the trial of an Inbox API server")
        for name, described in SERVER_TRIAL_OPTIONS.items():
            group.addoption(name, **described)

    def pytest_configure(self, config: pytest.Config) -> None:
        """Check that a server is given, and that the packages of a trial are installed."""
        from inbox_contracts import missing_extra

        if missing := missing_extra("hypothesis"):
            raise pytest.UsageError(missing)
        for name in SERVER_TRIAL_OPTIONS:
            _refuse_blank(name, config.getoption(name))
        if not config.getoption("--inbox-url"):
            raise pytest.UsageError("--inbox-url URL is missing: the root of the server on trial, such as http://127.0.0.1:8089")


@pytest.fixture(scope="session")
def inbox_mock_server() -> "Iterator[InboxMockServer]":
    """A server on a free port of this machine, once per test run: ``url`` is its root, ``sandbox("empty")`` creates a sandbox."""
    _expect_our_package()
    from inbox_mock.app import Options
    from inbox_mock.scenarios.build import Overrides
    from inbox_mock.scenarios.loading import find_shipped
    from inbox_mock.serving.server import serving

    with serving(Options(scenario=find_shipped(DEFAULT_SCENARIO), seed=0, overrides=Overrides(mode="manual"))) as server:
        yield InboxMockServer(server.url, server.fake)


@pytest.fixture
def inbox_mock(request: pytest.FixtureRequest, inbox_mock_server: "InboxMockServer") -> "Iterator[ReceivingSandbox]":
    """A fresh sandbox, over HTTP: point the client at its ``url`` and ``token``. Its conduct is judged when the test ends."""
    from inbox_contracts.held import Held
    from inbox_mock.client import AdminError
    from inbox_mock.domain.errors import NotFound
    from inbox_mock.testing.contact import REAL_HOST, no_contact
    from inbox_mock.testing.receivers import Receivers
    from inbox_mock.testing.sandboxes import create_sandbox, receiving_sandbox

    scenario, overrides = _wanted(request.node)
    fake = inbox_mock_server.fake
    receivers = Receivers(fake.sender)
    try:
        sandbox = receiving_sandbox(fake, create_sandbox(fake.factory, scenario, overrides), inbox_mock_server.url, receivers)
    except AdminError as refused:
        raise pytest.fail.Exception(f"inbox_scenario: {refused}", pytrace=False) from None
    try:
        held = Held(request.node, fake, sandbox, scenario, request.config.getoption(BUNDLES))
        with holding(held), no_contact(REAL_HOST, "the test's server is at inbox_mock.url"):
            yield sandbox
    finally:
        raised = receivers.close()
        with suppress(NotFound):  # a test may have deleted it
            fake.sandboxes.remove(fake.sandboxes.get(sandbox.id))
    if raised:
        raise raised


@pytest.fixture
def inbox_mock_in_process(request: pytest.FixtureRequest) -> "Iterator[SandboxInProcess]":
    """A fresh sandbox that answers HTTP libraries at the real addresses, without a socket. Its conduct is judged when the test ends."""
    _expect_our_package()
    from inbox_contracts.held import Held
    from inbox_mock.client import AdminError
    from inbox_mock.testing import REAL_SERVICE, InboxMock

    scenario, overrides = _wanted(request.node)
    base_url = request.config.getini("inbox_mock_base_url") or REAL_SERVICE
    context = InboxMock(scenario, base_url, request.config.getini("inbox_mock_passthrough") or [], overrides)
    try:
        sandbox = context.__enter__()
    except AdminError as refused:
        raise pytest.fail.Exception(f"inbox_scenario: {refused}", pytrace=False) from None
    try:
        with holding(Held(request.node, context.fake, sandbox, scenario, request.config.getoption(BUNDLES))):
            yield sandbox
    finally:
        context.__exit__(None, None, None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> "Generator[None, object, object]":
    """Fail a test that has not failed if its client has broken a rule, or a receiver of webhooks has raised an exception."""
    try:
        returned = yield
    except pytest.skip.Exception:
        _judge(item)
        raise
    _judge(item)
    return returned


def _judge(item: pytest.Item) -> None:
    if item.stash.get(HELD, []) and not getattr(item, "_excinfo", None):  # where unittest keeps how a test ended, instead of this
        from inbox_contracts.held import judge

        judge(item.stash[HELD])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: "pytest.CallInfo[None]") -> "Generator[None, pytest.TestReport, pytest.TestReport]":
    """Show with a test that failed, even as expected, what its client did."""
    report = yield
    _shorten_the_summary(item, report)
    if call.when != "teardown" and (report.failed or (report.skipped and hasattr(report, "wasxfail"))):
        for held in item.stash.get(HELD, []):
            report.sections += held.sections()
    return report


def _shorten_the_summary(item: pytest.Item, report: pytest.TestReport) -> None:
    """Keep the first line of a verdict for the summary, where pytest repeats the whole of it in CI."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if HELD in item.stash and crash is not None and crash.message.startswith("Failed: "):
        crash.message = crash.message.partition("\n")[0]


@dataclass
class InboxMockServer:
    """A running server: ``url`` is its root, ``fake`` the application behind it and its parts."""

    url: str
    fake: "Fake"

    @property
    def app(self) -> "Flask":
        """The Flask application."""
        return self.fake.app

    def sandbox(self, scenario: object = DEFAULT_SCENARIO, **overrides: object) -> "ReceivingSandbox":
        """Create a sandbox from a shipped scenario, a file, or a scenario as an object; ``overrides`` is what the admin API takes.

        It is there until it is deleted. Nothing judges it but its own ``judge``.

        Raises:
            AdminError: there is no such scenario, or an override is invalid.
        """
        from inbox_mock.testing.sandboxes import create_sandbox, receiving_sandbox

        return receiving_sandbox(self.fake, create_sandbox(self.fake.factory, scenario, dict(overrides)), self.url)


@contextmanager
def holding(held: "Held") -> "Iterator[None]":
    """Hold a sandbox while a test runs, and judge at the end what fixtures did after the test."""
    from inbox_contracts.held import judge

    all_held = held.item.stash.setdefault(HELD, [])
    all_held.append(held)
    try:
        yield
        judge([held])
    finally:
        all_held.remove(held)


@lru_cache(maxsize=1)
def _expect_our_package() -> None:
    """Fail in one line if the tests' own path has another ``inbox_mock``, which would be imported instead of ours."""
    from importlib.util import find_spec
    from pathlib import Path

    ours = Path(__file__).resolve().parent.parent
    places = {ours / "inbox_mock", ours.parent / "mock_server" / "inbox_mock"}  # beside us: installed, or in the checkout
    spec = find_spec("inbox_mock")
    if spec is None or spec.origin is None or Path(spec.origin).resolve().parent not in places:
        found = "not found" if spec is None else f"imported from {spec.origin or ', '.join(spec.submodule_search_locations or ())}"
        pytest.fail(f"the package inbox_mock is {found}, which is not Inbox Mock: rename that module, or remove it", pytrace=False)


def _wanted(item: pytest.Item) -> "tuple[object, dict[str, Any]]":
    """Return the scenario and the overrides of the marker that is nearest to a test."""
    marker = item.get_closest_marker("inbox_scenario")
    if marker is None:
        return DEFAULT_SCENARIO, {}
    overrides = dict(marker.kwargs)
    scenarios = [*marker.args, *([overrides.pop("scenario")] if "scenario" in overrides else [])]
    if len(scenarios) > 1 or not all(isinstance(found, str | dict) or hasattr(found, "__fspath__") for found in scenarios):
        found = ", ".join(map(repr, scenarios))
        pytest.fail(f"inbox_scenario: expected one scenario (a name, a path, or an object), and not {found}", pytrace=False)
    scenario = scenarios[0] if scenarios else DEFAULT_SCENARIO
    if not isinstance(scenario, dict):  # a file's path is looked for in the test's folder first
        beside = item.path.parent / str(scenario)
        scenario = str(beside if beside.is_file() else scenario)
    return scenario, overrides
