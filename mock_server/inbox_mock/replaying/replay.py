"""Doing again what a bundle's log says, in order, until an answer differs from the recorded one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from inbox_mock.bundles import BundleError
from inbox_mock.bundles.bundle import Bundle, Entry, whole_body
from inbox_mock.domain.errors import Refusal
from inbox_mock.domain.reasons import WEBHOOK_LOST
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.replaying.doing import Repeated
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.store.commands import Command

NOT_COMPARED: Mapping[str, str] = {
    "X-Content-Signature": "it is made with a secret, which a bundle does not hold",
    "X-Mock-Delivery": "it names the sandbox's generation, which differs in each start",
}
"""Headers that are not compared, with the reason. X-Runtime, X-Request-Id and Date are none of the journal's: ``at`` says the time."""
PARTS = ("at", "method", "path", "query", "status", "application_id", "delivery_id", "fault_id", "caused", "reasons")
AROUND = 40
"""How many bytes are shown on each side of a difference."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where a replay differs first: what was done, the ``entry`` of the journal and the ``part`` of it, and the bytes of that part."""

    done: str
    entry: int | None
    part: str
    recorded: bytes
    got: bytes

    @property
    def byte(self) -> int:
        """The place of the first byte that differs, from 0."""
        same = zip(self.recorded, self.got, strict=False)
        return next((at for at, (ours, theirs) in enumerate(same) if ours != theirs), min(len(self.recorded), len(self.got)))

    @property
    def lines(self) -> list[str]:
        """What is told of it."""
        entry = "" if self.entry is None else f"entry {self.entry}, "
        return [
            f"first difference: {entry}{self.done}",
            f"  in {self.part}, byte {self.byte}",
            f"  recorded: {self._around(self.recorded)}",
            f"  got:      {self._around(self.got)}",
        ]

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        shown = {"recorded": self._around(self.recorded), "got": self._around(self.got)}
        return {"entry": self.entry, "done": self.done, "part": self.part, "byte": self.byte, **shown}

    def _around(self, content: bytes) -> str:
        begin, end = max(0, self.byte - AROUND), self.byte + AROUND
        part = content[begin:end].decode(errors="replace")
        return f"{'...' if begin else ''}{part}{'...' if end < len(content) else ''}"


def first_difference(recorded: Entry, got: Entry) -> Divergence | None:
    """Return the first part in which two entries differ, or None."""
    theirs = dict(_parts(got))
    ours = dict(_parts(recorded))
    for name in dict.fromkeys((*ours, *theirs)):
        if ours.get(name) != theirs.get(name):
            return Divergence(line_of(recorded), recorded["id"], name, ours.get(name, b""), theirs.get(name, b""))
    return None


def line_of(step: Entry | Command) -> str:
    """Return in one line what was done: a request, a webhook, or a command with its details."""
    if isinstance(step, Command):
        return f"{step.kind} {orjson.dumps(step.details).decode():.200}"
    query = f"?{step['query']}" if step["query"] else ""
    return f"{'webhook ' if step['delivery_id'] is not None else ''}{step['method']} {step['path']}{query}"


def _parts(entry: Entry) -> Iterator[tuple[str, bytes]]:
    """Yield the parts of an entry by their names, as bytes."""
    for name in PARTS:
        yield name, _bytes(entry[name])
    for side in ("response", "request"):
        for name, value in entry[side].get("headers", {}).items():
            if name not in NOT_COMPARED:
                yield f"{side}.headers.{name}", _bytes(value)
        yield f"{side}.body", _bytes(entry[side].get("body", ""))
        yield f"{side}.token", _bytes(entry[side].get("token"))


def _bytes(value: Any) -> bytes:  # noqa: ANN401 - any JSON
    return value.encode(errors="surrogatepass") if isinstance(value, str) else orjson.dumps(value)


CAUSED = frozenset({WEBHOOK_LOST, "delivery_interrupted"})
"""Reasons of an entry that nobody has asked for: something else in the log causes it."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was ``done`` again: how many of each, the first ``difference``, if there is one, and why a replay ended before the log did."""

    done: Mapping[str, int]
    difference: Divergence | None = None
    ended: str | None = None


def replay(bundle: Bundle) -> Replayed:
    """Do again all that a bundle's log says, and return what came of it.

    Raises:
        BundleError: its log does not begin at its start, or has something that cannot be done.
    """
    return _Replay(bundle).run()


