"""Locks of sandboxes as tests hold them: who would wait is noted and fails, instead of waiting."""

import pytest

from inbox_mock.engine.sandbox import Sandbox


class Held:
    """The lock of a sandbox while a long unit of work is open in another thread. ``waits`` counts who would wait for it."""

    def __init__(self) -> None:
        self.waits = 0

    def acquire(self, blocking: bool = True) -> bool:  # noqa: FBT002 - as locks have it
        if blocking:
            self.waits += 1
            raise AssertionError("waits for a sandbox that it is not about")
        return False

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        """Release nothing."""


def hold(monkeypatch: pytest.MonkeyPatch, *sandboxes: Sandbox) -> Held:
    """Hold the locks of sandboxes until the test ends."""
    held = Held()
    for sandbox in sandboxes:
        monkeypatch.setattr(sandbox, "lock", held)
    return held
