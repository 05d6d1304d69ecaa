"""The application in this process, with its sandboxes in reach."""

from time import time
from unittest.mock import patch

from bench.wire import Direct

from mock_server import wiring
from mock_server.scenarios.loading import find
from mock_server.scenarios.making import Wishes
from mock_server.services.sandboxes import Sandboxes
from mock_server.wiring import Options

ADMIN = "/__admin/sandboxes"


def start() -> tuple[Direct, Sandboxes]:
    sandboxes = Sandboxes(time)
    with patch.object(wiring, "Sandboxes", return_value=sandboxes):
        app = wiring.create_app(Options(scenario=find("empty"), wishes=Wishes(mode="manual")))
    return Direct(app), sandboxes
