"""Judging a client in one world after the other, with one driver and one harness."""

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from inbox_contracts.consumer.driver import Client, ClientDriver, InProcessDriver
from inbox_contracts.consumer.evaluation import Judgement, judged
from inbox_contracts.consumer.process import CommandDriver
from inbox_contracts.consumer.recording import Recording
from inbox_contracts.consumer.worlds import World

if TYPE_CHECKING:
    from inbox_contracts.consumer.harness import Harness


class Judge(ExitStack):
    """Runs a client in worlds, and judges each run. Use it as a context manager, which ends the driver.

    The harness is started for the first world, unless one is given, which stays open. ``allow`` are codes of findings that do not count.
    """

    def __init__(
        self,
        client: Sequence[str] | Client,
        answer_seconds: float,
        harness: "Harness | None" = None,
        allow: Collection[str] = (),
    ) -> None:
        super().__init__()
        self._allow = allow
        self._driver: ClientDriver = InProcessDriver(client) if isinstance(client, Client) else CommandDriver(client, answer_seconds)
        self._harness = harness
        self.callback(self._driver.close)

    def judge(self, world: World) -> Judgement:
        """Run the client in a world, and judge it.

        Raises:
            ScenarioError: the world cannot be built.
            BrokenRulesError: a rule of conduct cannot be used.
        """
        recording = self.run(world)
        notes, self._driver.notes = self._driver.notes, []
        return judged(recording, notes, self._allow)

    def run(self, world: World) -> Recording:
        """Run the client in a world, and evaluate the run.

        Raises:
            ScenarioError: the world cannot be built.
            BrokenRulesError: a rule of conduct cannot be used.
        """
        from inbox_contracts.consumer.runner import run_world

        return run_world(world, self._driver, self.prepare())

    def prepare(self) -> "Harness":
        """Return the harness, started if there is none yet."""
        if self._harness is None:
            from inbox_contracts.consumer.harness import Harness

            self._harness = self.enter_context(Harness())
        return self._harness

    def restart(self) -> None:
        """Restart the client, after it has failed."""
        self._driver.restart()
