"""Serving until a signal comes, in this process or in several."""

import os
import sys
from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import NoReturn, Protocol

from inbox_mock.app import Options
from inbox_mock.console.stopping import STOP
from inbox_mock.serving.server import Beginning
from inbox_mock.telemetry.log import log_to

STOPPING_SECONDS = 10
"""How long requests and webhooks that are under way have until they are cut off."""
PATIENCE_SECONDS = STOPPING_SECONDS + 1


class Serving(Protocol):
    """A server that is prepared: in this process, or as several workers."""

    @property
    def beginning(self) -> Beginning:
        """What is there when it begins."""

    @property
    def port(self) -> int:
        """The port that was bound."""

    @property
    def is_private(self) -> bool:
        """Whether no other machine can reach it."""

    def serve(self, ready: Callable[[], None]) -> None:
        """Serve until it is stopped; ``ready`` is called first."""

    def stop(self, seconds: float) -> None:
        """Finish what is under way, for so many seconds at the most, and end."""


def run(server: Serving, options: Options, serve: Callable[[], int]) -> NoReturn:
    """Let a server serve, until a signal comes or ``serve`` returns an exit code; finish what is under way, and exit."""
    log = None if options.log_format is None else log_to(sys.stderr, options.log_format)
    STOP.expect()
    stopping = STOP.then(partial(server.stop, STOPPING_SECONDS))
    with STOP.waits(PATIENCE_SECONDS):
        code = serve()
        if not STOP.is_requested:  # it ends by itself
            stopping = Thread(target=server.stop, args=[STOPPING_SECONDS], daemon=True)
            stopping.start()
        stopping.join(PATIENCE_SECONDS)
        if log is not None:
            log.flush()
        os._exit(code)
