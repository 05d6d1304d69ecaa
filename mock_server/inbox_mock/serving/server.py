"""Serving the application over HTTP."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeAlias

from inbox_mock import __version__
from inbox_mock.app import Fake, Options, create_app
from inbox_mock.domain import limits
from inbox_mock.domain.access import DEFAULT_SANDBOX
from inbox_mock.domain.errors import HomeUnavailable
from inbox_mock.environment import wall_clock
from inbox_mock.serving.handover import Handover
from inbox_mock.serving.listening import Listening, listen
from inbox_mock.serving.scheduler import Scheduler
from inbox_mock.store.homes import Facts, Home
from inbox_mock.telemetry.watching import tell

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from inbox_mock.serving.http_server import HttpServer

Around: TypeAlias = "Callable[[WSGIApplication], WSGIApplication] | None"
IDLE_SECONDS: float = limits.IDLE_TIME
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is there when a server begins: the root of its addresses, the default sandbox, and whether that ``continues`` from before."""

    origin: str
    default: Facts
    continues: bool


class Server(Listening):
    """A running fake. Use it as a context manager around `serve`, or call `prepare`, `serve` and `stop`.

    One of several workers is given the socket that they all listen on, and the handover between them. ``around`` returns what is
    served in place of the fake's own application. ``fake`` is the served fake, once it is prepared; ``wall`` is the clock that it goes by.
    """

    fake: Fake
    _http: "HttpServer"

    def __init__(
        self,
        options: Options,
        host: str = "127.0.0.1",
        port: int = 8089,
        *,
        home: Home | None = None,
        listener: socket.socket | None = None,
        handover: Handover | None = None,
        around: Around = None,
        wall: Callable[[], float] = wall_clock,
    ) -> None:
        self._around, self._wall = around, wall
        self._options, self._home, self._handover = options, home, handover
        self._given = listener
        self._host = host
        self._wanted_port = port

    def prepare(self) -> None:
        """Load the scenario and bind the port: connections are accepted at once, and answered when `serve` runs.

        Raises:
            PortTaken: another program listens there, or the host is not an address of this machine.
            ScenarioError: the scenario contains an error.
        """
        from inbox_mock.serving.http_server import HttpServer

        fake = create_app(self._options, home=self._home, wall=self._wall)
        self.take(self._given or listen(self._host, self._wanted_port))
        served = fake.wsgi if self._around is None else self._around(fake.wsgi)
        self._http = HttpServer(self.listener, served, f"inbox-mock/{__version__}", IDLE_SECONDS)
        self._http.can_wait = fake.sandboxes.home.can_wait
        self._http.logs = self._options.log_format is not None
        if self._handover is not None:
            self._http.handover = self._handover
            self._handover.take(self._http.adopt)
        self.fake = fake
        fake.sender.origin = self._options.public_url or self.url
        fake.sandboxes.around.meanwhile = self._http.threads.aside
        fake.metrics.gauges.append(self._http.threads.gauges)
        self._scheduler = Scheduler(fake.sandboxes, fake.sender, self._wall)

    @property
    def beginning(self) -> Beginning:
        """What is there.

        Raises:
            HomeUnavailable: the default sandbox is gone already.
        """
        default = self.fake.sandboxes.home.find(DEFAULT_SANDBOX)
        if default is None:
            raise HomeUnavailable("the default sandbox was deleted while the server started; start it again")
        return Beginning(self.fake.sender.origin, default.facts, self.fake.continues)

    def serve(self, ready: Callable[[], None] = lambda: None) -> None:
        """Answer requests until `stop` is called, or the user interrupts; ``ready`` is called first."""
        self._scheduler.start()
        tell("start", url=self.url, version=__version__, pid=os.getpid())
        ready()
        self._http.serve()

    def stop(self, seconds: float = 1) -> None:
        """Accept no further connection, finish requests and webhooks under way, for at most ``seconds``, and close the home.

        Requests that wait for something are answered at once.
        """
        deadline = monotonic() + seconds
        self._scheduler.stop()
        self.fake.sandboxes.stop_waiting()
        if self._handover is not None:
            self._handover.end()
        self._http.stop(seconds)
        self._scheduler.join(deadline - monotonic())
        self.fake.sandboxes.home.close()
        tell("stop", pid=os.getpid(), cut_off=self._http.threads.busy)

    def __enter__(self) -> Self:
        self.prepare()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


@contextmanager
def serving(options: Options, around: Around = None) -> Iterator[Server]:
    """Serve on a free port of this machine, in a thread, as long as the block runs; ``around`` is as `Server` takes it.

    That thread and those that it starts are daemons: a program that is interrupted ends, whether or not the block does.
    """
    server, ready = Server(options, port=0, around=around), SimpleQueue[BaseException | None]()

    def serve() -> None:
        try:
            server.prepare()
            server.serve(lambda: ready.put(None))
        except BaseException as error:  # noqa: BLE001 - it is raised below
            ready.put(error)

    thread = Thread(target=serve, name="inbox-mock", daemon=True)
    thread.start()
    if error := ready.get(timeout=START_SECONDS):
        raise error
    try:
        yield server
    finally:
        server.stop()
    thread.join()
