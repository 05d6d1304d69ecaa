"""``inbox-mock export``."""

import json
from pathlib import Path

import pytest

from fake import Mock, OverSocket, Sandbox
from processes import run


@pytest.fixture
def asked(served: str) -> Sandbox:
    """A sandbox on a server, in which one request came."""
    sandbox = Mock(OverSocket(served)).sandbox("agency")
    sandbox.api.get("/bookings")
    return sandbox


def on(sandbox: Sandbox) -> list[str]:
    return ["--url", sandbox.transport.root, "--sandbox", sandbox.id]


def test_the_journal_is_printed(asked: Sandbox) -> None:
    ran = run("export", "--format", "har", *on(asked))

    assert ran.returncode == 0
    assert [entry["request"]["method"] for entry in json.loads(ran.stdout)["log"]["entries"]] == ["GET"]
    assert ran.stderr == ""


def test_the_file_is_replaced_as_a_whole_and_what_it_lacks_is_told(asked: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "run.sh"
    file.write_text("old")

    ran = run("export", "--format", "curl", "--of", "state", "--output", str(file), *on(asked))

    assert ran.returncode == 0
    assert ran.stdout == ""
    assert file.read_text().startswith("#!/bin/sh\n# The state of the sandbox")
    assert "inbox-mock: Left out: 4" in ran.stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--format", "hra"], "did you mean 'har'?"),
        (["--format", "har", "--of", "all"], "journal"),
        (["--format", "har", "--output", "/nowhere/run.har"], "cannot write '/nowhere/run.har'"),
        (["--format", "har", "--sandbox", "nobody"], "no sandbox 'nobody'"),
    ],
)
def test_what_cannot_be_exported_ends_with_2_and_says_what_can(asked: Sandbox, options: list[str], says: str) -> None:
    ran = run("export", *on(asked), *options)

    assert ran.returncode == 2
    assert says in ran.stderr


def test_the_client_in_python_gets_the_file_too(asked: Sandbox, served: str) -> None:
    from inbox_mock.client import connect

    made = connect(served).sandbox(asked.id).export("scenario")

    assert made["name"] == f"{asked.id}.yaml"
    assert made["content"].startswith(b"# The sandbox of agency")
    assert made["told"] == "Not exported: 1 entries of the journal."
