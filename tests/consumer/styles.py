"""Good clients of other styles than the reference client's, each from its parts: what it is made of, and how it is driven."""

import json
import pickle
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock, local
from typing import Any, cast

from urllib3 import BaseHTTPResponse, PoolManager

from driver import Driver
from inbox_client import Api, Inbox, Later, Refused
from inbox_client.api import JSON, Answer
from inbox_client.inbox import INBOX, LISTS
from inbox_client.webhooks import hint_in
from inbox_contracts.consumer import driver as protocol
from mutants.clients.broken import InThisProcess, Rebuilt


class PollingOnly(Driver):
    """Hears of nothing by webhooks."""

    def start(self, *, api_url: str, webhook_secret: str, **credentials: str) -> JSON:
        super().start(api_url=api_url, webhook_secret=webhook_secret, **credentials)
        return {"can": ["sync", "reply"]}


class FetchesWhatItHears(Inbox):
    """Fetches each record that a webhook tells of at once; where that fails, and for what no webhook tells, polling is the backup."""

    may_fetch = True

    def sync(self) -> None:
        self.may_fetch = False
        super().sync()
        self.may_fetch = True

    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        accepted, hint = super().receive(headers, body), hint_in(body)
        name = f"{hint.kind}s" if hint is not None else ""
        if accepted and hint is not None and name in INBOX and self.may_fetch:
            try:
                self.fetch(name, hint.record_id)
            except Later:
                self.may_fetch = False
        return accepted

    def fetch(self, name: str, number: int) -> None:
        try:
            answer = self.api.call("GET", f"{self.api.url}/{LISTS[name][0]}/{number}")
        except Refused as refused:
            if refused.status != 404:
                raise
            self.copy[name].pop(number, None)
            return
        for record in answer.records:
            self.remember(name, record)


class FullRelisting(Inbox):
    """Lists everything each time, and replaces what it had."""

    def catch_up(self, name: str) -> None:
        self.synced_at.pop(name, None)
        super().catch_up(name)


class Conditional(PoolManager):
    """Keeps each answer with its ETag, and has it confirmed."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, BaseHTTPResponse] = {}

    def request(self, method: str, url: str, *given: Any, **more: Any) -> BaseHTTPResponse:
        kept = self.kept.get(f"{url} {more.get('fields')}") if method == "GET" else None
        if kept is not None:
            more["headers"] = {**more["headers"], "If-None-Match": kept.headers["ETag"]}
        answer = super().request(method, url, *given, **more)
        if kept is not None and answer.status == 304:
            return kept
        if method == "GET" and answer.status == 200 and is_json(answer.data):
            self.kept[f"{url} {more.get('fields')}"] = answer
        return answer


def is_json(text: bytes) -> bool:
    """Whether an answer came as it was sent."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


class RelistingDriver(Rebuilt):
    """A driver of such a client."""

    def __init__(self) -> None:
        super().__init__(FullRelisting)

    def start(self, *, api_url: str, webhook_secret: str, **credentials: str) -> JSON:
        self.http = Conditional()
        return super().start(api_url=api_url, webhook_secret=webhook_secret, **credentials)


class OnePageACall(Inbox):
    """Reads one page a command, and goes on there with the next one."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.reading: Iterator[None] | None = None

    def pages(self) -> Iterator[None]:
        """Bring the copy up to date; yields after each page."""
        for name in INBOX:
            path, query = LISTS[name]
            since = {"updated_since": self.synced_at[name]} if name in self.synced_at else {}
            unseen, synced_at = set() if since else set(self.copy[name]), None
            for page in self.api.pages(path, **query, **since):
                synced_at = synced_at or page.synced_at
                for record in page.records:
                    self.remember(name, record)
                    unseen.discard(record["id"])
                unseen.update(page.deleted_ids)
                yield
            for number in unseen:
                self.copy[name].pop(number, None)
            self.synced_at[name] = synced_at or self.synced_at[name]
        self.follow_hints()

    def sync(self) -> None:
        self.reading = self.reading or self.pages()
        try:
            next(self.reading)
        except StopIteration:
            self.reading = None
        except Later:
            self.reading = None
            raise
        else:
            raise Later("one page a command")


class InSmallSteps(Rebuilt):
    """A driver of such a client: what was begun for another command is finished, and then everything is read once more."""

    def __init__(self) -> None:
        super().__init__(OnePageACall)
        self.begun = False

    def sync(self) -> JSON:
        assert isinstance(self.inbox, OnePageACall)
        if not self.begun and self.inbox.reading is not None:
            self.inbox.sync()
        self.begun = True
        told = super().sync()
        self.begun = False
        return told

    def reply(self, *, booking_id: int, content: str) -> JSON:
        self.begun = False
        return super().reply(booking_id=booking_id, content=content)


class SharedToken(Api):
    """One token for several threads: whoever finds it refused first gets the new one, and the others wait for that."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.refreshing = Lock()
        self.limited = False

    def exchange(self, method: str, url: str, **more: Any) -> Answer:
        if self.limited:
            raise Later("the hour's requests are used up")
        try:
            return super().exchange(method, url, **more)
        except Later as later:
            self.limited = later.not_before is not None
            raise

    def call(self, method: str, url: str, **more: Any) -> Answer:
        for _ in range(2):
            with self.refreshing:
                if self.token is None:
                    self.refresh()
                token = self.token
            answer = self.exchange(method, url, headers={"Authorization": f"Bearer {token}"}, **more)
            if answer.status < 400:
                return answer
            if answer.status != 401:
                raise Refused(f"{method} {url}: {answer.status} {answer.body}", answer.status)
            with self.refreshing:
                if self.token == token:
                    self.token = None
        raise Later(f"{method} {url}: a token that was fresh a moment ago is refused")


