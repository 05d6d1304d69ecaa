"""``inbox-mock import`` as a program: its output, its report, its exit codes."""

import json
from pathlib import Path

import pytest

from processes import run
from recordings.made import a_long_har

FILES = Path(__file__).parents[1] / "recordings" / "files"
PLAIN = str(FILES / "playwright" / "plain.har")


def test_it_writes_a_scenario_that_serves_and_says_what_it_found(tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"

    ran = run("import", PLAIN, "--output", str(path))

    assert (ran.returncode, ran.stdout) == (0, "")
    assert "127.0.0.1:44591: 1 exchange used" in ran.stderr
    assert "Made up, or not known:" in ran.stderr
    assert f"inbox-mock serve --scenario {path}" in ran.stderr
    assert run("scenarios", str(path)).returncode == 0


def test_it_prints_the_scenario_if_no_file_is_named() -> None:
    ran = run("import", PLAIN)

    assert ran.returncode == 0
    assert ran.stdout.startswith("# Made of recorded traffic by inbox-mock import.")
    assert "records:" in ran.stdout


def test_its_report_is_json_for_programs() -> None:
    found = json.loads(run("import", PLAIN, "--format", "json").stdout)

    assert found.keys() == {"start", "hosts", "records", "made_up", "timeline", "settled", "scenario"}
    assert found["start"] == "2030-06-01T12:00:00Z"


@pytest.mark.parametrize("content", ["", "{}", '{"log":{"entries":[]}}', '{"log":{"entries":[{'])
def test_what_is_no_recording_is_refused_and_nothing_is_written(content: str, tmp_path: Path) -> None:
    recording, path = tmp_path / "it.har", tmp_path / "scenario.yaml"
    recording.write_text(content)

    ran = run("import", str(recording), "--output", str(path))

    assert ran.returncode == 2
    assert "expected" in ran.stderr
    assert not path.exists()


def test_traffic_of_another_api_is_told_to_be_that(tmp_path: Path) -> None:
    recording = tmp_path / "it.har"
    recording.write_bytes(b"".join(a_long_har(2)).replace(b"/api/v3", b"/v2"))

    ran = run("import", str(recording))

    assert ran.returncode == 2
    assert "expected calls of /api/v3" in ran.stderr


def test_no_recording_is_written_over(tmp_path: Path) -> None:
    recording = tmp_path / "it.har"
    content = Path(PLAIN).read_bytes()
    recording.write_bytes(content)

    for arguments in (["import", "--output"], ["compare", "--output"], ["compare", "--issue"]):
        ran = run(*arguments, str(recording), str(recording))

        assert ran.returncode == 2
        assert f"Invalid value for '{arguments[1]}': found '{recording}', which is read; expected another file" in ran.stderr
    assert recording.read_bytes() == content


def test_hosts_that_are_put_together_are_told(tmp_path: Path) -> None:
    (tmp_path / "1.har").write_bytes(Path(PLAIN).read_bytes())
    (tmp_path / "2.har").write_bytes(Path(PLAIN).read_bytes().replace(b"127.0.0.1:44591", b"www.bookingsync.com"))
    told = "These hosts are taken for one service."

    assert told in run("import", str(tmp_path)).stderr
    assert told not in run("import", PLAIN).stderr


def test_a_scenario_is_told_from_a_recording(tmp_path: Path) -> None:
    scenario = tmp_path / "it.yaml"
    run("import", PLAIN, "--output", str(scenario))

    assert "found a scenario; expected a recording: serve it with inbox-mock serve --scenario" in run("import", str(scenario)).stderr


def test_files_of_a_folder_that_are_no_recordings_are_told(tmp_path: Path) -> None:
    (tmp_path / "traffic.har").write_bytes(Path(PLAIN).read_bytes())
    (tmp_path / "notes.md").write_text("# Notes")

    ran = run("import", str(tmp_path), "--output", str(tmp_path / "out.yaml"))

    assert ran.returncode == 0
    assert f"Passed over, since they hold no exchange: 1, such as {tmp_path / 'notes.md'}" in ran.stderr
