"""The harness in which clients run: one server of the fake on a free port, and a sandbox for each world, driven from this process.

No other module of the trial uses the fake's internals.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs

from inbox_contracts.consumer.driver import JSON
from inbox_contracts.consumer.meanwhile import Plans
from inbox_contracts.consumer.oracle import WorldState
from inbox_contracts.consumer.worlds import EDITS, PASSES, World, kind_of
from inbox_mock.api.operation import OperationIndex
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.app import Options
from inbox_mock.bundles.saving import Contents, hold
from inbox_mock.channels import policies
from inbox_mock.conduct.evaluation import offered_rules
from inbox_mock.conduct.report import report_on
from inbox_mock.domain import limits
from inbox_mock.domain.endpoints import API
from inbox_mock.engine import durations
from inbox_mock.engine.checkpoints import CheckpointRoom, Checkpoints
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.engine.timeline import catch_up, pass_time
from inbox_mock.engine.unit_of_work import Actor
from inbox_mock.faults import active
from inbox_mock.scenarios import timeline
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import find_shipped, from_object
from inbox_mock.services import oauth
from inbox_mock.services.messages import edit_message
from inbox_mock.serving.server import Server, serving
from inbox_mock.store import access, faults, journal, records
from inbox_mock.store.timeline import Event
from inbox_mock.webhooks.advance import IDLE, a_year_on, advance
from inbox_mock.webhooks.sender import LocalReceiver, sign

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SCOPES = ("inbox_write", "bookings_read", "clients_read", "applications_read")
LASTING = frozenset({"expired_token", "revoked_token"})
"""Faults that do not end: a token that was refused once is never good again."""

RECEIVER_HOST = "127.0.0.1"
SIGNATURE = "X-Content-Signature"
EDITOR_ID = 12
"""The user who edits messages in ``staff_edits``."""


class Harness(ExitStack):
    """A running server, in which worlds are opened one after the other. Use it as a context manager.

    ``operations`` and ``offers`` are what its reports are made by: the operations of the API, and the rules of conduct.
    """

    def __enter__(self) -> Self:
        self._running: RunningWorld | None = None
        options = Options(scenario=find_shipped("empty"), seed=0, overrides=Overrides(mode="manual"))
        self._server = self.enter_context(serving(options, self._watched))
        self.operations, self.offers = OperationIndex(OPERATIONS), offered_rules()
        return self

    @contextmanager
    def open(self, world: World, receiver: LocalReceiver | None) -> Iterator["RunningWorld"]:
        """Create the sandbox of a world, and delete it afterwards.

        ``receiver`` handles the world's webhooks; without it there is no subscription.

        Raises:
            ScenarioError: the world cannot be built.
        """
        fake = self._server.fake
        scenario = dict(world.scenario)
        if receiver is None:
            scenario.pop("webhooks", None)
        else:
            fake.sender.local_receivers[RECEIVER_HOST] = receiver
        sandbox = fake.factory.create(from_object(scenario), Overrides(mode="manual"))
        sandbox.checkpoints = Checkpoints(CheckpointRoom(shared=True))  # there is no room for any: nobody goes back in a trial
        self._running = RunningWorld(self, self._server, sandbox)
        try:
            yield self._running
        finally:
            self._running = None
            fake.sandboxes.remove(sandbox)
            fake.sender.local_receivers.pop(RECEIVER_HOST, None)

    def _watched(self, app: "WSGIApplication") -> "WSGIApplication":
        """Take the steps that a world plans between two requests just before the second of them is answered."""

        def watched(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            world = self._running
            if world is None or not world.plans:
                return app(environ, start_response)
            asked = environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix(API).rstrip("/")
            world.plans.asked(*asked, parse_qs(environ["QUERY_STRING"]).get("page", ["1"])[0])

            def start(status: str, *more: Any) -> Callable[[bytes], object]:  # noqa: ANN401 - as WSGI has it
                if status >= "400":
                    world.plans.failed(*asked)
                return start_response(status, *more)

            return app(environ, start)

        return watched


class RunningWorld:
    """The sandbox of one world: its state, its journal, its clock, its faults, its report, and the steps that take effect in it."""

    def __init__(self, harness: Harness, server: Server, sandbox: Sandbox) -> None:
        self._harness, self._server = harness, server
        self._sandbox = sandbox
        self._sender = server.fake.sender
        self._secret = ""
        self._known: tuple[int, WorldState] | None = None
        self.plans = Plans(self._perform_between)
        with sandbox.read() as work:
            self.account_id = records.ids(work.db, records.Selection("accounts"), 1)[0]  # the client's is the first one

    def credentials(self) -> JSON:
        """Return the arguments of the command ``start``: the API's address, credentials, and newly issued tokens."""
        with self._sandbox.work() as work:
            application = access.client_application(work.db)
            if application is None:
                raise RuntimeError("the world has no application of the client's own")
            work.log("issue_pair", application_id=application["id"], account_id=self.account_id, scopes=SCOPES)
            token, refresh = oauth.issue_pair(work, application["id"], self.account_id, SCOPES)
            client_id, self._secret = oauth.client_credentials_of(work, application)
        return {
            "api_url": f"{self._server.url}{API}",
            "token": token["token"],
            "client_id": client_id,
            "client_secret": self._secret,
            "refresh_token": refresh["token"],
            "webhook_secret": self._secret,
        }

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Return whether a webhook's signature was made with the client's secret."""
        return sign(self._secret, body) == headers.get(SIGNATURE)

    def state(self) -> WorldState:
        """Return the records of the client's account as they are now, as long as none of them changes: to read moves nothing."""
        version = self._sandbox.version_of_records
        if self._known is None or self._known[0] != version:
            owning = frozenset(name for name, policy in policies().items() if policy.owns_conversations)
            self._known = version, WorldState(self._rows, owning)
        return self._known[1]

    def stored(self, noun: str, record_id: int) -> JSON | None:
        """Return a record of the client's account, or None: the row of the view ``*_records`` with this id."""
        with self._sandbox.read() as work:
            found = records.read_one(work.db, f"{noun}_records", records.Selection(f"{noun}s", self.account_id), record_id)
        return next((dict(zip(found.columns, row, strict=True)) for row in found.rows), None)

    def _rows(self, noun: str) -> list[JSON]:
        with self._sandbox.read() as work:
            found = records.read(work.db, f"{noun}_records", records.ids(work.db, records.Selection(f"{noun}s", self.account_id)))
        return [dict(zip(found.columns, row, strict=True)) for row in found.rows]

    @property
    def now(self) -> str:
        """The world's time, such as ``2030-06-01T12:00:00Z``."""
        return self._sandbox.now

    def perform(self, step: Mapping[str, Any]) -> str | None:
        """Perform a step now; return None, or the reason why it has no effect."""
        if kind_of(step) == EDITS:
            return self._edit(step[EDITS])
        try:
            with self._sandbox.work() as work:
                timeline.plan_now(work, step)
        except ScenarioError as error:
            return f"found {error.found}"
        return _refusal_of(step, self._advance(timedelta()))

    def _perform_between(self, step: Mapping[str, Any]) -> str | None:
        """Perform a step while the client waits for an answer: webhooks leave when it has been answered."""
        if kind_of(step) == EDITS:
            return self._edit(step[EDITS])
        try:
            with self._sandbox.work() as work:
                if kind_of(step) == PASSES:
                    work.log("pass_time", by=step[PASSES])
                    pass_time(work, durations.parse(step[PASSES]))
                    return None
                timeline.plan_now(work, step)
                work.log("catch_up")
                return _refusal_of(step, catch_up(work, work.instant))
        except ScenarioError as error:
            return f"found {error.found}"

    def _edit(self, given: Mapping[str, Any]) -> str | None:
        message = self.state().last_host_message(given["booking"])
        if message is None:
            return "no host has written there"
        with self._sandbox.work() as work:
            changes = {"content": given["content"]}
            work.log("edit_message", account_id=message["account_id"], user_id=EDITOR_ID, message_id=message["id"], changes=changes)
            edit_message(work, Actor(message["account_id"], user_id=EDITOR_ID), message["id"], changes)
        return None

    def _advance(self, by: timedelta) -> Iterable[Event]:
        return advance(self._sandbox, self._sender, lambda work: work.instant + by).happened

    def advance(self, duration: str) -> None:
        """Advance the clock by a duration such as ``10m``."""
        self._advance(durations.parse(duration))

    def advance_to(self, unix: int) -> None:
        """Advance the clock to a Unix time, unless it is past."""
        with self._sandbox.work() as work:
            ahead = unix - int(work.instant.timestamp())
        self._advance(timedelta(seconds=max(ahead, 0)))

    def settle(self) -> None:
        """Advance the clock until no event is due any more."""
        advance(self._sandbox, self._sender, a_year_on, IDLE)

    def end_faults(self) -> None:
        """End every fault that can end."""
        with self._sandbox.work() as work:
            ended = [fault["id"] for fault in faults.standing(work.db, work.now) if fault["kind"] not in LASTING]
            work.log("end_faults", ids=ended)
            for fault_id in ended:
                faults.change(work.db, fault_id, {"ends_at": work.now})

    def newest_entry(self) -> int:
        """Return the id of the journal's newest entry, or 0."""
        return self._sandbox.last_entry

    def entries(self, after: int = 0) -> list[JSON]:
        """Return the journal's entries after the one with this id, oldest first."""
        with self._sandbox.work() as work:
            return journal.after(work.db, after, limits.JOURNAL)

    def faults(self) -> list[JSON]:
        """Return the faults that were set, and how often each struck."""
        with self._sandbox.work() as work:
            return [active.fault_record(row) for row in faults.all_set(work.db)]

    def held(self) -> Contents:
        """Return what a bundle of the run is made of."""
        return hold(self._sandbox)

    def report(self) -> JSON:
        """Return the report on the client's conduct."""
        return report_on(self._sandbox, self._harness.operations, offers=self._harness.offers)


def _refusal_of(step: Mapping[str, Any], happened: Iterable[Event]) -> str | None:
    """Return why a step had no effect, or None."""
    for event in happened:
        if event.kind == kind_of(step):
            refused = event.about.get("refused", event.about.get("failed"))
            return None if refused is None else str(refused)
    return None
