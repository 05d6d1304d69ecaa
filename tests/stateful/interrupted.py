"""A fake in process, at home anywhere, whose sandboxes fall asleep and which is started anew in the midst of what a test does."""

from itertools import cycle

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, run_state_machine_as_test

from conftest import OPTIONS
from fake import InProcess
from homes import Place
from inbox_mock.app import create_app

FEW = 3
"""Examples where each step costs writing."""


class Interruptible(InProcess):
    """Calls an application whose sandboxes live in a place."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._start()

    def _start(self) -> None:
        self.sandboxes = (fake := create_app(OPTIONS, home=self.place.open())).sandboxes
        super().__init__(fake.app)

    def put_to_sleep(self) -> None:
        """Let every sandbox hold as little in memory as can be."""
        for sandbox in self.sandboxes.all():
            sandbox.sleep()

    def restart(self) -> None:
        """End, and begin with what was kept."""
        self.close()
        self._start()

    def close(self) -> None:
        self.sandboxes.home.close()


class Interrupted(RuleBasedStateMachine):
    """A model of what is in the sandboxes of a fake, which no interruption changes: one comes after every few steps."""

    server: Interruptible

    def __init__(self) -> None:
        super().__init__()
        self._interruptions = cycle([self.server.put_to_sleep, None, self.server.restart if self.server.place.lasts else None, None])

    @invariant()
    def an_interruption_changes_nothing(self) -> None:
        interrupt = next(self._interruptions)
        if interrupt is not None:
            interrupt()

    def teardown(self) -> None:
        """Leave nothing for the next run to carry."""
        self.server.sandboxes.begin_anew()


def hold_to_model(machine: type[Interrupted], server: Interruptible, run: settings) -> None:
    """Run a machine; where each step costs writing, with few examples."""
    of_this_run = type(machine.__name__, (machine,), {"server": server})
    run_state_machine_as_test(of_this_run, settings=settings(run, max_examples=FEW) if server.place.lasts else run)
