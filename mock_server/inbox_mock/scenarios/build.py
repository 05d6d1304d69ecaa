"""Build sandboxes from scenarios, and keep their images to avoid building one twice."""

import gc
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import orjson

from inbox_mock.domain import fidelity, times
from inbox_mock.domain.access import DEFAULT_SANDBOX
from inbox_mock.domain.dice import Dice
from inbox_mock.domain.times import LATEST, Clock
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.scenarios import Progress, fixtures
from inbox_mock.scenarios.loading import Scenario
from inbox_mock.scenarios.receivers import Receivers, check_addresses, with_receivers
from inbox_mock.scenarios.start_cache import StartCache
from inbox_mock.store import gathering, images
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store.access import DEFAULT_LIMIT
from inbox_mock.store.homes import Label, Start
from inbox_mock.store.migrations import UnusableDatabase
from inbox_mock.store.sandbox import Settings

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
DEFAULT_START = datetime(2030, 6, 1, 12, tzinfo=UTC)
MOST_BYTES_OF_IMAGES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """Settings of a sandbox that replace those of its scenario; None keeps the scenario's. ``receivers`` take its roles.

    Unless it is ``cached``, each answer is made anew; without ``checkpoints`` it cannot be rewound.
    """

    seed: int | None = None
    mode: str | None = None
    now: datetime | None = None
    rate: float | None = None
    strict: bool | None = None
    rate_limit: int | None = None
    receivers: Receivers = ()
    cached: bool = True
    checkpoints: bool = True


class SandboxFactory:
    """Creates sandboxes. On a manual clock, a scenario with the same overrides is built once and then restored from its image.

    ``default_ttl`` is for how many seconds those are kept unused for which nothing else is said; None: for good. The image of a
    default one that ships is kept in a ``cache`` for the next start.
    """

    def __init__(
        self,
        sandboxes: Sandboxes,
        wall: Callable[[], float],
        may_send_to: Callable[[str], bool],
        default_ttl: float | None = None,
        cache: StartCache | None = None,
    ) -> None:
        self.sandboxes, self.default_ttl = sandboxes, default_ttl
        self.wall = wall
        self._may_send_to, self._cache = may_send_to, cache
        self._images: OrderedDict[object, bytes] = OrderedDict()
        self._lock = Lock()

    def create(
        self,
        scenario: Scenario,
        overrides: Overrides,
        label: Label | None = None,
        *,
        default: bool = False,
        progress: Progress | None = None,
    ) -> Sandbox:
        """Create a sandbox and return it; ``progress`` is called with the steps done and their total, for this build only.

        Raises:
            ScenarioError: the scenario cannot be built.
            ReceiverError: an address cannot hear its webhooks.
            Invalid: there is no room for another sandbox.
        """
        self.sandboxes.check_room()
        check_addresses(scenario, overrides.receivers, self._may_send_to)
        scenario = with_receivers(scenario, overrides.receivers)
        clock: Mapping[str, object] = scenario.data.get("clock", {})
        if (overrides.mode or clock.get("mode", "manual")) == "real":
            start = Start(recipe=_recipe(scenario, overrides))
            return self.sandboxes.add(start, build_image(scenario, overrides, self.wall(), progress), label, default=default)
        key = (scenario.name, sha256(orjson.dumps(scenario.data)).hexdigest(), overrides)
        image = self._images.get(key)
        if image is None:
            cache = self._cache if default and scenario.folder == fixtures() / "scenarios" else None  # no other file is part of it
            image = _cached_image(cache, key)
            if image is None:
                image = build_image(scenario, overrides, self.wall(), progress)
                if cache is not None:
                    cache.put(image, "image", repr(key))
            self._keep(key, image)
        return self.sandboxes.add(Start(image=image), image, label, default=default)

    def _keep(self, key: object, image: bytes) -> None:
        with self._lock:
            self._images[key] = image
            while sum(map(len, self._images.values())) > MOST_BYTES_OF_IMAGES:
                self._images.popitem(last=False)


def _cached_image(cache: StartCache | None, key: object) -> bytes | None:
    """Return an image that was kept, checked like any that may come from anywhere."""
    found = None if cache is None else cache.get("image", repr(key))
    if not found:
        return None
    try:
        images.restore(found, checked=False).close()
    except UnusableDatabase:
        return None
    return found


