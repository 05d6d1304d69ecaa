"""Making sandboxes from scenarios, and not making again what was made before."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from urllib.parse import urlsplit

import orjson

from inbox_mock.engine.sandboxes import Sandbox, Sandboxes
from inbox_mock.scenarios.build import Overrides, Progress, make
from inbox_mock.scenarios.loading import Scenario

EXPECTED_ADDRESS = "an http address on this machine, or on a host that --allow-webhooks-to names"
MOST_BYTES_OF_IMAGES = 64 * 1024 * 1024


class SandboxFactory:
    """Makes sandboxes. What was made before, with the same wishes and on a clock that stands, comes from its image."""

    def __init__(self, sandboxes: Sandboxes, wall: Callable[[], float], may_send_to: Callable[[str], bool]) -> None:
        self.sandboxes = sandboxes
        self.wall = wall
        self._may_send_to = may_send_to
        self._images: OrderedDict[object, bytes] = OrderedDict()
        self._lock = Lock()

    def found(self, scenario: Scenario, wishes: Overrides, *, default: bool = False, progress: Progress | None = None) -> Sandbox:
        """Make a sandbox and return it; ``progress`` is told how many of how many steps are done, this once.

        Raises:
            Mistake: the scenario asks for something that cannot be.

        """
        self._check_webhooks(scenario)
        clock: Mapping[str, object] = scenario.data.get("clock", {})  # type: ignore[assignment]
        if (wishes.mode or clock.get("mode", "manual")) == "real":
            told = iter([progress or _nobody])
            return self.sandboxes.add(lambda: make(scenario, wishes, self.wall(), next(told, _nobody)), default=default)
        key = (scenario.name, orjson.dumps(scenario.data), wishes)
        image = self._images.get(key)
        if image is None:
            image = make(scenario, wishes, self.wall(), progress or _nobody)
            self._keep(key, image)
        return self.sandboxes.add(lambda: image, default=default)

    def _check_webhooks(self, scenario: Scenario) -> None:
        subscriptions: list[Mapping[str, object]] = scenario.data.get("webhooks", [])  # type: ignore[assignment]
        for number, subscription in enumerate(subscriptions):
            url = str(subscription["url"])
            if not is_address(url) or not self._may_send_to(url):
                raise scenario.mistake(("webhooks", number, "url"), repr(url), EXPECTED_ADDRESS)

    def _keep(self, key: object, image: bytes) -> None:
        with self._lock:
            self._images[key] = image
            while sum(map(len, self._images.values())) > MOST_BYTES_OF_IMAGES:
                self._images.popitem(last=False)


def is_address(url: str) -> bool:
    """Whether webhooks can be sent to it at all."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _nobody(_done: int, _total: int) -> None:
    """Be told of progress, and care for none."""
