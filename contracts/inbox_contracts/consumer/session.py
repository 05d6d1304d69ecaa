"""What a run tells its client, and what it hears from it: commands, webhooks, and what the client puts off."""

from collections.abc import Mapping
from contextlib import suppress
from json import loads

from inbox_contracts.consumer.driver import CAPABILITIES, JSON, NOW, ClientDriver, DriverError, DriverFailed, Later
from inbox_contracts.consumer.harness import RunningWorld
from inbox_contracts.consumer.oracle import NOUNS, is_outdated
from inbox_contracts.consumer.recording import (
    ReceivedWebhook,
    RecordedEvent,
    Recording,
    describe_command,
    hindered,
    is_a_step,
    target_of,
)
from inbox_mock.domain.spelling import as_written

IN_A_ROW = 10
TOO_MANY = 429
MOST_IN_ALL = 200
MOST_SHOWN = 200
PAUSES = ("1m", "1m", "1m", "5m", "10m", "30m", "1h", "1h", "1h", "1h")
"""How far the clock is advanced each time that the client has put something off."""


class NoProgress(Exception):  # noqa: N818 - the outcome of a run
    """The client puts the same command off again and again, without any progress."""


class ClientSession:
    """The client in a world: each command and webhook that it is given is recorded with its answer.

    ``believed`` is the client's belief as of its last sync.
    """

    world: RunningWorld

    def __init__(self, recording: Recording, client: ClientDriver) -> None:
        self.believed: JSON | None = None
        self._recording = recording
        self._client = client
        self._put_off: list[tuple[Mapping[str, str], bytes, int]] = []
        self._broken: DriverFailed | None = None
        self._between: list[tuple[str, str]] = []
        self._tells_time = False

    def start(self) -> None:
        """Start the client, and record what it can do.

        Raises:
            DriverFailed: it cannot, or does not say what.
        """
        began = self.command("start", **self.world.credentials())
        can = began.get("can")
        if not isinstance(can, list) or not can or not all(one in (*CAPABILITIES, NOW) for one in can):
            told = f"can: {as_written(can)[:MOST_SHOWN]}" if "can" in began else "no can"
            about = f"start answered {told}; expected a list such as {as_written(CAPABILITIES)}"
            raise DriverFailed(DriverError("protocol", about))
        self._recording.can = frozenset(can) - {NOW}
        self._tells_time = NOW in can

    def command(self, command: str, **arguments: object) -> JSON:
        """Send a command until the client has carried it out. It may put it off as long as it makes progress in between."""
        in_a_row, seen = 0, set[tuple[object, ...]]()
        for _ in range(MOST_IN_ALL):
            before = self.world.newest_entry()
            try:
                return self.once(command, **arguments)
            except Later:
                new = self.world.entries(before)
            progress = {target_of(entry) for entry in new if is_a_step(entry)} - seen
            in_a_row, seen = (0 if progress else in_a_row + 1), seen | progress
            if in_a_row >= IN_A_ROW:
                break
            self._wait(PAUSES[max(in_a_row - 1, 0)], new)
        raise NoProgress(f"it put off {command} {IN_A_ROW} times in a row, and got no further in between: {hindered(new)}")

    def wait_for_the_limit(self, before: int) -> None:
        """Wait until the rate limit's hour ends, if the client was refused because of it after an entry of the journal."""
        new = self.world.entries(before)
        if any(entry["status"] == TOO_MANY for entry in new):
            self._wait(PAUSES[0], new)

    def _wait(self, pause: str, new: list[JSON]) -> None:
        """Advance the clock after the client has put something off, and handle the webhooks that were sent meanwhile."""
        self._pause(pause, new)
        self.handle_webhooks()

    def _pause(self, pause: str, new: list[JSON]) -> None:
        """Advance the clock, past the reset if the client was refused because of the rate limit."""
        resets = [int(entry["response"]["headers"]["X-RateLimit-Reset"]) for entry in new if entry["status"] == TOO_MANY]
        if resets:
            self.world.advance_to(resets[-1] + 1)
        else:
            self.world.advance(pause)
        self.note("world", "The rate limit's hour ends." if resets else f"{pause} pass.")

    def once(self, command: str, **arguments: object) -> JSON:
        """Send a command, and return the answer.

        Raises:
            Later: the client puts it off.
            DriverFailed: the driver cannot go on.
        """
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
            self.note("client", text, at, before)
            between, self._between = self._between, []
            for when, what in between:
                self.note("world", what, when)
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
        stored = None if noun is None else self.world.stored(noun, record["id"])
        old = noun is not None and is_outdated(record, stored)
        ties = sorted(loads(stored["bookings"])) if noun == "conversation" and stored is not None else None
        answer = self.once("webhook", headers=dict(headers), body=text)
        if not isinstance(answer.get("accepted"), bool):
            raise DriverFailed(DriverError("protocol", f"webhook answered accepted: {answer.get('accepted')!r}; expected true or false"))
        foreign = self._is_foreign(told)
        self._recording.webhooks.append(
            ReceivedWebhook(str(told["event"]), record, genuine, answer["accepted"], old, self.believed, foreign=foreign, ties=ties)
        )
        words = ("accepts" if answer["accepted"] else "refuses", "genuine" if genuine else "forged")
        self._recording.events[-1].text += f" It is {words[1]}{', and tells of the past' if old else ''}. The client {words[0]} it."
        return bool(answer["accepted"])

    def _is_foreign(self, told: JSON) -> bool:
        """Return whether a webhook is about another account than the one that the client has a token of."""
        return bool(told["account_id"] != self.world.account_id)

    def handle_webhooks(self) -> None:
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

    def note(self, who: str, text: str, at: str = "", after: int = 0) -> None:
        """Record an event: who caused it, a sentence, its time, and the journal's newest entry before it."""
        newest = self.world.newest_entry()
        self._recording.events.append(
            RecordedEvent(at or self.world.now, who, text, (after, newest) if after or who == "client" else (newest, newest))
        )

    def note_between(self, text: str) -> None:
        """Record what happens between two requests of the client, after what the client is told meanwhile."""
        self._between.append((self.world.now, text))
