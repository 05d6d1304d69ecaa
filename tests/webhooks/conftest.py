"""A receiver for each test, and what only a scenario's timeline can do."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from fake import Sandbox
from inbox_mock.app import Fake
from receiver import Receiver, receiving

Uninstall = Callable[[Sandbox, int], None]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def uninstall(fake: Fake) -> Uninstall:
    """Uninstall an application from account 1 of a sandbox in process, and let webhooks leave."""

    def run(sandbox: Sandbox, application_id: int) -> None:
        with fake.sandboxes.get(sandbox.id).work() as work:
            work.later(timedelta(), "application_uninstalled", application_id=application_id, account_id=1)
        sandbox.advance("0s")

    return run