def redone(bundle: Bundle) -> Sandbox:
    """Do again all that a bundle's log says, whatever is answered, and return the sandbox in which it was done.

    Raises:
        BundleError: as `replay` says, or not all of it can be done.
    """
    done = _Replay(bundle, compares=False)
    found = done.run()
    if found.difference is not None or found.ended is not None:
        why = found.ended if found.difference is None else f"{found.difference.done}: {found.difference.got.decode()}"
        raise BundleError(f"not all of it can be done again: {why}")
    return done.repeated.sandbox


def _start_of(bundle: Bundle) -> bytes:
    if bundle.start is None:
        raise BundleError(f"it cannot be replayed: {bundle.incomplete or 'it holds no start.sqlite'}. inbox-mock serve --bundle opens it")
    return bundle.start


class _Replay:
    def __init__(self, bundle: Bundle, *, compares: bool = True) -> None:
        self.repeated = Repeated(bundle, _start_of(bundle))
        self._bundle, self._compares = bundle, compares
        self._tags: dict[str, str] = {}  # recorded ETags, with those of the answers here
        self._recorded = {entry["id"]: entry for entry in bundle.journal}
        self._done = dict.fromkeys(("requests", "webhooks", "commands"), 0)
        self._compared = 0

    def run(self) -> Replayed:
        for step in steps(self._bundle):
            if isinstance(step, dict):
                if step["id"] <= self._compared or _is_caused(step):
                    continue
                if step["delivery_id"] is None and whole_body(step) is None:
                    return Replayed(self._done, ended=f"entry {step['id']} is not whole in the bundle: what follows cannot be done again")
            difference = self._do(step)
            if difference is not None:
                return Replayed(self._done, difference=difference)
        missing = next((number for number in self._recorded if number > self._compared and self._compares), None)
        return Replayed(self._done, difference=None if missing is None else self._missing(self._recorded[missing]))

    def _do(self, step: Entry | Command) -> Divergence | None:
        """Do one thing again, and return the first difference in what the journal says of it."""
        told = line_of(step)
        try:
            if isinstance(step, Command):
                self._done["commands"] += 1
                self.repeated.command(step)
            elif step["delivery_id"] is None:
                self._done["requests"] += 1
                self.repeated.request(step if self._compares else self._asking_for_tag(step))
            else:
                self._done["webhooks"] += 1
                self.repeated.attempt(step)
        except (Refusal, ScenarioError) as refused:
            return Divergence(told, step["id"] if isinstance(step, dict) else None, "outcome", b"done", f"refused: {refused}".encode())
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise BundleError(f"what it says cannot be done: {told}: {type(error).__name__} {error}") from None
        for got in self.repeated.news(self._compared):
            self._compared = got["id"]
            recorded = self._recorded.get(got["id"])
            if not self._compares:
                self._tags |= {} if recorded is None else {_tag(recorded): _tag(got)}
                continue
            if recorded is None:
                return Divergence(told, got["id"], "entry", b"none", line_of(got).encode())
            found = first_difference(recorded, got)
            if found is not None:
                return found
        if isinstance(step, dict) and self._compares and self._compared < step["id"]:
            return self._missing(step)
        return None

    def _asking_for_tag(self, entry: Entry) -> Entry:
        """Return a request that asks for what has the tag that it was answered here, in place of the recorded one."""
        asked = entry["request"]
        headers = {name: self._tags.get(value, value) for name, value in asked.get("headers", {}).items()}
        return entry | {"request": asked | {"headers": headers}}

    def _missing(self, recorded: Entry) -> Divergence:
        return Divergence(line_of(recorded), recorded["id"], "entry", line_of(recorded).encode(), b"none")


def steps(bundle: Bundle) -> Iterator[Entry | Command]:
    """Yield all that a log says in order: each command comes after the entry of the journal that it names."""
    pending = iter(bundle.commands)
    command = next(pending, None)
    for entry in bundle.journal:
        while command is not None and command.after < entry["id"]:
            yield command
            command = next(pending, None)
        yield entry
    if command is not None:
        yield command
        yield from pending


def _tag(entry: Entry) -> str:
    return str(entry["response"].get("headers", {}).get("ETag", ""))


def _is_caused(entry: Mapping[str, list[Mapping[str, object]]]) -> bool:
    return any(reason.get("code") in CAUSED for reason in entry["reasons"])
