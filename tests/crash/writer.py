"""One client that writes into a sandbox of its own while servers are killed, knows what was acknowledged, and looks for it."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, NoReturn, TypeVar

import requests

from builders import a_body, a_booking, a_message, a_scenario
from fake import Answer, Mock, OverSocket, Sandbox
from inbox_mock.domain import times
from receiver import Receiver

RESOURCES = ("bookings", "clients", "inbox/conversations", "inbox/messages", "inbox/participants")
JSON = dict[str, Any]
T = TypeVar("T")
PATIENCE_SECONDS = 60
RETRY_SECONDS = 0.02
BUSY = {409, 503}
SENT_AGAIN = "it may have arrived, and is sent again"
LONG = 40


class WrongError(Exception):
    """Something is not as it was acknowledged."""


class BusyError(Exception):
    """Somebody else is at it, or it cannot be reached for a moment."""


@dataclass(frozen=True)
class Step:
    """Something that is done in a sandbox, and whether it was done there; ``client`` and ``message`` are what it leaves, if it does."""

    do: Callable[[Sandbox], Answer]
    is_done: Callable[[Sandbox], bool]
    says: str
    client: str = ""
    message: str = ""


def client_created(name: str) -> Step:
    """A client is created through the API."""
    return Step(
        lambda sandbox: sandbox.api.post("/clients", a_body("clients", fullname=name)),
        lambda sandbox: name in names(sandbox),
        f"client {name}",
        client=name,
    )


def message_posted(content: str) -> Step:
    """A message is posted through the API, which the channel relays."""
    return Step(
        lambda sandbox: sandbox.api.post("/inbox/messages", a_message(content=content)),
        lambda sandbox: content in contents(sandbox),
        f"message {content}",
        message=content,
    )


def guest_books(name: str) -> Step:
    """A guest books on a channel, which opens the conversation later."""
    body = {"channel": "airbnb", "guest": {"fullname": name}, "conversation_delay": "10m"}
    return Step(
        lambda sandbox: sandbox.admin.post("/bookings", body), lambda sandbox: name in names(sandbox), f"booking of {name}", client=name
    )


def time_passes(minutes: int, before: str) -> Step:
    """Time passes on a clock that shows ``before``: what is left of it, if some of it has passed."""
    end = times.parse(before) + timedelta(minutes=minutes)

    def left(sandbox: Sandbox) -> int:
        return int((end - times.parse(now(sandbox))).total_seconds())

    return Step(
        lambda sandbox: sandbox.admin.post("/clock/advance", {"by": f"{left(sandbox)}s"}),
        lambda sandbox: left(sandbox) <= 0,
        f"{minutes} minutes",
    )


def now(sandbox: Sandbox) -> str:
    """What the clock shows."""
    return str(done(sandbox.admin.get("/clock")).json["now"])


def listed(sandbox: Sandbox, name: str) -> list[JSON]:
    """Every record of a resource."""
    first = done(sandbox.api.get(f"/{name}", per_page=100))
    pages = range(2, int(first.meta["X-Total-Pages"]) + 1)
    return first.records + [record for page in pages for record in done(sandbox.api.get(f"/{name}", per_page=100, page=page)).records]


def names(sandbox: Sandbox) -> set[str]:
    """The names of the clients."""
    return {client["fullname"] for client in listed(sandbox, "clients")}


def contents(sandbox: Sandbox) -> set[str]:
    """The contents of the messages."""
    return {message["content"] for message in listed(sandbox, "inbox/messages")}


def records(sandbox: Sandbox) -> dict[str, list[JSON]]:
    """Every record of every resource, without what names the server and the sandbox."""
    return {name: [{**record, "links": sorted(record["links"])} for record in listed(sandbox, name)] for name in RESOURCES}


def done(answer: Answer) -> Answer:
    """The answer, which must be that something was done.

    Raises:
        BusyError: it was not, and may be asked for again.
    """
    if answer.status in BUSY:
        raise BusyError(f"{answer.status} {answer.body[:300]!r}")
    if answer.status not in {200, 201}:
        raise WrongError(f"answered {answer.status}: {answer.body[:500]!r}")
    return answer


@dataclass
class Writer:
    """Writes into one sandbox through any of the servers; ``root`` returns where one answers at the moment."""

    number: int
    random: Random
    root: Callable[[], str]
    receiver: Receiver
    alone: Mock
    steps: list[Step] = field(default_factory=list)
    acknowledged: int = 0
    unsure: int = 0
    compared: int = 0
    drawn: int = 0

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self.made: JSON = self._persist(self._make)

    def work(self, is_over: Callable[[], bool]) -> None:
        """Write until it is over, and compare at the end."""
        while not is_over():
            if len(self.steps) > LONG:
                self.compare()
                self._persist(lambda sandbox: done(sandbox.admin.post("/reset")))
                self.steps.clear()
            self._take(self._draw())
        self.compare()

    def look(self) -> None:
        """Look for what was done.

        Raises:
            WrongError: something is not there, or there is more.
        """
        first, messages = {"Clementina Kling"}, self._persist(contents)
        clients = {step.client for step in self.steps if step.client}
        written = {step.message for step in self.steps if step.message}
        for wanted, found in ((clients, self._persist(names) - first), (written, messages)):
            if wanted != found:
                self._wrong(f"missing {sorted(wanted - found)}, never acknowledged {sorted(found - wanted)}")

    def compare(self) -> None:
        """Compare the sandbox with one in which the same steps were taken, and whose server was never killed.

        Raises:
            WrongError: they differ, or a webhook was lost, or doubled without saying so.
        """
        self.compared += 1
        self._persist(lambda sandbox: done(sandbox.admin.post("/clock/advance", {"by": "0s"})))
        self.look()
        alone = self.alone.sandbox(self._scenario())
        for step in self.steps:
            done(step.do(alone))
        here, there = self._persist(records), records(alone)
        self.alone.admin.delete(f"/sandboxes/{alone.id}")
        for name in RESOURCES:
            if here[name] != there[name]:
                self._wrong(f"{name} are not those of a server that ran on:\n{here[name]}\n{there[name]}")
        self._compare_webhooks()

    def _compare_webhooks(self) -> None:
        deliveries: list[JSON] = self._persist(lambda sandbox: done(sandbox.admin.get("/deliveries", limit=200)).json["deliveries"])
        clients = sum(bool(step.client) for step in self.steps)
        if len(deliveries) != clients:
            self._wrong(f"{clients} clients were created, and {len(deliveries)} webhooks were to tell of it")
        arrived = Counter(
            self._delivery(received.header("X-Mock-Delivery")) for received in list(self.receiver.received) if received.path == self._path
        )
        generation = max((generation for generation, _ in arrived), default=0)
        for delivery in deliveries:
            often = arrived[generation, delivery["id"]]
            again = sum(SENT_AGAIN in (attempt["why"] or "") for attempt in delivery["attempts"])
            if delivery["outcome"] != "delivered" or not 1 <= often <= 1 + again:
                self._wrong(f"a webhook arrived {often} times, and its attempts say: {delivery}")

    @staticmethod
    def _delivery(name: str) -> tuple[int, int]:
        _, generation, delivery_id = name.split("-")
        return int(generation), int(delivery_id)

    def _draw(self) -> Step:
        self.drawn += 1
        text, kind = f"{self.number}/{self.drawn}", self.random.random()
        if kind < 0.4:
            return client_created(text)
        if kind < 0.7:
            return message_posted(text)
        if kind < 0.8:
            return guest_books(text)
        return time_passes(self.random.randint(1, 20), self._persist(now))

    def _take(self, step: Step) -> None:
        """Take a step once: where no answer came, look whether it was taken before it is tried again."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                done(step.do(self.sandbox))
            except requests.RequestException:
                self.unsure += 1
                if self._persist(step.is_done):
                    self.steps.append(step)
                    self.look()
                    return
            except BusyError:
                time.sleep(RETRY_SECONDS)
            else:
                self.acknowledged += 1
                self.steps.append(step)
                return
        self._wrong(f"{step.says} was not answered within {PATIENCE_SECONDS} seconds")

    def _persist(self, ask: Callable[[Sandbox], T]) -> T:
        """Ask again until there is an answer: for what may be done twice."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return ask(self.sandbox)
            except (requests.RequestException, BusyError) as error:
                if time.monotonic() > deadline:
                    self._wrong(f"no answer within {PATIENCE_SECONDS} seconds: {error}")
                time.sleep(RETRY_SECONDS)

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox, at a server that answers at the moment."""
        return Sandbox(OverSocket(self.root(), self._session), getattr(self, "made", {}))

    @property
    def _path(self) -> str:
        return f"/{self.number}"

    def _scenario(self) -> JSON:
        return a_scenario(
            bookings=[a_booking()],
            participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}],
            webhooks=[{"role": "receiver", "events": ["client_created"]}],
        )

    def _make(self, sandbox: Sandbox) -> JSON:
        url = self.receiver.url.removesuffix("/hook") + self._path
        made: JSON = done(Mock(sandbox.transport).admin.post("/sandboxes", {"scenario": self._scenario(), "webhook_url": url})).json
        return made

    def _wrong(self, text: str) -> NoReturn:
        raise WrongError(f"sandbox {self.number}: {text}\nafter {'; '.join(step.says for step in self.steps)}")
