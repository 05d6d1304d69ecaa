"""Making sandboxes from scenarios, and not making again what was made before."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock

import orjson

from mock_server.scenarios.loading import Scenario
from mock_server.scenarios.making import Wishes, make
from mock_server.services.sandboxes import Sandbox, Sandboxes

MOST_BYTES_OF_IMAGES = 64 * 1024 * 1024


class Founder:
    """Makes sandboxes. What was made before, with the same wishes and on a clock that stands, comes from its image."""

    def __init__(self, sandboxes: Sandboxes, wall: Callable[[], float]) -> None:
        self.sandboxes = sandboxes
        self.wall = wall
        self._images: OrderedDict[object, bytes] = OrderedDict()
        self._lock = Lock()

    def found(self, scenario: Scenario, wishes: Wishes, *, default: bool = False) -> Sandbox:
        """Make a sandbox and return it.

        Raises:
            Mistake: the scenario asks for something that cannot be.

        """
        clock: Mapping[str, object] = scenario.data.get("clock", {})  # type: ignore[assignment]
        if (wishes.mode or clock.get("mode", "manual")) == "real":
            return self.sandboxes.add(lambda: make(scenario, wishes, self.wall()), default=default)
        key = (scenario.name, orjson.dumps(scenario.data), wishes)
        image = self._images.get(key)
        if image is None:
            image = make(scenario, wishes, self.wall())
            self._keep(key, image)
        return self.sandboxes.add(lambda: image, default=default)

    def _keep(self, key: object, image: bytes) -> None:
        with self._lock:
            self._images[key] = image
            while sum(map(len, self._images.values())) > MOST_BYTES_OF_IMAGES:
                self._images.popitem(last=False)
