"""A test may freeze the time of its process at the ends of the calendar: sandboxes have the nearest time that they can."""

from datetime import UTC, datetime

import pytest
from freezegun import freeze_time

from fake import InProcess, Mock
from inbox_mock.app import Options, create_app
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find


@pytest.mark.parametrize(
    ("frozen", "shown"),
    [
        (datetime.max.replace(tzinfo=UTC), "9000-01-01T00:00:00Z"),
        (datetime.min.replace(tzinfo=UTC), "1000-01-01T00:00:00Z"),
        (datetime(1960, 1, 1, tzinfo=UTC), "1960-01-01T00:00:00Z"),
    ],
)
def test_a_running_sandbox_is_made_reset_and_listed_at_either_end_of_the_calendar(frozen: datetime, shown: str) -> None:
    with freeze_time(frozen):
        fake = Mock(InProcess(create_app(Options(scenario=find("agency"), overrides=Overrides(mode="real"))).app))
        sandbox = fake.sandbox("agency", clock={"mode": "real"}, ttl="3650d")

        assert sandbox.admin.post("/reset").status == 200
        assert sandbox.now() == shown
        assert [one["clock"]["now"] for one in fake.admin.get("/sandboxes").json["sandboxes"]] == [shown, shown]
