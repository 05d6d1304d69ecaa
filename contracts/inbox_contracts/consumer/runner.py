"""Running a client in a world: events, commands and answers, in order."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from json import loads
from typing import Any

from inbox_contracts.consumer.beliefs import TIES, Mismatch, malformed, mismatches
from inbox_contracts.consumer.driver import CAPABILITIES, JSON, NOW, ClientDriver, DriverError, DriverFailed, GaveUp, Later
from inbox_contracts.consumer.evaluation import evaluate
from inbox_contracts.consumer.harness import Harness, RunningWorld
from inbox_contracts.consumer.oracle import NOUNS, is_outdated
from inbox_contracts.consumer.recording import (
    ReceivedWebhook,
    RecordedEvent,
    Recording,
    RequestedReply,
    count_replies,
    describe_command,
    describe_request,
    describe_step,
    hindered,
    is_a_step,
    target_of,
)
from inbox_contracts.consumer.worlds import CLIENT, MEANWHILE, PASSES, REPLIES, SYNCS, TYING, World, kind_of
from inbox_mock.domain.spelling import as_written

IN_A_ROW = 10
TOO_MANY = 429
MOST_IN_ALL = 200
QUIET_SYNCS = 1
"""How many syncs come after the last one that may bring news: the belief has to stay right."""
MOST_SHOWN = 200
PAUSES = ("1m", "1m", "1m", "5m", "10m", "30m", "1h", "1h", "1h", "1h")
"""How far the clock is advanced each time that the client has put something off."""


class NoProgress(Exception):  # noqa: N818 - the outcome of a run
    """The client puts the same command off again and again, without any progress."""


def run_world(world: World, client: ClientDriver, harness: Harness) -> Recording:
    """Run a client in a world, to the end or until it fails, and evaluate the run.

    Raises:
        ScenarioError: the world cannot be built.
        BrokenRulesError: a rule of conduct cannot be used.
    """
    recording = Recording(world)
    runner = WorldRunner(recording, client)
    with harness.open(world, runner.receive if "webhooks" in world.scenario else None) as running:
        runner.world = running
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

    world: RunningWorld

    def __init__(self, recording: Recording, client: ClientDriver) -> None:
        self._recording = recording
        self._client = client
        self._put_off: list[tuple[Mapping[str, str], bytes, int]] = []
        self._broken: DriverFailed | None = None
        self._syncs = 0
        self._believed: JSON | None = None
        self._between: list[tuple[str, str]] = []
        self._tells_time = False

    def run(self) -> None:
        """Start the client, take every step, settle the world, and request the final belief."""
        began = self._command("start", **self.world.credentials())
        can = began.get("can")
        if not isinstance(can, list) or not can or not all(one in (*CAPABILITIES, NOW) for one in can):
            told = f"can: {as_written(can)[:MOST_SHOWN]}" if "can" in began else "no can"
            about = f"start answered {told}; expected a list such as {as_written(CAPABILITIES)}"
            raise DriverFailed(DriverError("protocol", about))
        self._recording.can = frozenset(can) - {NOW}
        self._tells_time = NOW in can
        for step in self._recording.world.steps:
            self._step(step)
        self._settle()

    def conclude(self) -> None:
        """Record the final state."""
        recording, state = self._recording, self.world.state()
        recording.expected, recording.cancelled = state.expected_belief(), state.cancelled
        count_replies(recording.replies, self._counted)
        recording.said = state.said_by(CLIENT)
        recording.entries, recording.faults = self.world.entries(), self.world.faults()
        if recording.driver_error is None:
            recording.report = self.world.report()

    def _step(self, step: Mapping[str, Any]) -> None:
        match kind_of(step):
            case kind if kind == SYNCS:
                self._sync()
            case kind if kind == REPLIES:
                self._reply(**step[REPLIES])
            case kind if kind == MEANWHILE:
                self._plan(step[MEANWHILE])
            case kind if kind == PASSES:
                self._note("world", describe_step(step))
                self.world.advance(step[PASSES])
                self._after_time()
                self._remind()
            case _:
                self._note("world", self._taken(step, self.world.perform(step)))
                self._after_time()

    def _taken(self, step: Mapping[str, Any], why: str | None) -> str:
        """Record that a step was taken, unless it had no effect, and say so."""
        if why is None:
            kind, given = kind_of(step), step[kind_of(step)]
            self._recording.happened.append((kind, given, self._syncs))
            if kind in TYING and given.get("booking") in self._recording.seen:
                self._recording.tied.add(given[TYING[kind]])
        return describe_step(step) + (f" (it cannot: {why})" if why else "")

    def _plan(self, given: Mapping[str, Any]) -> None:
        """Plan steps between two requests of what the client is told next."""
        which = describe_request(given)

        def tell(step: JSON, why: str | None) -> None:
            if why is None:
                self._recording.meanwhile.append((kind_of(step), step[kind_of(step)]))
            self._between.append((self.world.now, f"Meanwhile, before {which} is answered: {self._taken(step, why)}"))

        self.world.plans.add(given, tell)

    def _sync(self) -> JSON | None:
        if "sync" not in self._recording.can:
            return None
        state = self.world.state()
        self._recording.awaited |= state.awaiting
        before, newest = state.expected_belief(), self.world.newest_entry()
        belief = self._command("sync")
        self._recording.idle = self.world.newest_entry() == newest
        self._syncs += 1
        self._believed = belief
        wrong = malformed(belief)
        if wrong:
            raise DriverFailed(DriverError("protocol", f"sync answered something malformed: {wrong}"))
        self._recording.seen |= {found["id"] for found in belief["bookings"]}
        self._recording.outdated += self._outdated(belief, before)
        return belief

    def _outdated(self, belief: JSON, before: JSON) -> Iterator[tuple[str, Mismatch]]:
        """Yield what was wrong in a belief both when the client began to read and when it said so, except what no list brings."""
        found = {one.identity: one for one in mismatches(belief, before)}
        for one in mismatches(belief, self.world.state().expected_belief()) if found else ():
            if one.identity in found and one.part not in TIES:
                yield self.world.now, replace(one, about=f"{one.about}, and it had sent no request") if self._recording.idle else one

    def _reply(self, booking: int, content: str) -> None:
        if "reply" in self._recording.can and self.world.state().is_answerable(booking):
            hosted = self.world.state().hosted
            reply = RequestedReply(booking, content, hosted=hosted, after=self.world.newest_entry())
            reply.there = self._counted(reply)
            self._recording.replies.append(reply)
            self._ask_for(reply)

    def _counted(self, reply: RequestedReply) -> tuple[int, int]:
        state = self.world.state()
        return state.times_read(reply.booking_id, reply.content), state.times_sent(reply.content)

    def _ask_for(self, reply: RequestedReply) -> None:
        """Command the client to answer a guest. While there is no conversation, it may put that off any number of times."""
        if not self.world.state().is_answerable(reply.booking_id):
            reply.state = "void"
            return
        arguments: JSON = {"booking_id": reply.booking_id, "content": reply.content}
        if self.world.state().channel_conversation(reply.booking_id) is not None:
            self._command("reply", **arguments)
            reply.state = "kept"
            return
        before = self.world.newest_entry()
        try:
            self._once("reply", **arguments)
        except Later:
            new = self.world.entries(before)
            if any(entry["status"] == TOO_MANY for entry in new):
                self._wait(PAUSES[0], new)
            return
        reply.state, reply.too_soon = "kept", self.world.state().channel_conversation(reply.booking_id) is None

    def _remind(self) -> None:
        for reply in self._recording.replies:
            if reply.state == "owed":
                self._ask_for(reply)

    def _settle(self) -> None:
        """End the faults and advance through every pending event: from then on the client has to get everything right."""
        self._note("world", "From now on nothing goes wrong, and whatever was under way arrives.")
        self.world.plans.clear()
        self.world.end_faults()
        self.world.advance("1h")
        self._after_time()
        for _ in range(2):
            self.world.settle()
            self._after_time()
            self._remind()
        self.world.settle()
        self._after_time()
        self._recording.belief = self._sync()
        while self._recording.belief is not None and self._recording.quiet < QUIET_SYNCS:
            if mismatches(self._recording.belief, self.world.state().expected_belief()):
                break
            self.world.advance(PAUSES[0])
            self._recording.quiet += 1
            self._recording.belief = self._sync()

    def _command(self, command: str, **arguments: object) -> JSON:
        """Send a command until the client has carried it out. It may put it off as long as it makes progress in between."""
        in_a_row, seen = 0, set[tuple[object, ...]]()
        for _ in range(MOST_IN_ALL):
            before = self.world.newest_entry()
            try:
                return self._once(command, **arguments)
            except Later:
                new = self.world.entries(before)
            progress = {target_of(entry) for entry in new if is_a_step(entry)} - seen
            in_a_row, seen = (0 if progress else in_a_row + 1), seen | progress
            if in_a_row >= IN_A_ROW:
                break
            self._wait(PAUSES[max(in_a_row - 1, 0)], new)
        raise NoProgress(f"it put off {command} {IN_A_ROW} times in a row, and got no further in between: {hindered(new)}")

    def _wait(self, pause: str, new: list[JSON]) -> None:
        """Advance the clock after the client has put something off, and handle the webhooks that were sent meanwhile."""
        self._pause(pause, new)
        self._after_time()

    def _pause(self, pause: str, new: list[JSON]) -> None:
        """Advance the clock, past the reset if the client was refused because of the rate limit."""
        resets = [int(entry["response"]["headers"]["X-RateLimit-Reset"]) for entry in new if entry["status"] == TOO_MANY]
        if resets:
            self.world.advance_to(resets[-1] + 1)
        else:
            self.world.advance(pause)
        self._note("world", "The rate limit's hour ends." if resets else f"{pause} pass.")

    def _once(self, command: str, **arguments: object) -> JSON:
        before, at = self.world.newest_entry(), self.world.now
        text = describe_command(command, arguments)
        time = {"now": at} if self._tells_time else {}
        try:
            answer = self._client.request(command, **arguments, **time)
        except Later:
            text += " It answers: later."
            raise
        except DriverFailed as failed:
            about = failed.driver_error.about
            text += f" {about[:1].upper()}{about[1:]}."
            raise
        finally:
            self._note("client", text, at, before)
            between, self._between = self._between, []
            for when, what in between:
                self._note("world", what, when)
        return answer

    def receive(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], str]:
        """Deliver a webhook to the client, and return the answer to it. Called while the clock is advanced, so nothing is raised."""
        del url
        if "webhook" not in self._recording.can or self._broken is not None:  # not the client's answer: no rule may speak of it
            return (204 if self.world.is_genuine(headers, body) else 401), {}, ""
        before = self.world.newest_entry()
        try:
            if self._deliver(headers, body):
                return 204, {}, ""
            return (404 if self._is_foreign(loads(body)) else 401), {}, ""
        except Later:
            self._put_off.append((headers, body, before))
            return 503, {}, ""
        except DriverFailed as failed:
            self._broken = failed
            return 500, {}, ""

    def _deliver(self, headers: Mapping[str, str], body: bytes) -> bool:
        text = body.decode()
        told = loads(text)
        record = next(found for name, found in told["resource"].items() if name != "links")
        genuine = self.world.is_genuine(headers, body)
        noun = NOUNS.get(str(told["event"]).rpartition("_")[0])
        old = noun is not None and is_outdated(record, self.world.stored(noun, record["id"]))
        answer = self._once("webhook", headers=dict(headers), body=text)
        if not isinstance(answer.get("accepted"), bool):
            raise DriverFailed(DriverError("protocol", f"webhook answered accepted: {answer.get('accepted')!r}; expected true or false"))
        foreign = self._is_foreign(told)
        self._recording.webhooks.append(
            ReceivedWebhook(str(told["event"]), record, genuine, answer["accepted"], old, self._believed, foreign=foreign)
        )
        words = ("accepts" if answer["accepted"] else "refuses", "genuine" if genuine else "forged")
        self._recording.events[-1].text += f" It is {words[1]}{', and tells of the past' if old else ''}. The client {words[0]} it."
        return bool(answer["accepted"])

    def _is_foreign(self, told: JSON) -> bool:
        """Return whether a webhook is about another account than the one that the client has a token of."""
        return bool(told["account_id"] != self.world.account_id)

    def _after_time(self) -> None:
        """Handle the results of webhooks during the advance: a driver that failed, and webhooks that were put off."""
        if self._broken is not None:
            raise self._broken
        waiting, self._put_off = self._put_off, []
        for headers, body, before in waiting:
            newest = before
            for _ in range(IN_A_ROW):
                self._pause(PAUSES[0], self.world.entries(newest))
                newest = self.world.newest_entry()
                with suppress(Later):
                    self._deliver(headers, body)
                    break
            else:
                raise NoProgress(f"it put off the same webhook {IN_A_ROW} times in a row")

    def _note(self, who: str, text: str, at: str = "", after: int = 0) -> None:
        newest = self.world.newest_entry()
        self._recording.events.append(
            RecordedEvent(at or self.world.now, who, text, (after, newest) if after or who == "client" else (newest, newest))
        )
