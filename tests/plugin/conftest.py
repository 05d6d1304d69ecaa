"""What the fake imports when it is first needed is imported before any of these tests: pytester forgets what a test has imported."""

import pytest

import inbox_mock.flask_app
import inbox_mock.resources.marshmallow_fields
import inbox_mock.scenarios.builder
import inbox_mock.scenarios.history
import inbox_mock.scenarios.setup
import inbox_mock.scenarios.timeline
import inbox_mock.scenarios.yaml12
import inbox_mock.testing  # noqa: F401 - to be there
from plugin.suites import CLIENT
from processes import WITHOUT_OTHER_PLUGINS


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(client=CLIENT)
    pytester.makeini(f"[pytest]\naddopts = --strict-markers -p no:cacheprovider {WITHOUT_OTHER_PLUGINS}\nfilterwarnings = error\n")
    return pytester
