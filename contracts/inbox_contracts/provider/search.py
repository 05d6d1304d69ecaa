"""The search for a counterexample: the smallest example that a server breaks, and the requests that show it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from inbox_contracts.provider.expectations import ForbiddenCall, NotJudged, PropertyViolation, shown
from inbox_contracts.provider.http import BudgetSpent, LoggedRequest

if TYPE_CHECKING:
    from hypothesis import settings

MOST_REQUESTS_TOLD = 12
UNSHAPED = (KeyError, IndexError, TypeError, ValueError, AttributeError)
"""What reading a response raises that has another shape than declared."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Why a property does not hold: what was found, in which smallest example, by which requests."""

    told: str
    example: dict[str, str]
    requests: tuple[str, ...]
    left_out: int = 0


class CounterexampleFound(Exception):  # noqa: N818 - carries it out of a search
    """A search found a counterexample."""

    def __init__(self, counterexample: Counterexample) -> None:
        self.counterexample = counterexample


class _ShrinkingOver(BaseException):
    """Time for shrinking is up, or there is nothing to shrink. No Exception: those are what Hypothesis shrinks."""


class Search:
    """One search for a counterexample. Shrinking has so many seconds; then the smallest one that was seen is reported.

    ``log`` holds the requests that the current example has made; ``told`` describes the example. Unless it ``has_all_scopes``, a token
    that may not make a call ends the search without a judgement.
    """

    def __init__(self, log: list[LoggedRequest], shrinking_seconds: float = 0.0, *, has_all_scopes: bool = True) -> None:
        self.told: dict[str, str] = {}
        self._log = log
        self._shrinking_seconds = shrinking_seconds
        self._has_all_scopes = has_all_scopes
        self._not_judged: NotJudged | None = None
        self._best: Counterexample | None = None
        self._found_at = 0.0
        self._is_over = False

    def begin(self, told: dict[str, str]) -> None:
        """Begin an example, without the requests before it."""
        if self._best is not None and self.shrunk_seconds > self._shrinking_seconds:
            self._is_over = True
            raise _ShrinkingOver
        self._log.clear()
        self.told = told

    @property
    def shrunk_seconds(self) -> float:
        """For how long smaller examples have been looked for."""
        return 0.0 if self._best is None else monotonic() - self._found_at

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note that an example violates the property; a response of another shape than declared does, too."""
        try:
            yield
        except NotJudged as reason:
            self._not_judged = reason
            raise _ShrinkingOver from None
        except BudgetSpent as reason:
            self._not_judged = NotJudged(str(reason)) if self._best is None else None
            self._is_over = True
            raise _ShrinkingOver from None
        except PropertyViolation as violation:
            if isinstance(violation, ForbiddenCall) and not self._has_all_scopes:
                self._not_judged = NotJudged(str(violation))
                raise _ShrinkingOver from None
            self._note(violation)
            raise
        except UNSHAPED as error:
            unshaped = as_violation(error, self._log)
            self._note(unshaped)
            raise unshaped from error

    def run(self, test: Callable[[], None]) -> None:
        """Run a test of Hypothesis that reports its examples here.

        Raises:
            CounterexampleFound: there is one.
            NotJudged: an example cannot be judged.
        """
        from hypothesis.errors import Flaky

        try:
            test()
        except PropertyViolation as violation:
            raise CounterexampleFound(self.counterexample(violation)) from None
        except (Flaky, _ShrinkingOver) as ended:
            if self._not_judged is not None:
                raise self._not_judged from None
            if self._best is None:  # no property was violated: Hypothesis reports an error in our use of it
                raise
            once = " (seen once, and not when it was tried again)" if isinstance(ended, Flaky) and not self._is_over else ""
            raise CounterexampleFound(replace(self._best, told=self._best.told + once)) from None

    def counterexample(self, violation: PropertyViolation) -> Counterexample:
        """Return the report on an example that violated the property."""
        requests = [f"{request.curl()}  # {request.status or 'no answer'}" for request in self._log[-MOST_REQUESTS_TOLD:]]
        return Counterexample(str(violation), dict(self.told), tuple(requests), max(0, len(self._log) - MOST_REQUESTS_TOLD))

    def _note(self, violation: PropertyViolation) -> None:
        found = self.counterexample(violation)
        if self._best is None:
            self._found_at = monotonic()
        if self._best is None or len(repr(found.example)) <= len(repr(self._best.example)):
            self._best = found


def hypothesis_settings(examples: int, **more: Any) -> "settings":  # noqa: ANN401 - further settings
    """Return the settings of a search through a number of examples; ``more`` are further ones."""
    from hypothesis import HealthCheck, Phase, Verbosity, settings

    return settings(
        max_examples=max(1, examples),
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        print_blob=False,
        **more,
    )


def as_violation(error: Exception, log: Sequence[LoggedRequest]) -> PropertyViolation:
    """Return the error that a response of an undeclared shape raised, as a property violation."""
    place = extract_tb(error.__traceback__)[-1]
    about = shown(error.args[0]) if error.args else ""
    lacks = f"{about} is missing" if isinstance(error, KeyError) else f"{type(error).__name__} {about}".strip()
    after = f", after {log[-1].method} {log[-1].url}" if log else ""
    return PropertyViolation(
        f"an answer does not have the declared shape: {lacks}{after} (met at {Path(place.filename).name}:{place.lineno})"
    )
