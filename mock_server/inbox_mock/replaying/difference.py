"""The first difference between a recorded entry of the journal and the one that a replay has made, byte for byte."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from inbox_mock.bundles.bundle import Entry
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
class Difference:
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


def first_difference(recorded: Entry, got: Entry) -> Difference | None:
    """Return the first part in which two entries differ, or None."""
    theirs = dict(_parts(got))
    ours = dict(_parts(recorded))
    for name in dict.fromkeys((*ours, *theirs)):
        if ours.get(name) != theirs.get(name):
            return Difference(line_of(recorded), recorded["id"], name, ours.get(name, b""), theirs.get(name, b""))
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