def build_recipe(recipe: bytes, wall: float) -> bytes:
    """Return the image of the sandbox that a recipe describes: that of a scenario whose clock runs, when the wall clock reads ``wall``.

    Raises:
        ScenarioError: it cannot be built any more, for example because a file is gone.
    """
    found = orjson.loads(recipe)
    given = found["overrides"]
    now = None if given["now"] is None else datetime.fromisoformat(given["now"])
    overrides = Overrides(**{**given, "now": now, "receivers": tuple(map(tuple, given["receivers"]))})
    folder = None if found["folder"] is None else Path(found["folder"])
    return build_image(Scenario(found["name"], found["data"], folder), overrides, wall)


def _recipe(scenario: Scenario, overrides: Overrides) -> bytes:
    """Return a scenario and what overrides it as JSON, which `build_recipe` reads."""
    folder = None if scenario.folder is None else str(scenario.folder)
    return orjson.dumps({"name": scenario.name, "data": scenario.data, "folder": folder, "overrides": asdict(overrides)})


@contextmanager
def _uncollected() -> Iterator[None]:
    """Search for no garbage: almost all that a build makes is used until its end, and to look at it again and again takes a tenth of it."""
    searches = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searches:
            gc.enable()


@_uncollected()
def build_image(scenario: Scenario, overrides: Overrides, wall: float, progress: Progress | None = None) -> bytes:
    """Return the image of the sandbox that a scenario describes, when the wall clock reads ``wall`` seconds.

    ``progress`` is called with the number of steps done and their total, every 100 steps.

    Raises:
        ScenarioError: the scenario cannot be built; nothing of it is kept.
    """
    from inbox_mock.scenarios import history, setup, timeline
    from inbox_mock.scenarios.builder import Builder
    from inbox_mock.simulation.actions import handlers

    clock = _clock(scenario, overrides, wall)
    settings = _settings(scenario, overrides)
    db = gathering.create()
    try:
        db.execute("BEGIN")
        sandbox_store.write_settings(db, settings)
        sandbox_store.write_recipe(db, _recipe(scenario, overrides))
        dice = Dice(settings.seed)
        work = UnitOfWork(DEFAULT_SANDBOX, db, settings, dice, clock, wall, handlers, clock.now, clock.shown)
        builder = Builder(scenario, work, work.instant, progress or _ignore)
        work.set_time(builder.founded)
        setup.plan(builder)
        history.plan(builder)
        if "generate" in scenario.data:
            from inbox_mock.scenarios import generating

            generating.plan(builder)
        builder.take_steps()
        timeline.plan(builder)
        sandbox_store.write_clock(db, clock)
        db.execute("COMMIT")
        return images.take_image(db)
    finally:
        db.close()


def _clock(scenario: Scenario, overrides: Overrides, wall: float) -> Clock:
    given = dict(scenario.data.get("clock", {}))
    mode = overrides.mode or str(given.get("mode", "manual"))
    if overrides.now is not None:
        now = overrides.now
    elif "now" not in given:
        now = datetime.fromtimestamp(int(wall), UTC) if mode == "real" else DEFAULT_START
    else:
        try:
            now = times.parse(str(given["now"]))
        except ValueError:
            raise scenario.error(("clock", "now"), repr(given["now"]), "a time, such as 2030-06-01T12:00:00Z") from None
        if not EARLIEST <= now < LATEST:
            raise scenario.error(("clock", "now"), repr(given["now"]), "a time from 1970 to 8999")
    rate = overrides.rate or float(str(given.get("rate", 1)))
    return Clock(mode, now, rate, wall)


def _settings(scenario: Scenario, overrides: Overrides) -> Settings:
    data: dict[str, Any] = dict(scenario.data)
    limit = overrides.rate_limit if overrides.rate_limit is not None else data.get("rate_limit")
    return Settings(
        scenario=scenario.name,
        seed=overrides.seed if overrides.seed is not None else data.get("seed", 0),
        strict=overrides.strict if overrides.strict is not None else data.get("strict", False),
        rate_limit=DEFAULT_LIMIT if limit is None else limit,
        rate_limit_enforced=limit is not None,
        page_cap=data.get("page_cap"),
        assume={**fidelity.DEFAULTS, **data.get("assume", {})},
        cached=overrides.cached,
        checkpoints=overrides.checkpoints,
    )


def _ignore(_done: int, _total: int) -> None:
    """Ignore progress."""
