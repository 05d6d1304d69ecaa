"""A sandbox's clock, seen from outside."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from inbox_mock.client.calls import JSON, every_page

__tracebackhide__ = True


@dataclass(frozen=True, slots=True)
class ClockClient:
    """A sandbox's clock. Durations are texts such as ``90s``, ``10m``, ``2h``, ``1d``, or timedeltas."""

    _call: Callable[..., JSON]

    @property
    def now(self) -> str:
        """The sandbox's time, such as ``2030-06-01T12:00:00Z``."""
        return str(self._call("GET", "/clock")["now"])

    def advance(
        self, by: str | int | timedelta | datetime | None = None, *, to: str | datetime | None = None, until: str | None = None
    ) -> list[JSON]:
        """Advance ``by`` a duration, ``to`` a time, or ``until`` an event such as ``conversation_opened``.

        Datetimes are aware; one that comes first is the time to advance to. Return the events on the way, each as
        ``{"at", "kind", "about"}``; of more than 1,000, the latest.

        Raises:
            AdminError: a datetime has no time zone, or the fake refuses.
        """
        if isinstance(by, datetime):
            by, to = None, by
        wanted = {name: given for name, given in (("by", by), ("to", to), ("until", until)) if given is not None}
        happened: list[JSON] = self._call("POST", "/clock/advance", wanted)["happened"]
        return happened

    def settle(self) -> list[JSON]:
        """Advance until nothing is pending."""
        return self.advance(until="idle")

    def points(self) -> list[JSON]:
        """Return the checkpoints, each with its ``id``, its time (``at``), what comes after it (``says``), and its history (``branch``)."""
        return every_page(lambda skip: self._call("GET", f"/clock/points?skip={skip}")["points"])

    def rewind(
        self, to: str | datetime | None = None, *, event: int | None = None, request: int | str | None = None, point: int | None = None
    ) -> JSON:
        """Go back ``to`` a time, or to before an ``event`` of the timeline, a ``request`` or what comes after a checkpoint (``point``).

        A request is named by the id of its journal entry (X-Mock-Request-Id), or by its X-Request-Id. Records, journal and timeline
        go back as well; tokens stay valid. Return the clock, and the ``point`` that was gone back to.

        Raises:
            AdminError: the fake refuses, and says how far back one can go.
        """
        wanted = {"to": to, "event": event, "request": request, "point": point}
        return self._call("POST", "/clock/rewind", {name: given for name, given in wanted.items() if given is not None})

    def pause(self) -> None:
        """Stop the clock until it is advanced."""
        self._call("PATCH", "/clock", {"mode": "manual"})

    def run(self, rate: float = 1) -> None:
        """Run the clock, ``rate`` seconds for each second of the wall clock."""
        self._call("PATCH", "/clock", {"mode": "real", "rate": rate})