class ConnectionsOfAThread(local):
    """Connections for each thread."""

    def __init__(self) -> None:
        self.http = PoolManager()

    def request(self, *given: Any, **more: Any) -> BaseHTTPResponse:
        return self.http.request(*given, **more)


class InThreads(Inbox):
    """Reads its lists side by side."""

    threads = ThreadPoolExecutor(len(INBOX))

    def sync(self) -> None:
        assert isinstance(self.api, SharedToken)
        self.api.limited = False
        running = [self.threads.submit(self.catch_up, name) for name in INBOX]
        failed = [error for error in (one.exception() for one in running) if error is not None]
        if failed:
            raise next((error for error in failed if not isinstance(error, Later)), failed[0])
        self.follow_hints()


class ThreadedDriver(Driver):
    """A driver of such a client."""

    def start(self, *, api_url: str, webhook_secret: str, **credentials: str) -> JSON:
        http = cast("PoolManager", ConnectionsOfAThread())
        self.inbox = InThreads(SharedToken(api_url, http=http, **credentials), webhook_secret)
        return {"can": ["sync", "reply", "webhook"]}


def carry_out(file: Path, command: str, given: JSON) -> JSON:
    """Carry a command out with the client as another process has left it, and leave it to the next one."""
    driver = Driver()
    if command == "start":
        credentials = given
    else:
        credentials, inbox, tokens = pickle.loads(file.read_bytes())  # noqa: S301 - our own
    answer = driver.start(**credentials)
    if command != "start":
        vars(driver.inbox).update(inbox)
        driver.inbox.api.token, driver.inbox.api.refresh_token = tokens
    try:
        return answer if command == "start" else getattr(driver, command)(**given)
    except Later as later:
        return {"later": str(later)}
    finally:
        known = {name: getattr(driver.inbox, name) for name in ("copy", "synced_at", "hinted", "unsure")}
        file.write_bytes(pickle.dumps((credentials, known, (driver.inbox.api.token, driver.inbox.api.refresh_token))))


class InProcesses:
    """Two processes take turns; what the client knows is in a file."""

    def __init__(self) -> None:
        self.folder = TemporaryDirectory()
        self.pools = [ProcessPoolExecutor(1, get_context("spawn")) for _ in range(2)]
        self.turns = cycle(self.pools)

    def close(self) -> None:
        """End the processes."""
        for pool in self.pools:
            pool.shutdown()
        self.folder.cleanup()

    def take_a_turn(self, command: str, **given: object) -> JSON:
        return next(self.turns).submit(carry_out, Path(self.folder.name) / "client", command, given).result()

    def start(self, **given: object) -> JSON:
        return self.take_a_turn("start", **given)

    def sync(self) -> JSON:
        return self.take_a_turn("sync")

    def reply(self, **given: object) -> JSON:
        return self.take_a_turn("reply", **given)

    def webhook(self, **given: object) -> JSON:
        return self.take_a_turn("webhook", **given)


STYLES: dict[str, Callable[[], protocol.Client]] = {
    "polling only": lambda: InThisProcess(PollingOnly()),
    "by webhooks, with polling as backup": lambda: InThisProcess(Rebuilt(FetchesWhatItHears)),
    "full listings": lambda: InThisProcess(RelistingDriver()),
    "one page a command": lambda: InThisProcess(InSmallSteps()),
    "several threads": lambda: InThisProcess(ThreadedDriver()),
    "several processes": lambda: cast("protocol.Client", InProcesses()),
}
"""Makes a client of each style. Those in other languages are among the examples."""
