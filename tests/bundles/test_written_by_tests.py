"""Bundles that a failing client trial and a failing test of a user's suite write."""

import json
import re
import sys
from pathlib import Path

import pytest

from inbox_mock.bundles.bundle import content_of, read
from inbox_mock.replaying.replay import replay
from processes import WITHOUT_OTHER_PLUGINS, run

pytest_plugins = ["pytester"]

BLIND = """
import json, sys, urllib.request
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "start":
        api, token = request["api_url"], request["token"]
    asked = urllib.request.Request(f"{api}/bookings", headers={"Authorization": f"Bearer {token}"})
    try:
        urllib.request.urlopen(asked).read()
    except Exception:
        pass
    print(json.dumps({"id": request["id"], "ok": True, "can": ["sync"], "bookings": [], "conversations": []}), flush=True)
"""
SUITE = """
import pytest, requests

def test_fails(inbox_mock):
    inbox_mock.book("airbnb")
    requests.get(f"{inbox_mock.url}/bookings", headers={"Authorization": f"Bearer {inbox_mock.token}"}, timeout=10)
    assert 1 == 2

def test_fails_in_process(inbox_mock_in_process):
    inbox_mock_in_process.clock.advance("10m")
    requests.get(f"{inbox_mock_in_process.url}/bookings", headers={"Authorization": f"Bearer {inbox_mock_in_process.token}"})
    assert 1 == 2

def test_breaks_a_rule(inbox_mock):
    for _ in range(3):
        requests.get(f"{inbox_mock.url}/bookings", headers={"Authorization": "Bearer wrong"}, timeout=10)
        requests.get(f"{inbox_mock.url}/bookings", headers={"Authorization": f"Bearer {inbox_mock.token}"}, timeout=10)
        inbox_mock.revoke_token(inbox_mock.token) if _ == 0 else None

def test_passes(inbox_mock):
    inbox_mock.book("airbnb")
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini(f"[pytest]\naddopts = -p no:cacheprovider {WITHOUT_OTHER_PLUGINS}\n")
    return pytester


def test_a_failing_trial_writes_a_bundle_beside_its_world(tmp_path: Path) -> None:
    done = run("check", "client", "--worlds", "5", "--shrink-seconds", "0", "--save", str(tmp_path), "--", sys.executable, "-c", BLIND)

    (world,) = tmp_path.glob("*.yaml")
    path = world.with_suffix(".zip")
    assert f"What was asked and answered: inbox-mock bundle replay {path}" in done.stdout
    found = replay(read(content_of(path)))
    assert found.difference is None, found.difference.lines
    assert found.done["requests"] > 0


def test_a_failing_test_writes_a_bundle_and_says_how_to_do_it_again(suite: pytest.Pytester) -> None:
    suite.makepyfile(SUITE)
    ran = suite.runpytest_subprocess("--inbox-mock-bundles", "kept")

    told = ran.stdout.str()
    paths = re.findall(r"bundle: inbox-mock bundle replay (\S+)", told)
    assert sorted({Path(path).name.rpartition("-")[0].partition(".py-")[2] for path in paths}) == [
        "test_breaks_a_rule",
        "test_fails",
        "test_fails_in_process",
    ]
    assert sorted(path.name for path in (suite.path / "kept").iterdir()) == sorted({Path(path).name for path in paths})
    for path in set(paths):
        found = replay(read(content_of(suite.path / path)))
        assert found.difference is None, found.difference.lines


def test_without_the_option_nothing_is_written(suite: pytest.Pytester) -> None:
    suite.makepyfile(SUITE)
    ran = suite.runpytest_subprocess("-k", "test_fails and not process")

    assert "bundle" not in ran.stdout.str()
    assert list(suite.path.rglob("*.zip")) == []


def test_a_blank_folder_is_refused(suite: pytest.Pytester) -> None:
    ran = suite.runpytest_subprocess("--inbox-mock-bundles", "")

    assert "--inbox-mock-bundles: found ''; expected a value that is not blank" in ran.stderr.str()


def test_the_program_reads_where_the_bundle_is(tmp_path: Path) -> None:
    done = run(
        *("check", "client", "--worlds", "3", "--shrink-seconds", "0", "--format", "json", "--save", str(tmp_path)),
        *("--", sys.executable, "-c", BLIND),
    )

    assert Path(json.loads(done.stdout)["failure"]["bundle"]).is_file()
