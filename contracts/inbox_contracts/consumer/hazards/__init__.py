"""What makes worlds hard: this file is the shape, each sibling exports one ``HAZARD``, and its name is the hazard's."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from inbox_contracts.consumer.recording import Play
from inbox_contracts.consumer.worlds import EDITS, PASSES, REPLIES, SYNCS
from inbox_mock.channels import opening
from inbox_mock.domain.discovery import discover

T = TypeVar("T")
Pick = Callable[[Sequence[T]], T]

FIRST_BOOKING = 101
GUESTS = ("Ada Bauer", "Noor Haddad", "Tomas Eriksen", "Keiko Ito", "Hugo Moreau", "Elif Kaya")
MESSAGES = {"method": "POST", "path": "/inbox/messages"}
READS = {"method": "GET"}
WEBHOOK_FAULTS = frozenset(f"{kind}_webhook" for kind in ("duplicated", "forged", "late", "lost", "reordered", "stale"))
"""Hazards whose faults would strike each other's webhooks: of several faults the first one strikes."""


class Numbers:
    """What all parts of a world share: numbers that are given out once."""

    def __init__(self) -> None:
        self._booking, self._word = FIRST_BOOKING - 1, 0

    def booking(self) -> int:
        """Return the id of a new booking."""
        self._booking += 1
        return self._booking

    def word(self) -> int:
        """Return a number that makes a text unique in its world."""
        self._word += 1
        return self._word


class Sketch:
    """One thread of a world: its steps keep their order, and those of other threads come in between.

    ``steps`` are in groups between which others may come. ``needs`` are the parts that the world must begin with.
    """

    def __init__(self, pick: Callable[[Sequence[object]], object], numbers: Numbers) -> None:
        self._pick = pick
        self._numbers = numbers
        self.steps: list[list[dict[str, object]]] = []
        self._at_once = False
        self.needs: set[str] = set()

    def any_of(self, *choices: T) -> T:
        """Return one of these, whichever it is to be in this world."""
        return self._pick(choices)  # type: ignore[return-value]

    def add(self, kind: str, given: object) -> None:
        """Add a step."""
        if not self._at_once or not self.steps:
            self.steps.append([])
        self.steps[-1].append({kind: given})

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Let nothing of other threads come between the steps that are added within."""
        self.steps.append([])
        self._at_once = True
        yield
        self._at_once = False

    def book(self, channel: str = "", delay: str = "0s", **more: object) -> int:
        """Let a guest book on some channel that opens conversations; return the booking's id."""
        number = self._numbers.booking()
        owned = [policy.name for policy in opening()]
        chosen = channel or self.any_of(*owned)
        stay = {"rental": 16, "guest": {"fullname": GUESTS[number % len(GUESTS)]}, "start_at": "+30d", "end_at": "+37d"}
        opens = {"conversation_delay": delay} if chosen in owned else {}
        self.add("guest_books", {"id": number, "channel": chosen, **stay, **opens, **more})
        return number

    def sync(self) -> None:
        """Tell the client to bring its copy up to date."""
        self.add(SYNCS, {})

    def reply(self, booking: int) -> None:
        """Tell the client to answer a guest, in words that are said only once in a world."""
        greeting = self.any_of(
            "You can arrive from four o'clock.", "Grüß Gott, and welcome! 🐕", 'The code is "1234".\nSee you soon.', "ok"
        )
        self.add(REPLIES, {"booking": booking, "content": f"{greeting} ({self._numbers.word()})"})

    def passes(self, duration: str) -> None:
        """Let time pass."""
        self.add(PASSES, duration)

    def guest_writes(self, booking: int) -> None:
        """Let the guest write."""
        self.add("guest_writes", {"booking": booking, "content": f"May we bring our dog? ({self._numbers.word()})"})

    def staff_write(self, booking: int, **more: object) -> None:
        """Let staff write."""
        self.add("staff_writes", {"booking": booking, "content": f"We will see to it. ({self._numbers.word()})", **more})

    def staff_edit(self, booking: int) -> None:
        """Let staff change what was last written."""
        self.add(EDITS, {"booking": booking, "content": f"We have seen to it. ({self._numbers.word()})"})

    def change(self, booking: int, **changes: object) -> None:
        """Let staff change a conversation."""
        self.add("staff_changes", {"booking": booking, **changes})

    def cancel(self, booking: int) -> None:
        """Let the guest cancel."""
        self.add("guest_cancels", {"booking": booking})

    def fault(self, kind: str, **more: object) -> None:
        """Let something go wrong from now on, once if nothing is said."""
        match = more.get("match", {})
        once = {} if "for" in more or "times" in more or (isinstance(match, dict) and "nth" in match) else {"times": 1}
        self.add("fault", {"kind": kind, **more, **once})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """``says`` is what happens, as a sentence; ``weave`` adds it to a sketch.

    ``met`` says whether a client really met it in a play. ``excludes`` are hazards with which no client could win, or
    one of the two would not be met.
    """

    says: str
    weave: Callable[[Sketch], None]
    met: Callable[[Play], bool]
    excludes: frozenset[str] = frozenset()


def struck(play: Play, *kinds: str) -> bool:
    """Whether a fault of a kind struck."""
    return any(fault["kind"] in kinds and fault["struck"] > 0 for fault in play.faults)


def struck_sending(play: Play, *kinds: str) -> bool:
    """Whether a fault of a kind struck a message that was sent."""
    return any(fault["kind"] in kinds and fault["struck"] > 0 and fault["match"].get("method") == "POST" for fault in play.faults)


def after_a_look(play: Play, kind: str, **given: object) -> bool:
    """Whether something happened after the client had looked at least once."""
    return any(
        step == kind and looks > 0 and (not given or all(about.get(name) == wanted for name, wanted in given.items()))
        for step, about, looks in play.happened
    )


def heard(play: Play, **wanted: bool) -> bool:
    """Whether the client was brought such a webhook."""
    return any(all(getattr(one, name) is value for name, value in wanted.items()) for one in play.heard)


@cache
def hazards() -> dict[str, Hazard]:
    """Return every hazard by its name.

    Raises:
        TypeError: a file forgot to export its hazard; the text names it.

    """
    return discover(__name__, "HAZARD", Hazard)
