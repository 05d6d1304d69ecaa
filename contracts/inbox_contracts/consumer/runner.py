"""Letting a client live in a world: what happens, what it is told, and what it answers, in order."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from json import loads
from typing import Any

from inbox_contracts.consumer.driver import DEEDS, JSON, Asked, DriverError, DriverFailed, Later, Refused
from inbox_contracts.consumer.harness import Scene, Stage
from inbox_contracts.consumer.narration import told_command, told_step
from inbox_contracts.consumer.oracle import malformed, truth
from inbox_contracts.consumer.recording import Heard, Moment, Play, Promise
from inbox_contracts.consumer.worlds import PASSES, REPLIES, SYNCS, World, kind_of
from inbox_mock.channels import policies
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.simulation import channels
from inbox_mock.webhooks.signature import sign

IN_A_ROW = 10
TOO_MANY = 429
MOST_IN_ALL = 200
MOST_SHOWN = 200
PAUSES = ("1m", "1m", "1m", "5m", "10m", "30m", "1h", "1h", "1h", "1h")
"""How long the judge waits each time that the client has put something off."""

SIGNATURE = "X-Content-Signature"
SINCE = re.compile(r"updated_since=[^&]*")


class Stuck(Exception):  # noqa: N818 - what became of the client
    """It puts the same thing off again and again, and gets nowhere."""


def play(world: World, client: Asked, stage: Stage) -> Play:
    """Let a client live in a world, to the end or to where it fails.

    Raises:
        Mistake: the world cannot be made.

    """
    played = Play(world)
    player = Player(played, client)
    hears = "webhooks" in world.scenario
    with stage.open(world, player.hand if hears else None) as scene:
        player.scene = scene
        try:
            player.live()
        except Stuck as stuck:
            played.stuck = str(stuck)
        except Refused as refused:
            played.gave_up = str(refused)
        except DriverFailed as failed:
            played.failed, played.misconduct = failed, failed.misconduct
        player.conclude()
    return played


class Player:
    """Plays one world."""

    scene: Scene

    def __init__(self, played: Play, client: Asked) -> None:
        self._played = played
        self._client = client
        self._secret = ""
        self._put_off: list[tuple[Mapping[str, str], bytes, int]] = []
        self._broken: DriverFailed | None = None
        self._looks = 0
        self._believed: JSON | None = None

    def live(self) -> None:
        """Start, let every step happen, then calm down, and ask what is believed."""
        told = self.scene.credentials()
        self._secret = str(told["webhook_secret"])
        began = self._command("start", **told)
        can = began.get("can")
        if not isinstance(can, list) or not can or not all(one in DEEDS for one in can):
            about = f"start answered can: {repr(can)[:MOST_SHOWN]}; expected a list such as {list(DEEDS)}"
            raise DriverFailed(DriverError("protocol", about))
        self._played.can = frozenset(can)
        for step in self._played.world.steps:
            self._step(step)
        self._calm_down()

    def conclude(self) -> None:
        """Keep what the judge looks at."""
        with self.scene.work() as work:
            self._played.truth = truth(work)
            cancelled = work.db.execute("SELECT id FROM bookings WHERE canceled_at IS NOT NULL").fetchall()
            self._played.cancelled = {number for (number,) in cancelled}
            for promise in self._played.promises:
                sql = """SELECT count(*) AS n FROM messages m JOIN participants p ON p.id = m.sender_id
                         JOIN conversation_bookings b ON b.conversation_id = m.conversation_id AND b.booking_id = ?
                         WHERE m.content = ? AND p.member_type = 'Host' AND m.on_channel_at IS NOT NULL"""
                key = promise.booking_id, promise.content
                self._played.threads[key] = int(work.db.execute(sql, key).fetchone()[0])
                sent = work.db.execute("SELECT count(*) FROM messages WHERE content = ?", (promise.content,)).fetchone()
                self._played.stored[key] = int(sent[0])
        self._played.entries, self._played.faults, self._played.past = self.scene.entries(), self.scene.struck(), self.scene.past()
        if self._played.misconduct is None:
            self._played.report = self.scene.report()

    def _step(self, step: Mapping[str, Any]) -> None:
        match kind_of(step):
            case kind if kind == SYNCS:
                self._sync()
            case kind if kind == REPLIES:
                self._reply(**step[REPLIES])
            case kind if kind == PASSES:
                self._note("world", told_step(step))
                self.scene.pass_for(step[PASSES])
                self._after_time()
                self._remind()
            case _:
                why: str | None
                try:
                    why = self.scene.let_happen(step)
                except ScenarioError as mistake:
                    why = f"found {mistake.found}"
                self._note("world", told_step(step) + (f" (it cannot: {why})" if why else ""))
                if why is None:
                    self._played.happened.append((kind_of(step), step[kind_of(step)], self._looks))
                self._after_time()

    def _sync(self) -> JSON | None:
        if "sync" not in self._played.can:
            return None
        self._played.waited |= self._waiting()
        belief = self._command("sync")
        self._looks += 1
        self._believed = belief
        wrong = malformed(belief)
        if wrong:
            raise DriverFailed(DriverError("protocol", f"sync answered something malformed: {wrong}"))
        return belief

    def _reply(self, booking: int, content: str) -> None:
        if "reply" in self._played.can and self._answerable(booking):
            promise = Promise(booking, content)
            self._played.promises.append(promise)
            self._ask_for(promise)

    def _ask_for(self, promise: Promise) -> None:
        """Tell the client to answer a guest. As long as there is no conversation it may put that off for as long as it likes."""
        if not self._answerable(promise.booking_id):
            promise.state = "void"
            return
        wanted: JSON = {"booking_id": promise.booking_id, "content": promise.content}
        if self._has_conversation(promise.booking_id):
            self._command("reply", **wanted)
            promise.state = "kept"
            return
        before = self._newest()
        try:
            self._once("reply", **wanted)
        except Later:
            new = self.scene.entries(before)
            if any(entry["status"] == TOO_MANY for entry in new):
                self._wait(PAUSES[0], new)
            return
        promise.state, promise.nobody = "kept", not self._has_conversation(promise.booking_id)

    def _remind(self) -> None:
        for promise in self._played.promises:
            if promise.state == "owed":
                self._ask_for(promise)

    def _calm_down(self) -> None:
        """Let nothing go wrong any more and everything happen that is to happen; then the client must get all right."""
        self._note("world", "From now on nothing goes wrong, and whatever was under way arrives.")
        self.scene.end_faults()
        self.scene.pass_for("1h")
        self._after_time()
        for _ in range(2):
            self.scene.settle()
            self._after_time()
            self._remind()
        self.scene.settle()
        self._after_time()
        self._played.belief = self._sync()

    def _command(self, deed: str, **wanted: object) -> JSON:
        """Ask until it is done; the client may put it off, as long as it gets on."""
        in_a_row, seen = 0, {_what(entry) for entry in self.scene.entries() if _came(entry)}
        for _ in range(MOST_IN_ALL):
            before = self._newest()
            try:
                return self._once(deed, **wanted)
            except Later:
                new = self.scene.entries(before)
            got_on = {_what(entry) for entry in new if _came(entry)} - seen
            in_a_row, seen = (0 if got_on else in_a_row + 1), seen | got_on
            if in_a_row >= IN_A_ROW:
                break
            self._wait(PAUSES[max(in_a_row - 1, 0)], new)
        raise Stuck(f"it put off {deed} {IN_A_ROW} times in a row, and got no further in between")

    def _wait(self, pause: str, new: list[JSON]) -> None:
        """Let time pass after the client has put something off, and meet what comes of that."""
        self._rest(pause, new)
        self._after_time()

    def _rest(self, pause: str, new: list[JSON]) -> None:
        """Let time pass: past the rate limit's reset, if that was it."""
        resets = [int(entry["response"]["headers"]["X-RateLimit-Reset"]) for entry in new if entry["status"] == TOO_MANY]
        if resets:
            self.scene.pass_until(resets[-1] + 1)
        else:
            self.scene.pass_for(pause)
        self._note("world", "The rate limit's hour ends." if resets else f"{pause} pass.")

    def _once(self, deed: str, **wanted: object) -> JSON:
        before, at = self._newest(), self.scene.now
        text = told_command(deed, wanted)
        try:
            answer = self._client.ask(deed, **wanted)
        except Later:
            self._note("client", f"{text} It answers: later.", at, before)
            raise
        except DriverFailed as failed:
            about = failed.misconduct.about
            self._note("client", f"{text} {about[:1].upper()}{about[1:]}.", at, before)
            raise
        self._note("client", text, at, before)
        return answer

    def hand(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], str]:
        """Bring the client a webhook; called while the clock is moved, so that nothing is raised from here."""
        del url
        if "webhook" not in self._played.can or self._broken is not None:
            return 204, {}, ""
        before = self._newest()
        try:
            return (204 if self._bring(headers, body) else 401), {}, ""
        except Later:
            self._put_off.append((headers, body, before))
            return 503, {}, ""
        except DriverFailed as failed:
            self._broken = failed
            return 500, {}, ""

    def _bring(self, headers: Mapping[str, str], body: bytes) -> bool:
        text = body.decode()
        told = loads(text)
        record = next(found for name, found in told["resource"].items() if name != "links")
        genuine = sign(self._secret, body) == headers[SIGNATURE]
        old = self._is_old(str(told["event"]), record)
        answer = self._once("webhook", headers=dict(headers), body=text)
        if not isinstance(answer.get("accepted"), bool):
            raise DriverFailed(DriverError("protocol", f"webhook answered accepted: {answer.get('accepted')!r}; expected true or false"))
        self._played.heard.append(Heard(str(told["event"]), record, genuine, answer["accepted"], old, self._believed))
        words = ("accepts" if answer["accepted"] else "refuses", "genuine" if genuine else "forged")
        self._played.moments[-1].text += f" It is {words[1]}{', and tells of the past' if old else ''}. The client {words[0]} it."
        return bool(answer["accepted"])

    def _is_old(self, event: str, record: JSON) -> bool:
        table = {"booking": "bookings", "inbox_conversation": "conversations", "inbox_message": "messages"}.get(event.rpartition("_")[0])
        if table is None:
            return False
        with self.scene.work() as work:
            found = work.db.one(f"SELECT updated_at FROM {table} WHERE id = ?", (record["id"],))  # noqa: S608 - a table of three
        return found is not None and str(record["updated_at"]) < str(found["updated_at"])

    def _after_time(self) -> None:
        """Meet what came of webhooks while time passed: a driver that broke, and webhooks that were put off."""
        if self._broken is not None:
            raise self._broken
        waiting, self._put_off = self._put_off, []
        for headers, body, before in waiting:
            newest = before
            for _ in range(IN_A_ROW):
                self._rest(PAUSES[0], self.scene.entries(newest))
                newest = self._newest()
                with suppress(Later):
                    self._bring(headers, body)
                    break
            else:
                raise Stuck(f"it put off the same webhook {IN_A_ROW} times in a row")

    def _answerable(self, booking_id: int) -> bool:
        with self.scene.work() as work:
            found = work.db.one("SELECT channel, canceled_at FROM bookings WHERE id = ?", (booking_id,))
        return found is not None and found["canceled_at"] is None and policies()[str(found["channel"])].owns_conversations

    def _has_conversation(self, booking_id: int) -> bool:
        with self.scene.work() as work:
            return channels.channel_conversation(work, booking_id) is not None

    def _waiting(self) -> set[int]:
        sql = "SELECT id FROM bookings WHERE canceled_at IS NULL AND channel IN (SELECT channel FROM applications)"
        with self.scene.work() as work:
            bookings: Iterator[int] = (row[0] for row in work.db.execute(sql).fetchall())
            return {number for number in bookings if channels.channel_conversation(work, number) is None}

    def _newest(self) -> int:
        with self.scene.work() as work:
            return int(work.db.execute("SELECT coalesce(max(id), 0) FROM journal").fetchone()[0])

    def _note(self, who: str, text: str, at: str = "", after: int = 0) -> None:
        newest = self._newest()
        self._played.moments.append(
            Moment(at or self.scene.now, who, text, (after, newest) if after or who == "client" else (newest, newest))
        )


def _what(entry: JSON) -> tuple[object, ...]:
    """Return what a request asked for. A list that is asked for again, since another time, is the same list."""
    return entry["method"], entry["path"], SINCE.sub("", entry["query"])


def _came(entry: JSON) -> bool:
    return entry["delivery_id"] is None and entry["status"] is not None and entry["status"] < 300
