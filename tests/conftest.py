"""The fake, once per run in process and once on a port; every test makes a sandbox of its own."""

import atexit
import gc
import os
import signal
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from threading import Thread

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis.strategies import none

from builders import a_booking, a_scenario
from fake import InProcess, Mock, OverSocket, Sandbox
from inbox_mock.app import Fake, Options, create_app
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find
from inbox_mock.serving.server import Server
from postgres import Postgres, running
from processes import WITHOUT_OTHER_PLUGINS
from proxied import proxying

TRANSPORTS = ["in process", "over a socket"]
OPTIONS = Options(scenario=find("empty"), seed=0, overrides=Overrides(mode="manual"))

settings.register_profile("project", deadline=None, print_blob=True)  # no test depends on the speed of the machine
settings.load_profile("project")

gc.set_threshold(700, 10, 100)  # a full collection goes through whatever is kept: a tenth as often as usual


def pytest_configure() -> None:
    """Handle SIGINT as usual where it is ignored: commands that tests start in a shell's background job would inherit that.

    What servers keep for the next start is not in the user's folder.
    """
    if "INBOX_MOCK_CACHE" not in os.environ:  # workers of pytest-xdist have that of their controller
        folder = TemporaryDirectory(prefix="inbox-mock-cache-")
        atexit.register(folder.cleanup)
        os.environ["INBOX_MOCK_CACHE"] = folder.name
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Keep the thousands of tests out of what the collector of garbage goes through: they stay until the end.

    At its first example Hypothesis looks who refers to its random numbers, and does not find what is kept out.
    """
    given(none())(lambda _: None)()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def other_suites_start_sooner() -> Iterator[None]:
    """Start the suites of commands that tests run without plugins that they do not use: not so workers of this run, which inherit it.

    pytester takes the variable away; its suites have the same in their own options.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTEST_ADDOPTS", WITHOUT_OTHER_PLUGINS)
        yield


@pytest.fixture(scope="session")
def fake() -> Fake:
    """The fake in process, with what it is made of."""
    return create_app(OPTIONS)


@pytest.fixture(scope="session")
def app(fake: Fake) -> Flask:
    return fake.app


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    """A server on a free port; its root."""
    server = Server(OPTIONS, port=0)
    server.prepare()
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    yield server.url
    server.stop()
    thread.join(timeout=10)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests of what a transport can change on both transports, and all others in process."""
    if "mock" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("both_transports") is not None
        metafunc.parametrize("mock", TRANSPORTS if both else TRANSPORTS[:1], indirect=True, ids=None if both else [pytest.HIDDEN_PARAM])


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgres]:
    """A PostgreSQL server of this process's own."""
    with running() as server:
        yield server


@pytest.fixture
def mock(request: pytest.FixtureRequest) -> Mock:
    """The fake: in process, and over a socket too where the test is marked ``both_transports``."""
    if request.param == "in process":
        return Mock(InProcess(request.getfixturevalue("app")))
    return Mock(OverSocket(request.getfixturevalue("served")))


@pytest.fixture
def in_process(app: Flask) -> Mock:
    """The fake in process, for tests of what only a test in process can see or do."""
    return Mock(InProcess(app))


@pytest.fixture
def waiting(mock: Mock) -> Sandbox:
    """A sandbox whose Airbnb booking (80) has its conversation (11) with the guest's participant (1), and no host yet."""
    return mock.sandbox(a_scenario(bookings=[a_booking()]))


@pytest.fixture
def inbox(mock: Mock) -> Sandbox:
    """The same, and jan takes part as participant 2."""
    return mock.sandbox(a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}]))


@pytest.fixture(scope="session", params=[proxying.with_tls, proxying.with_a_prefix, proxying.with_both], ids=lambda make: make.__name__)
def proxied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[proxying.Front]:
    """A fake behind a real nginx: with TLS, with a prefix, and with both."""
    with request.param(tmp_path_factory.mktemp("proxied")) as front:
        yield front
