"""Running a client in a world: the steps of the world, what the client is told to do, and the end."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from inbox_contracts.consumer.beliefs import TIES, Mismatch, malformed, mismatches
from inbox_contracts.consumer.driver import JSON, ClientDriver, DriverError, DriverFailed, GaveUp, Later
from inbox_contracts.consumer.evaluation import evaluate
from inbox_contracts.consumer.harness import Harness, RunningWorld
from inbox_contracts.consumer.recording import Recording, RequestedReply, count_replies, describe_request, describe_step
from inbox_contracts.consumer.session import ClientSession, NoProgress
from inbox_contracts.consumer.worlds import CLIENT, MEANWHILE, PASSES, REPLIES, SYNCS, TYING, World, kind_of

QUIET_SYNCS = 1
"""How many syncs come after the last one that may bring news: the belief has to stay right."""
BEFORE_A_QUIET_SYNC = "1m"


def run_world(world: World, client: ClientDriver, harness: Harness) -> Recording:
    """Run a client in a world, to the end or until it fails, and evaluate the run.

    Raises:
        ScenarioError: the world cannot be built.
        BrokenRulesError: a rule of conduct cannot be used.
    """
    recording = Recording(world)
    session = ClientSession(recording, client)
    with harness.open(world, session.receive if "webhooks" in world.scenario else None) as running:
        session.world = running
        runner = WorldRunner(running, session, recording)
        try:
            runner.run()
        except NoProgress as error:
            recording.stuck = str(error)
        except GaveUp as error:
            recording.gave_up = str(error)
        except DriverFailed as failed:
            recording.driver_error = failed.driver_error
        runner.conclude()
        recording.findings = tuple(evaluate(recording))
        if recording.findings:  # to take the image of a world settles its database, which the next one could have used
            recording.held = running.held()
    return recording


class WorldRunner:
    """One run of a client in a world."""

    def __init__(self, world: RunningWorld, session: ClientSession, recording: Recording) -> None:
        self._world = world
        self._session = session
        self._recording = recording
        self._syncs = 0

    def run(self) -> None:
        """Start the client, take every step, settle the world, and request the final belief."""
        self._session.start()
        for step in self._recording.world.steps:
            self._step(step)
        self._settle()

    def conclude(self) -> None:
        """Record the final state."""
        recording, state = self._recording, self._world.state()
        recording.expected, recording.cancelled = state.expected_belief(), state.cancelled
        count_replies(recording.replies, self._counted)
        recording.said = state.said_by(CLIENT)
        recording.entries, recording.faults = self._world.entries(), self._world.faults()
        if recording.driver_error is None:
            recording.report = self._world.report()

    def _step(self, step: Mapping[str, Any]) -> None:
        kind = kind_of(step)
        if kind == SYNCS:
            self._sync()
        elif kind == REPLIES:
            self._reply(**step[REPLIES])
        elif kind == MEANWHILE:
            self._plan(step[MEANWHILE])
        elif kind == PASSES:
            self._session.note("world", describe_step(step))
            self._world.advance(step[PASSES])
            self._session.handle_webhooks()
            self._remind()
        else:
            self._session.note("world", self._taken(step, self._world.perform(step)))
            self._session.handle_webhooks()

    def _taken(self, step: Mapping[str, Any], why: str | None) -> str:
        """Record that a step was taken, unless it had no effect, and say so."""
        if why is None:
            kind, given = kind_of(step), step[kind_of(step)]
            self._recording.happened.append((kind, given, self._syncs))
            if kind in TYING:
                self._recording.tied.add(given[TYING[kind]])
        return describe_step(step) + (f" (it cannot: {why})" if why else "")

    def _plan(self, given: Mapping[str, Any]) -> None:
        """Plan steps between two requests of what the client is told next."""
        which = describe_request(given)

        def tell(step: JSON, why: str | None) -> None:
            if why is None:
                self._recording.meanwhile.append((kind_of(step), step[kind_of(step)]))
            self._session.note_between(f"Meanwhile, before {which} is answered: {self._taken(step, why)}")

        self._world.plans.add(given, tell)

    def _sync(self) -> JSON | None:
        if "sync" not in self._recording.can:
            return None
        state = self._world.state()
        self._recording.awaited |= state.awaiting
        before, newest = state.expected_belief(), self._world.newest_entry()
        belief = self._session.command("sync")
        self._recording.idle = self._world.newest_entry() == newest
        self._syncs += 1
        self._session.believed = belief
        wrong = malformed(belief)
        if wrong:
            raise DriverFailed(DriverError("protocol", f"sync answered something malformed: {wrong}"))
        self._recording.seen |= {found["id"] for found in belief["bookings"]}
        self._recording.outdated += self._outdated(belief, before)
        return belief

    def _outdated(self, belief: JSON, before: JSON) -> Iterator[tuple[str, Mismatch]]:
        """Yield what was wrong in a belief both when the client began to read and when it said so, except what no list brings."""
        found = {one.identity: one for one in mismatches(belief, before)}
        for one in mismatches(belief, self._world.state().expected_belief()) if found else ():
            if one.identity in found and one.part not in TIES:
                yield self._world.now, replace(one, about=f"{one.about}, and it had sent no request") if self._recording.idle else one

    def _reply(self, booking: int, content: str) -> None:
        if "reply" in self._recording.can and self._world.state().is_answerable(booking):
            hosted = self._world.state().hosted
            reply = RequestedReply(booking, content, hosted=hosted, after=self._world.newest_entry())
            reply.there = self._counted(reply)
            self._recording.replies.append(reply)
            self._ask_for(reply)

    def _counted(self, reply: RequestedReply) -> tuple[int, int]:
        state = self._world.state()
        return state.times_read(reply.booking_id, reply.content), state.times_sent(reply.content)

    def _ask_for(self, reply: RequestedReply) -> None:
        """Command the client to answer a guest. While there is no conversation, it may put that off any number of times."""
        if not self._world.state().is_answerable(reply.booking_id):
            reply.state = "void"
            return
        arguments: JSON = {"booking_id": reply.booking_id, "content": reply.content}
        if self._world.state().channel_conversation(reply.booking_id) is not None:
            self._session.command("reply", **arguments)
            reply.state = "kept"
            return
        before = self._world.newest_entry()
        try:
            self._session.once("reply", **arguments)
        except Later:
            self._session.wait_for_the_limit(before)
            return
        reply.state, reply.too_soon = "kept", self._world.state().channel_conversation(reply.booking_id) is None

    def _remind(self) -> None:
        for reply in self._recording.replies:
            if reply.state == "owed":
                self._ask_for(reply)

    def _settle(self) -> None:
        """End the faults and advance through every pending event: from then on the client has to get everything right."""
        self._session.note("world", "From now on nothing goes wrong, and whatever was under way arrives.")
        self._world.plans.clear()
        self._world.end_faults()
        self._world.advance("1h")
        self._session.handle_webhooks()
        for _ in range(2):
            self._world.settle()
            self._session.handle_webhooks()
            self._remind()
        self._world.settle()
        self._session.handle_webhooks()
        self._recording.belief = self._sync()
        while self._recording.belief is not None and self._recording.quiet < QUIET_SYNCS:
            if mismatches(self._recording.belief, self._world.state().expected_belief()):
                break
            self._world.advance(BEFORE_A_QUIET_SYNC)
            self._recording.quiet += 1
            self._recording.belief = self._sync()
