"""A folder in which tests write scenario files."""

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from fake import InProcess, Mock, Sandbox
from inbox_mock.app import Options, create_app
from inbox_mock.scenarios.build import Overrides, build_image
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import Scenario, find

SPRING = 1_900_000_000.0  # 2030-03-17T17:46:40Z on the wall clock


@dataclass(frozen=True)
class Folder:
    """A folder in which a test writes scenario files."""

    path: Path

    def scenario(self, text: str | bytes) -> Scenario:
        file = self.path / "mine.yaml"
        file.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
        return find(str(file))

    def mistake(self, text: str | bytes) -> ScenarioError:
        """Return what is wrong with a scenario."""
        with pytest.raises(ScenarioError) as told:
            build_image(self.scenario(text), Overrides(), wall=0.0)
        return told.value

    def sandbox(self, text: str) -> Sandbox:
        """Return the default sandbox of a server that was started with a scenario."""
        transport = InProcess(create_app(Options(scenario=self.scenario(text), overrides=Overrides(mode="manual"))).app)
        return Sandbox(transport, Mock(transport).admin.get("/sandboxes/default").json)
