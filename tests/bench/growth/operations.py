"""What is measured in each world: the processor's time of one operation."""

from collections.abc import Callable
from time import thread_time
from typing import Any

from bench.growth.worlds import World
from bench.inside import ADMIN
from inbox_mock.domain.access import DEFAULT_SANDBOX
from inbox_mock.store.homes.directory import Directory

SANDBOX = f"{ADMIN}/default"
MESSAGES = "/api/v3/inbox/messages"
MESSAGE = {
    "conversation_id": 4,
    "sender_id": 4,
    "content": "At four.",
    "origin": "bookingsync_inbox",
    "visibility": "external",
    "channel": "airbnb",
    "sent_at": "2030-06-01T12:00:00Z",
}
PRIME = 7_919  # ids all over the table, the same ones each time


def get_one(world: World, number: int) -> float:
    """After a change, so that no answer is kept."""
    post(world, 0)
    return _asked(world, "GET", f"{MESSAGES}/{1 + number * PRIME % world.messages}")[0]


def get_page(world: World, _: int) -> float:
    """After a change, too."""
    post(world, 0)
    return _asked(world, "GET", MESSAGES)[0]


def post(world: World, _: int) -> float:
    return _asked(world, "POST", MESSAGES, {"messages": [MESSAGE]})[0]


def advance(world: World, _: int) -> float:
    """To the time when the channel relays a message."""
    post(world, 0)
    return _asked(world, "POST", f"{SANDBOX}/clock/advance", {"by": "1m"})[0]


def report(world: World, _: int) -> float:
    """After a change, so that it is made anew."""
    post(world, 0)
    return _asked(world, "GET", f"{SANDBOX}/report")[0]


def fork(world: World, _: int) -> float:
    """After a change, so that the image is made anew."""
    post(world, 0)
    return _made(world, f"{SANDBOX}/fork", {})


def create(world: World, _: int) -> float:
    """Of a small scenario, beside what the server holds."""
    return _made(world, ADMIN, {"scenario": "agency"})


def reset(world: World, _: int) -> float:
    return _asked(world, "POST", f"{SANDBOX}/reset")[0]


def open_directory(world: World, _: int) -> float:
    """The directory, and in it the first use of the sandbox, whose file is checked."""
    if world.folder is None:
        raise RuntimeError("this world is in memory alone")
    began = thread_time()
    home = Directory(world.folder)
    storage = home.find(DEFAULT_SANDBOX)
    if storage is None:
        raise RuntimeError("the sandbox is gone")
    with storage.transaction():
        spent = thread_time() - began
    home.close()
    return spent


Operation = Callable[[World, int], float]
OPERATIONS: dict[str, tuple[Operation, int]] = {
    "GET one message": (get_one, 10),
    "GET a page": (get_page, 4),
    "POST a message": (post, 5),
    "advance": (advance, 3),
    "report": (report, 1),
    "fork": (fork, 1),
    "create a sandbox": (create, 3),
    "reset": (reset, 1),
    "open from a directory": (open_directory, 1),
}
"""In the order in which a round does them, and how often it does each."""


def _asked(world: World, method: str, path: str, payload: object = None) -> tuple[float, Any]:
    environ = world.server.environ(method, path, payload)
    began = thread_time()
    answer = world.server.ask(environ)
    spent = thread_time() - began
    if answer.status >= 300:
        raise RuntimeError(f"{method} {path} answered {answer.status}: {answer.body[:500]!r}")
    return spent, answer


def _made(world: World, path: str, payload: object) -> float:
    spent, answer = _asked(world, "POST", path, payload)
    world.server.call("DELETE", f"{ADMIN}/{answer.json['id']}")
    return spent
