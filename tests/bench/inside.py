"""The application in this process, with its sandboxes in reach."""

from typing import Any

from bench.wire import Direct
from inbox_mock.app import Options, create_app
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find

ADMIN = "/__admin/sandboxes"


def start(scenario: str = "empty", **more: Any) -> tuple[Direct, Sandboxes]:
    """Start with a scenario, by its name or the path of its file, and with more options."""
    fake = create_app(Options(scenario=find(scenario), overrides=Overrides(mode="manual"), **more))
    return Direct(fake.app), fake.sandboxes
