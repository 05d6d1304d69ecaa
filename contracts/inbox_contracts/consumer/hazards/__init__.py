"""Hazards: situations that a client has to handle. Each is a function with the decorator `hazard`, in any module of this package."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any, TypeVar

from inbox_contracts.consumer.recording import Recording
from inbox_contracts.consumer.worlds import EDITS, MEANWHILE, PASSES, REPLIES, SYNCS
from inbox_mock.channels import opening
from inbox_mock.domain.discovery import DeclarationError, by_name, discover_all
from inbox_mock.domain.spelling import clause, one_of
from inbox_mock.faults.kinds import kinds
from inbox_mock.simulation.actions import actions

T = TypeVar("T")

FIRST_BOOKING = 101
GUESTS = ("Ada Bauer", "Noor Haddad", "Tomas Eriksen", "Keiko Ito", "Hugo Moreau", "Elif Kaya")
MESSAGES = {"method": "POST", "path": "/inbox/messages"}
READS = {"method": "GET"}
LOST: tuple[tuple[str, dict[str, object]], ...] = (("status", {"status": 504, "applied": True}), ("timeout_after", {}))
"""Faults, and their options, with which a request is carried out, and the client does not learn it."""
WEBHOOK_FAULTS = frozenset(f"{kind}_webhook" for kind in ("duplicated", "forged", "late", "lost", "reordered", "respelled", "stale"))
"""Hazards whose faults would strike each other's webhooks: of several faults the first one strikes."""


class Counters:
    """Numbers that are unique in a world, shared by its step builders: ids of new bookings, and numbers that make texts unique."""

    def __init__(self) -> None:
        self.bookings, self.texts = count(FIRST_BOOKING), count(1)


class StepBuilder:
    """The steps of one hazard: they keep their order, and steps of other hazards may come between the groups.

    ``needs`` are the parts of the initial state that the steps rely on.
    """

    def __init__(self, pick: Callable[[Sequence[Any]], Any], counters: Counters) -> None:
        self._pick = pick
        self._counters = counters
        self._uninterrupted = False
        self._meanwhile: list[dict[str, object]] | None = None
        self.groups: list[list[dict[str, object]]] = []
        self.needs: set[str] = set()

    def any_of(self, *choices: T) -> T:
        """Return one of the choices, drawn for this world."""
        chosen: T = self._pick(choices)
        return chosen

    def add(self, kind: str, given: object) -> None:
        """Add a step.

        Raises:
            ValueError: there is no step of this kind.
        """
        known = (SYNCS, REPLIES, PASSES, EDITS, MEANWHILE, *actions())
        if kind not in known:
            raise ValueError(f"no step has the name {kind!r}; expected one of {', '.join(known)}")
        if self._meanwhile is not None:
            self._meanwhile.append({kind: given})
            return
        if not self._uninterrupted or not self.groups:
            self.groups.append([])
        self.groups[-1].append({kind: given})

    @contextmanager
    def uninterrupted(self) -> Iterator[None]:
        """Keep the steps that are added within the block together, without steps of other hazards between them."""
        self.groups.append([])
        self._uninterrupted = True
        yield
        self._uninterrupted = False

    @contextmanager
    def meanwhile(self, path: str, **which: object) -> Iterator[None]:
        """Plan the steps that are added within the block for just before a request of the client to a path is answered.

        ``which`` are the other keys of the step: ``method``, ``page``, ``after_failure``, ``nth``. What the client is told comes after
        the block, and its requests are counted from then on. A booking that is cancelled between two pages shifts the later one, and
        no client can know: name a ``page`` wherever something is cancelled.
        """
        steps: list[dict[str, object]] = []
        self._meanwhile = steps
        yield
        self._meanwhile = None
        self.add(MEANWHILE, {"path": path, **which, "steps": steps})

    def new_id(self) -> int:
        """Return an id that no booking of the world has."""
        return next(self._counters.bookings)

    def book(self, channel: str = "", delay: str = "0s", **more: Any) -> int:  # noqa: ANN401 - what a booking has
        """Add a guest's booking, on a channel that opens conversations unless one is named; return its id."""
        number: int = more.pop("id", None) or self.new_id()
        owned = [policy.name for policy in opening()]
        chosen = channel or self.any_of(*owned)
        guest = {} if "client" in more or more.get("status") == "Unavailable" else {"guest": {"fullname": GUESTS[number % len(GUESTS)]}}
        stay = {"rental": 16, **guest, "start_at": "+30d", "end_at": "+37d"}
        opens = {"conversation_delay": delay} if chosen in owned else {}
        self.add("guest_books", {"id": number, "channel": chosen, **stay, **opens, **more})
        return number

    def sync(self) -> None:
        """Tell the client to synchronise."""
        self.add(SYNCS, {})

    def perhaps(self, add: Callable[..., None], *given: object) -> None:
        """Call a method that adds a step, in some of the worlds."""
        if self.any_of(True, False):
            add(*given)

    def book_and_show(self, delay: str = "0s", **more: object) -> int:
        """Add a booking that the client sees in a sync, a minute later and a minute before what comes next; return its id.

        What has changed in the second of a sync comes with the next one again: that would heal what the client has missed.
        """
        number = self.book("", delay, **more)
        self.passes("1m")
        self.sync()
        self.passes("1m")
        return number

    def reply(self, booking: int, content: str = "") -> None:
        """Tell the client to answer a guest, with a text that is unique in the world unless one is given."""
        greeting = self.any_of(
            "You can arrive from four o'clock.", "Grüß Gott, and welcome! 🐕", 'The code is "1234".\nSee you soon.', "ok"
        )
        self.add(REPLIES, {"booking": booking, "content": content or f"{greeting} ({next(self._counters.texts)})"})

    def passes(self, duration: str) -> None:
        """Advance the clock by a duration such as ``10m``."""
        self.add(PASSES, duration)

    def guest_writes(self, booking: int, content: str = "") -> None:
        """Add a message by the guest."""
        self.add("guest_writes", {"booking": booking, "content": content or f"May we bring our dog? ({next(self._counters.texts)})"})

    def staff_write(self, booking: int, **more: object) -> None:
        """Add a message by staff."""
        self.add("staff_writes", {"booking": booking, "content": f"We will see to it. ({next(self._counters.texts)})"} | more)

    def staff_edit(self, booking: int, content: str = "") -> None:
        """Change the content of the last message that a host wrote."""
        self.add(EDITS, {"booking": booking, "content": content or f"We have seen to it. ({next(self._counters.texts)})"})

    def change(self, booking: int, **changes: object) -> None:
        """Change attributes of a conversation, as staff."""
        self.add("staff_changes", {"booking": booking, **changes})

    def cancel(self, booking: int) -> None:
        """Cancel a booking, as its guest."""
        self.add("guest_cancels", {"booking": booking})

    def fault(self, kind: str, **more: object) -> None:
        """Set a fault, which strikes once unless ``times``, ``for`` or ``match.nth`` say otherwise.

        Raises:
            ValueError: there is no fault of this kind.
        """
        if kind not in kinds():
            raise ValueError(f"no fault has the kind {kind!r}; {clause(one_of(kind, kinds()))}")
        match = more.get("match", {})
        once = {} if "for" in more or "times" in more or (isinstance(match, dict) and "nth" in match) else {"times": 1}
        self.add("fault", {"kind": kind, **more, **once})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """A situation that a client has to handle: ``says`` is what happens, as a sentence; ``add_steps`` adds it to a world.

    ``met`` returns whether the client met it, according to a recording. ``excludes`` are names of hazards that must not be in
    the same world: no client could handle both, or one of them would not be met.
    """

    name: str
    says: str
    add_steps: Callable[[StepBuilder], None]
    met: Callable[[Recording], bool]
    excludes: frozenset[str] = frozenset()


