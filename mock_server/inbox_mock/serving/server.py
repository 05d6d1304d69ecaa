"""Serving the application over HTTP."""

import errno
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Thread
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

from inbox_mock import __version__
from inbox_mock.app import Fake, Options, create_app
from inbox_mock.domain import limits
from inbox_mock.domain.addresses import EVERY_ADDRESS, is_this_machine, plain_host
from inbox_mock.serving.scheduler import Scheduler

if TYPE_CHECKING:
    from inbox_mock.serving.connections import HttpServer

IDLE_SECONDS: float = limits.IDLE_TIME
WAITING_CONNECTIONS = 128
START_SECONDS = 60


class PortTaken(Exception):  # noqa: N818 - a situation of the user, not a failure of the server
    """The server cannot listen on the address; the message gives the reason."""


class Server:
    """A running fake. Use it as a context manager around `serve`, or call `prepare`, `serve` and `stop`.

    ``fake`` is the served fake, once it is prepared.
    """

    fake: Fake
    _http: "HttpServer"

    def __init__(self, options: Options, host: str = "127.0.0.1", port: int = 8089) -> None:
        self._options = options
        self._host = host
        self._wanted_port = port

    def prepare(self) -> None:
        """Load the scenario and bind the port: connections are accepted at once, and answered when `serve` runs.

        Raises:
            PortTaken: another program listens there, or the host is not an address of this machine.
            ScenarioError: the scenario contains an error.
        """
        from inbox_mock.serving.connections import HttpServer

        fake = create_app(self._options)
        http = HttpServer(
            (self._host, self._wanted_port),
            fake.app,
            max=limits.THREADS,
            server_name=f"inbox-mock/{__version__}",
            request_queue_size=WAITING_CONNECTIONS,
            timeout=IDLE_SECONDS,
        )
        try:
            http.prepare()
        except UnicodeError:  # from the codec that names are encoded with
            raise PortTaken(f"cannot listen on {self._host}:{self._wanted_port}: expected an address, or the name of a host") from None
        except OSError as error:
            # cheroot words this as "No socket could be created -- (address: reason)", so the address is tried once more.
            raise PortTaken(f"cannot listen on {self._host}:{self._wanted_port}: {_reason(self._host, self._wanted_port, error)}") from None
        self._http, self.fake = http, fake
        fake.sender.origin = self._options.public_url or self.url
        self._scheduler = Scheduler(fake.sandboxes, fake.sender)

    @property
    def is_private(self) -> bool:
        """Whether no other machine can reach it."""
        return is_this_machine(self._bound)

    @property
    def _bound(self) -> str:
        return plain_host(self._http.bind_addr[0])

    @property
    def port(self) -> int:
        """The port that was bound."""
        return int(self._http.bind_addr[1])

    @property
    def url(self) -> str:
        """The server's root, by the address that was bound, or by a loopback address if that is every one."""
        host = f"[{self._bound}]" if ":" in self._bound else self._bound
        return f"http://{EVERY_ADDRESS.get(host, host)}:{self.port}"

    def serve(self, ready: Callable[[], None] = lambda: None) -> None:
        """Answer requests until `stop` is called, or the user interrupts; ``ready`` is called first."""
        self._scheduler.start()
        ready()
        self._http.serve()

    def stop(self, seconds: float = 1) -> None:
        """Accept no further connection, finish requests and webhooks under way, for so many seconds at the most, and close the home.

        Requests that wait for something are answered at once.
        """
        deadline = monotonic() + seconds
        self._scheduler.stop()
        self.fake.sandboxes.stop_waiting()
        self._http.shutdown_timeout = seconds
        self._http.stop()
        self._scheduler.join(deadline - monotonic())
        self.fake.sandboxes.home.close()

    def __enter__(self) -> Self:
        self.prepare()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


@contextmanager
def serving(options: Options) -> Iterator[Server]:
    """Serve on a free port of this machine, in a thread, as long as the block runs.

    That thread and those that it starts are daemons: a program that is interrupted ends, whether or not the block does.
    """
    server, ready = Server(options, port=0), SimpleQueue[BaseException | None]()

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


def _reason(host: str, port: int, otherwise: OSError) -> str:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.create_server((host, port), family=family):
            return str(otherwise)
    except socket.gaierror:
        return f"found no address of the name {host!r}; expected an address of this machine, such as 127.0.0.1, or 0.0.0.0 for every one"
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return "another program listens there already; use another --port, or 0 for a free one"
        return os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
