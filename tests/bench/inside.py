"""The application in this process, with its sandboxes in reach."""

from time import time
from unittest.mock import patch

from bench.wire import Direct
from inbox_mock import app as application
from inbox_mock.app import Options
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find
from inbox_mock.simulation.handlers import handlers

ADMIN = "/__admin/sandboxes"


def start() -> tuple[Direct, Sandboxes]:
    sandboxes = Sandboxes(time, handlers)
    with patch.object(application, "Sandboxes", return_value=sandboxes):
        app = application.create_app(Options(scenario=find("empty"), wishes=Overrides(mode="manual")))
    return Direct(app), sandboxes
