"""Time zones, which are the same on every machine."""

import os
import subprocess
import sys
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_mock.domain import times, zones

SHOW = "from inbox_mock.domain import times; print(times.true_instant('2030-07-01T16:00:00Z', 'Europe/Paris'))"


@pytest.mark.parametrize("machine", ["another zone's rules", "bytes that are no zone", "nothing"])
def test_a_zone_does_not_come_from_the_machines_database(tmp_path: Path, machine: str) -> None:
    foreign = {"another zone's rules": (files("tzdata") / "zoneinfo" / "UTC").read_bytes(), "bytes that are no zone": b"none"}
    if machine in foreign:
        (tmp_path / "Europe").mkdir()
        (tmp_path / "Europe" / "Paris").write_bytes(foreign[machine])

    shown = subprocess.run([sys.executable, "-c", SHOW], env=os.environ | {"PYTHONTZPATH": str(tmp_path)}, capture_output=True, check=True)

    assert shown.stdout.split() == [b"2030-07-01T14:00:00Z"]


@given(st.sampled_from(sorted(zones.names())))
def test_every_zone_can_be_read(name: str) -> None:
    assert zones.zone(name).key == name
    assert abs(times.parse(times.true_instant("2030-07-01T12:00:00Z", name)) - times.parse("2030-07-01T12:00:00Z")) <= timedelta(hours=14)


@pytest.mark.parametrize(
    "name",
    ["localtime", "posixrules", "", "Europe", "Europe/Atlantis", "/etc/localtime", "Europe/../UTC", "../zones", "zone.tab", "europe/paris"],
)
def test_what_names_no_zone_is_a_value_error(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        zones.zone(name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("europe/paris", "Europe/Paris"),
        ("Europe/Pairs", "Europe/Paris"),
        ("Paris", "Europe/Paris"),
        ("America/New York", "America/New_York"),
        ("posix/Europe/Paris", "Europe/Paris"),
        ("utc", "UTC"),
        ("localtime", None),
        ("", None),
    ],
)
def test_a_name_that_is_nearly_right_tells_what_was_meant(name: str, meant: str | None) -> None:
    assert zones.nearest(name) == meant
