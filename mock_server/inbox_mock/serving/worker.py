"""One of several processes that serve: ``python -m inbox_mock.serving.worker``, started by the supervisor, which ends with it."""

import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any

from inbox_mock.app import Options, open_home
from inbox_mock.console.ending import WRONG, without_traceback
from inbox_mock.console.stopping import STOP
from inbox_mock.domain.errors import Refusal
from inbox_mock.environment import SteadyClock
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.serving import connections as _  # noqa: F401 - loaded while the first worker makes the default sandbox
from inbox_mock.serving.allocator import share_arenas
from inbox_mock.serving.handover import Handover
from inbox_mock.serving.running import run
from inbox_mock.serving.server import Server
from inbox_mock.serving.turns import take_short_turns
from inbox_mock.store.homes import Share


@dataclass(frozen=True, slots=True)
class Post:
    """What a worker is told: the options, its number, its share of the home, and the descriptors that it inherits.

    ``listener`` is the socket on which they all listen, ``claim`` is what makes the directory theirs; ``inboxes`` and ``own`` are
    those of a `Handover`. Where every worker serves every sandbox there is the first alone.
    """

    options: Options
    number: int
    share: Share
    listener: int
    claim: int | None = None
    inboxes: Sequence[int] = ()
    own: int | None = None

    @property
    def descriptors(self) -> tuple[int, ...]:
        """All of them."""
        return tuple(one for one in (self.listener, self.claim, *self.inboxes, self.own) if one is not None)

    def server(self) -> Server:
        """Return the server."""
        handover = None
        if self.own is not None:
            handover = Handover(self.share, [socket.socket(fileno=inbox) for inbox in self.inboxes], socket.socket(fileno=self.own))
        home = open_home(self.options, self.share)
        listener = socket.socket(fileno=self.listener)
        return Server(self.options, home=home, listener=listener, handover=handover, wall=SteadyClock())


def main() -> None:
    """Serve as the supervisor says on the line whose descriptor is the argument; tell it what began, or why nothing did."""
    share_arenas()
    take_short_turns()
    line: Connection[Any, Any] = Connection(int(sys.argv[1]))
    try:
        post: Post = line.recv()
        line.recv()  # its turn: if the first worker cannot begin, no other one says so too
    except EOFError:
        sys.exit(WRONG)
    Thread(target=_end_with, args=[line], name="supervisor", daemon=True).start()
    try:
        server = post.server()
        server.prepare()
    except (Refusal, ScenarioError) as refusal:
        line.send(str(refusal))
        sys.exit(WRONG)

    def serve() -> int:
        server.serve(lambda: line.send(server.beginning))
        return 0

    run(server, post.options, serve)


def _end_with(line: "Connection[Any, Any]") -> None:
    """End at once when the supervisor has ended: the next one takes over."""
    try:
        line.recv()
    except (EOFError, OSError):
        os._exit(WRONG)


def _without_traceback() -> None:
    with without_traceback():
        main()


if __name__ == "__main__":
    STOP.run(_without_traceback)
