"""The guide for a team: its server is set up as it says, stands behind the nginx that it leads to, and does what it says."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from howto.tours import environment, steps, walk
from processes import COMMAND, free_port, wait_for
from proxied.proxying import Certificate, nginx, nginx_of_the_guide

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "for-a-team.md"
UNIT = ROOT / "deploy" / "systemd" / "inbox-mock.service"
PUBLIC_URL = "https://mock.example.com/inbox"
SET_UP = re.compile(r"^((?:echo|printf) .*\| sudo tee (?:-a )?/etc/inbox-mock/.*)$", re.MULTILINE)


def set_up(folder: Path) -> None:
    """Write the files of /etc/inbox-mock into a folder as the guide does."""
    for command in SET_UP.findall(PAGE.read_text()):
        here = command.replace("sudo ", "").replace("/etc/inbox-mock", str(folder))
        subprocess.run(["bash", "-c", here], check=True, capture_output=True)


@contextmanager
def started(folder: Path, root: str) -> Iterator[str]:
    """Run the command of the unit, with its variables; the address at which it listens."""
    (command,) = re.findall(r"^ExecStart=\S+ (.*)$", UNIT.read_text(), re.MULTILINE)
    arguments = command.replace("%S", str(folder / "state")).replace("%d", str(folder))
    lines = [*re.findall(r"^Environment=(.*)$", UNIT.read_text(), re.MULTILINE), *(folder / "environment").read_text().splitlines()]
    variables = dict(line.replace(PUBLIC_URL, root).split("=", 1) for line in lines)
    port_file = folder / "port"
    env = environment() | variables | {"INBOX_MOCK_PORT": "0", "INBOX_MOCK_PORT_FILE": str(port_file)}
    with subprocess.Popen(
        [COMMAND, *shlex.split(arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env
    ) as process:
        try:
            yield f"http://127.0.0.1:{wait_for(port_file, process)}"
        finally:
            process.terminate()


def test_a_team_leads_server_does_what_the_guide_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, port = Certificate(tmp_path), free_port()
    root = f"https://localhost:{port}/inbox"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.crt))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(certificate.crt))
    set_up(tmp_path)
    tokens = {name: token for _, name, token in map(str.split, (tmp_path / "admin-tokens").read_text().splitlines())}
    (tmp_path / "my.token").write_text(tokens["alice"])
    page = tmp_path / PAGE.name
    page.write_text(PAGE.read_text().replace(PUBLIC_URL, root))

    with started(tmp_path, root) as inner, nginx(tmp_path, [port], nginx_of_the_guide(inner, port, certificate)):
        walk(page, root, tmp_path, "export INBOX_MOCK_ADMIN_TOKEN_FILE=my.token\n{}".format)


def test_a_restored_directory_is_the_one_that_was_backed_up(tmp_path: Path) -> None:
    """A log of SQLite's that is newer than its database would be applied to it."""
    backing_up, restoring = (
        [line.replace("sudo ", "").replace("/var/lib/private", str(tmp_path)) for line in lines.splitlines() if "/var/lib/private" in line]
        for lines in re.findall(r"^```sh\n(sudo systemctl stop inbox-mock\n.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    )
    (tmp_path / "inbox-mock").mkdir()
    (tmp_path / "inbox-mock" / "index.sqlite").write_text("as it was")
    subprocess.run(["bash", "-ec", "\n".join(backing_up)], check=True, cwd=tmp_path)
    (tmp_path / "inbox-mock" / "index.sqlite-wal").write_text("what came later")
    subprocess.run(["bash", "-ec", "\n".join(restoring)], check=True, cwd=tmp_path)

    assert {path.name: path.read_text() for path in (tmp_path / "inbox-mock").iterdir()} == {"index.sqlite": "as it was"}


def test_the_guide_is_walked_and_not_skipped() -> None:
    assert len(steps(PAGE)) >= 4
    assert len(SET_UP.findall(PAGE.read_text())) == 4
