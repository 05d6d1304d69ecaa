"""The fake on which worlds are played: one server on a free port, and a sandbox for each world, commanded in this process."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from inbox_contracts.consumer.worlds import EDITS, World, kind_of
from inbox_mock.app import Options
from inbox_mock.domain import times
from inbox_mock.engine import durations
from inbox_mock.engine.sandboxes import Sandbox
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.faults import active
from inbox_mock.scenarios import timeline
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.builder import Builder
from inbox_mock.scenarios.loading import Scenario, find_shipped
from inbox_mock.scenarios.yaml12 import Lines
from inbox_mock.server import Server
from inbox_mock.services import oauth
from inbox_mock.services.messages import edit_message
from inbox_mock.simulation import channels
from inbox_mock.store import faults as fault_store
from inbox_mock.store import journal
from inbox_mock.testing.sandboxes import client_of
from inbox_mock.webhooks.advance import IDLE, advance, advance_until
from inbox_mock.webhooks.sender import LocalReceiver

if TYPE_CHECKING:
    from inbox_mock.store.timeline import Event as TimelineEvent

JSON = dict[str, Any]

SCOPES = ("inbox_write", "bookings_read", "clients_read", "applications_read")
LASTING = frozenset({"expired_token", "revoked_token"})
"""Faults that do not end: a token that was refused once is never good again."""

STOP_SECONDS = 10


class Stage:
    """One server for all worlds. Use it as a context manager."""

    def __init__(self) -> None:
        self._server = Server(Options(scenario=find_shipped("empty"), overrides=Overrides(mode="manual")), port=0)
        self._thread = Thread(target=self._serve, daemon=True)
        self._ready = Event()

    def _serve(self) -> None:
        self._server.serve(self._ready.set)

    def __enter__(self) -> Self:
        self._server.prepare()
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.stop()
        self._thread.join(STOP_SECONDS)

    @contextmanager
    def open(self, world: World, receiver: LocalReceiver | None) -> Iterator["Scene"]:
        """Make the sandbox of a world; ``receiver`` takes its webhooks. Without one nothing is subscribed.

        Raises:
            Mistake: the world cannot be made.

        """
        fake = self._server.fake
        beginning = (
            world if receiver is not None else World({k: part for k, part in world.scenario.items() if k != "webhooks"}, world.steps)
        )
        if receiver is not None:
            fake.sender.local_receivers["127.0.0.1"] = receiver
        sandbox = fake.factory.create(beginning.start, Overrides(mode="manual"))
        try:
            yield Scene(self._server, sandbox)
        finally:
            fake.sandboxes.remove(sandbox)
            fake.sender.local_receivers.pop("127.0.0.1", None)


class Scene:
    """One world on the stage: what is so, what happens, and what the client asked for."""

    def __init__(self, server: Server, sandbox: Sandbox) -> None:
        self._server = server
        self._sandbox = sandbox
        self._sender = server.fake.sender

    def credentials(self) -> JSON:
        """Return what the client is told when it starts: where the API is, and tokens that its account's owner has just granted."""
        with self._sandbox.work() as work:
            application = oauth.client_application(work)
            if application is None:
                raise RuntimeError("the world has no application of the client's own")
            account_id = work.db.one("SELECT min(id) AS id FROM accounts")["id"]  # type: ignore[index]
            whose = application["id"], account_id, SCOPES
            token = oauth.issue_token(work, *whose, lifetime_seconds=oauth.LIFETIME_SECONDS)
            refresh = oauth.issue_token(work, *whose, kind="refresh")
            client_id, client_secret = oauth.client_credentials_of(work, application)
        return {
            "api_url": f"{self._server.url}/api/v3",
            "token": token["token"],
            "client_id": client_id,
            "client_secret": client_secret,
            "refresh_token": refresh["token"],
            "webhook_secret": client_secret,
        }

    @contextmanager
    def work(self) -> Iterator[UnitOfWork]:
        """Look at the sandbox."""
        with self._sandbox.work() as work:
            yield work

    @property
    def now(self) -> str:
        """The world's time."""
        with self._sandbox.work() as work:
            return work.now

    def let_happen(self, step: Mapping[str, Any]) -> str | None:
        """Let something happen now; return why it cannot, or None.

        Raises:
            Mistake: it speaks of something that there is not.

        """
        if kind_of(step) == EDITS:
            return self._edit(step[EDITS])
        with self._sandbox.work() as work:
            data = {"timeline": [{"at": "0s", **step}]}
            timeline.plan(Builder(Scenario("the world", data, Lines()), work, work.instant, lambda _done, _total: None))
        for event in self.pass_time(timedelta()):
            if event.kind == kind_of(step):
                refused = event.about.get("refused", event.about.get("failed"))
                return None if refused is None else str(refused)
        return None

    def _edit(self, wanted: Mapping[str, Any]) -> str | None:
        sql = """SELECT m.id, m.account_id FROM messages m JOIN participants p ON p.id = m.sender_id
                 WHERE m.conversation_id = ? AND p.member_type = 'Host' ORDER BY m.id DESC LIMIT 1"""
        with self._sandbox.work() as work:
            conversation = channels.channel_conversation(work, wanted["booking"])
            message = work.db.one(sql, (conversation["id"],)) if conversation else None
            if message is None:
                return "no host has written there"
            actor = Actor(int(str(message["account_id"])), user_id=2)
            edit_message(work, actor, int(str(message["id"])), {"content": wanted["content"]})
        return None

    def pass_time(self, by: timedelta) -> "list[TimelineEvent]":
        """Move the clock; return what happened on the way."""
        return advance(self._sandbox, self._sender, lambda work: work.instant + by).happened

    def pass_for(self, text: str) -> None:
        """Move the clock by a duration such as ``10m``."""
        self.pass_time(durations.parse(text))

    def pass_until(self, unix: int) -> None:
        """Move the clock to a Unix time, if that is still to come."""
        with self._sandbox.work() as work:
            ahead = unix - int(work.instant.timestamp())
        self.pass_time(timedelta(seconds=max(ahead, 0)))

    def settle(self) -> None:
        """Move the clock until nothing is to happen any more."""
        advance_until(self._sandbox, self._sender, IDLE)

    def end_faults(self) -> None:
        """Let nothing go wrong any more."""
        with self._sandbox.work() as work:
            for fault in fault_store.standing(work.db, work.now):
                if fault["kind"] not in LASTING:
                    fault_store.change(work.db, fault["id"], {"ends_at": work.now})

    def struck(self) -> list[JSON]:
        """Return every fault, with how often it ``struck``."""
        with self._sandbox.work() as work:
            return [active.shown(fault) for fault in fault_store.all_set(work.db)]

    def entries(self, after: int = 0) -> list[JSON]:
        """Return the journal's entries after one."""
        with self._sandbox.work() as work:
            return journal.after(work.db, after, journal.MOST_ENTRIES)

    def past(self) -> list[JSON]:
        """Return what has happened on the timeline."""
        with self._sandbox.work() as work:
            return work.db.every("SELECT due_at AS at, kind, about FROM timeline WHERE happened = 1 ORDER BY id")

    def report(self) -> JSON:
        """Return the report on the client's conduct."""
        return client_of(self._server.fake.app, self._server.url).sandbox(self._sandbox.id).report()


def when(text: str) -> str:
    """Return the time of day of a time on the wire, for people."""
    return times.parse(text).strftime("%H:%M:%S")
