"""Many threads, each in sandboxes of its own and in shared ones: nobody reads what is another's, and nothing acknowledged is lost."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from threading import Event, Thread

import requests

from builders import a_body, a_booking, a_message, a_scenario
from driven import everything
from fake import Answer, Mock, OverSocket, Sandbox
from hostile.attacks import Run, attack
from hostile.calls import Operation, operations
from hostile.children import Served, served
from hostile.fuzzed import REFUSALS
from hostile.probe import probed
from hostile.timing import Timed, percentile
from receiver import receiving
from soak import a_life

THREADS, SHARED = 64, 4
WARM_SECONDS = 20
SECRET = re.compile(rb"secret-[0-9a-f]{16}")
LIVES_IN = 16
"""One thread in so many lives a whole life now and then, which must be the one that it is alone."""


@dataclass
class Kept:
    """A sandbox with a secret, and what it has acknowledged: the contents of messages by id."""

    sandbox: Sandbox
    secret: str
    messages: dict[int, str] = field(default_factory=dict)

    def write(self, text: str, random: Random) -> Answer:
        """Post a message, or change one."""
        content = f"{text} {self.secret}"
        known = list(self.messages)
        if known and random.random() < 0.3:
            record_id = random.choice(known)
            answer = self.sandbox.api.put(f"/inbox/messages/{record_id}", a_body("messages", content=content))
        else:
            answer = self.sandbox.api.post("/inbox/messages", a_message(content=content))
        if answer.status in {200, 201}:
            self.messages[answer.record["id"]] = content
        return answer


@attack(
    does=f"{THREADS} threads send requests of every operation to sandboxes that they look after, that they spoil, and that they share",
    holds="no answer shows another sandbox's secret, what was acknowledged is there, no error 500, a history is the one that it has alone",
    share=20,
)
def mixed_load(run: Run) -> None:
    with served(run) as server, watched(run, server):
        latencies = load(run, server.root, THREADS)
        times = sorted(latencies)
        run.measure(f"{len(times)} requests, p50 {1000 * percentile(times, 50):.1f} ms, p99 {1000 * percentile(times, 99):.1f} ms")


def load(run: Run, root: str, threads: int) -> list[float]:
    """Let so many threads loose on a server; how long each of their requests took."""
    mock = Mock(OverSocket(root))
    known = operations(mock)
    shared = [kept(mock, run.random("shared", number)) for number in range(SHARED)]
    with ThreadPoolExecutor(threads) as pool:
        places = [Place(run, root, number, known, [Kept(each.sandbox, each.secret) for each in shared]) for number in range(threads)]
        for place in pool.map(Place.lived_in, places):
            place.compare()
    return [seconds for place in places for seconds in place.transport.seconds]


def kept(mock: Mock, random: Random) -> Kept:
    """A sandbox in whose records there is a secret that nobody else knows."""
    secret = f"secret-{random.randbytes(8).hex()}"
    scenario = a_scenario(
        bookings=[a_booking(guest={"fullname": f"Ada {secret}"})],
        participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}],
        rentals=[{"id": 16, "name": f"Chalet {secret}", "timezone": "Europe/Paris"}],
    )
    return Kept(mock.sandbox(scenario), secret)


@dataclass
class Place:
    """What one thread does, and where."""

    run: Run
    root: str
    number: int
    known: list[Operation]
    shared: list[Kept]

    def __post_init__(self) -> None:
        self.transport = Timed(OverSocket(self.root))
        self.mock = Mock(self.transport)
        self.random = self.run.random(self.number)
        self.alone = ""

    def lived_in(self) -> "Place":
        """Send requests until time is up."""
        self.own, self.spoilt, self.faulty = kept(self.mock, self.random), kept(self.mock, self.random), False
        self.shared = [Kept(Sandbox(self.transport, each.sandbox.made), each.secret) for each in self.shared]
        if self.number % LIVES_IN == 0:
            self.live()
        while not self.run.is_over:
            try:
                self.do()
            except requests.RequestException as error:
                self.run.hold(self.faulty and not isinstance(error, requests.Timeout), f"no answer: {type(error).__name__}: {error!s:.300}")
        return self

    def do(self) -> None:
        """Send one request: look after what is kept, or spoil what is not."""
        kind = self.random.random()
        if kind < 0.2:
            place = self.random.choice([self.own, *self.shared])
            self.judge(place, "a message", place.write(f"{self.number} {self.random.random()}", self.random), acknowledges=True)
        elif kind < 0.5:
            self.call(self.own, self.random.choice([each for each in self.known if each.method == "GET"]))
        elif self.number % LIVES_IN == 0 and kind < 0.52:
            self.live()
        else:
            self.spoil(self.random.choice(self.known))

    def spoil(self, operation: Operation) -> None:
        """Do anything at all in the sandbox that is not kept; make another one when it is gone."""
        answer = self.call(self.spoilt, operation, may_fail=self.faulty)
        self.faulty = self.faulty or operation.name == "set_fault"
        if operation.name in {"create_sandbox", "fork_sandbox"} and answer.status == 201:
            self.mock.admin.delete(f"/sandboxes/{answer.json['id']}")
        if operation.name == "delete_sandbox" and answer.status == 204:
            self.spoilt, self.faulty = kept(self.mock, self.random), False

    def call(self, place: Kept, operation: Operation, *, may_fail: bool = False) -> Answer:
        """Send a random call of an operation."""
        call = operation.drawn(self.random, id=place.sandbox.id)
        answer = call.send(self.mock, None if operation.is_admin else place.sandbox.api.token)
        self.judge(place, f"{call.method} {call.target} {call.payload!s:.300}", answer, may_fail=may_fail)
        return answer

    def judge(self, place: Kept, what: str, answer: Answer, *, may_fail: bool = False, acknowledges: bool = False) -> None:
        """Hold an answer to what holds for every one."""
        told = set(SECRET.findall(answer.body + str(answer.headers).encode())) - {place.secret.encode()}
        self.run.hold(not told, f"{what} is answered with the secret of another sandbox: {answer.body[:300]!r}")
        self.run.hold(
            may_fail or answer.status < 500 or answer.status in REFUSALS, f"{what} is answered {answer.status}: {answer.body[:300]!r}"
        )
        self.run.hold(not acknowledges or answer.status in {200, 201}, f"{what} is refused: {answer.status} {answer.body[:300]!r}")

    def live(self) -> None:
        """Live a whole life in a sandbox of its own, which must be the first one's."""
        try:
            with receiving() as receiver:
                life = a_life(self.mock, receiver)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is no life
            self.run.wrong(f"a life breaks off: {type(error).__name__}: {error!s:.300}")
        else:
            self.alone = self.alone or life
            self.run.hold(life == self.alone, "a history is not the one that it has alone")

    def compare(self) -> None:
        """What was acknowledged must be there."""
        for place in (self.own, *self.shared):
            there = {found["id"]: found["content"] for found in everything(place.sandbox, "inbox/messages", per_page=100)}
            for record_id, content in place.messages.items():
                self.run.hold(there.get(record_id) == content, f"message {record_id} was acknowledged, and is {there.get(record_id)!r}")


@contextmanager
def watched(run: Run, server: Served) -> Iterator[None]:
    """Ask for the server's health all the while, and measure its memory after some seconds and at the end."""
    over, sizes = Event(), [server.resident_mb]

    def weigh() -> None:
        if not over.wait(WARM_SECONDS):
            sizes[0] = server.resident_mb

    thread = Thread(target=weigh)
    thread.start()
    try:
        with probed(server.port) as health:
            yield
    finally:
        over.set()
        thread.join()
    run.measure(f"health p99 {1000 * percentile(health, 99):.1f} ms")
    run.measure(f"{sizes[0]:.0f} MB resident after {WARM_SECONDS} s or less, {server.resident_mb:.0f} MB at the end")
