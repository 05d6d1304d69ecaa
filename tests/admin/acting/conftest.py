"""Where guests book."""

import pytest

from builders import a_scenario
from fake import Mock, Sandbox


@pytest.fixture
def agency(mock: Mock) -> Sandbox:
    """A sandbox without bookings, in which guests book."""
    return mock.sandbox(a_scenario())
