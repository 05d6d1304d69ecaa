"""The application in this process, with its sandboxes in reach."""

from bench.wire import Direct
from inbox_mock.app import Options, create_app
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find

ADMIN = "/__admin/sandboxes"


def start() -> tuple[Direct, Sandboxes]:
    fake = create_app(Options(scenario=find("empty"), overrides=Overrides(mode="manual")))
    return Direct(fake.app), fake.sandboxes