def hazard(
    *, met: Callable[[Recording], bool], excludes: frozenset[str] = frozenset()
) -> Callable[[Callable[[StepBuilder], None]], Hazard]:
    """Turn a function that adds steps into a hazard: its name is the hazard's, its docstring the sentence."""

    def declare(add_steps: Callable[[StepBuilder], None]) -> Hazard:
        if not add_steps.__doc__:
            raise ValueError(f"hazard {add_steps.__name__!r} has no docstring: it says in a sentence what happens")
        return Hazard(name=add_steps.__name__, says=add_steps.__doc__, add_steps=add_steps, met=met, excludes=excludes)

    return declare


def struck(recording: Recording, *kinds: str) -> bool:
    """Return whether a fault of one of the kinds struck."""
    return any(fault["kind"] in kinds and fault["struck"] > 0 for fault in recording.faults)


def struck_sending(recording: Recording, *kinds: str) -> bool:
    """Return whether a fault of one of the kinds struck a message that was sent."""
    return any(fault["kind"] in kinds and fault["struck"] > 0 and fault["match"].get("method") == "POST" for fault in recording.faults)


def after_a_sync(recording: Recording, kind: str, **given: object) -> bool:
    """Return whether a step of a kind, with the given values, happened after the client had synchronised at least once."""
    return any(
        step == kind and syncs > 0 and all(about.get(name) == wanted for name, wanted in given.items())
        for step, about, syncs in recording.happened
    )


def after_a_meanwhile(recording: Recording, kind: str) -> bool:
    """Return whether a step of a kind was taken between two requests of the client."""
    return any(step == kind for step, _ in recording.meanwhile)


def received(recording: Recording, **wanted: bool) -> bool:
    """Return whether the client received a webhook with the given properties (``genuine``, ``accepted``, ``old``)."""
    return any(all(getattr(webhook, name) is value for name, value in wanted.items()) for webhook in recording.webhooks)


@cache
def hazards() -> dict[str, Hazard]:
    """Return every hazard by its name, in alphabetical order.

    Raises:
        DeclarationError: a module cannot be used, two hazards have the same name, or one excludes a hazard that there is not.
    """
    found = dict(sorted(by_name(__name__, discover_all(__name__, Hazard)).items()))
    for name, one in found.items():
        for other in sorted(one.excludes - found.keys()):
            raise DeclarationError(f"hazard {name!r} excludes {other!r}; {clause(one_of(other, found))}")
    return found
