"""The container, as far as it can be tried without a container engine: its files are linted, and its commands run as they stand."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
import yaml

from inbox_mock.app import Options, create_app
from inbox_mock.scenarios.loading import find
from processes import PATIENCE_SECONDS, free_port

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
INSTALLED = "/opt/inbox-mock"


def instructions() -> list[tuple[str, str]]:
    """Each instruction of the Dockerfile with what it says, on one line."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\s*\\\n\s*", " ", text).splitlines()
    return [(word, rest.strip()) for line in lines if line for word, _, rest in [line.partition(" ")]]


def said(word: str) -> str:
    """What the last instruction of a kind says."""
    return [rest for found, rest in instructions() if found == word][-1]


def composed() -> Any:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


@dataclass
class Image:
    """What the Dockerfile makes, in a folder of this machine; ``open`` says whether everybody may run its interpreter."""

    folder: Path
    open: bool

    def environment(self, **more: str) -> dict[str, str]:
        """The image's own environment, and nothing of this process."""
        own = dict(pair.split("=", 1) for pair in shlex.split(said("ENV")))
        own["PATH"] = own["PATH"].replace(INSTALLED, str(self.folder)).replace("$PATH", os.defpath)
        return own | more

    def user(self) -> int | None:
        """The image's user, if this process may become somebody else."""
        return int(said("USER").split(":")[0]) if os.geteuid() == 0 and self.open else None

    def start(self, command: list[str], **environment: str) -> "subprocess.Popen[str]":
        env, program = self.environment(**environment), [*json.loads(said("ENTRYPOINT")), *command]
        program[0] = str(shutil.which(program[0], path=env["PATH"]))
        return subprocess.Popen(
            program, env=env, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, user=self.user(), group=self.user()
        )

    @contextmanager
    def running(self, command: list[str]) -> Iterator[int]:
        """Run the container's command until its own health check says that it answers; the port."""
        port = str(free_port())
        with self.start(command, INBOX_MOCK_PORT=port) as process:
            try:
                with self.start(["health", "--url", f"http://127.0.0.1:{port}", "--wait", f"{PATIENCE_SECONDS}s"]) as health:
                    assert health.communicate(timeout=2 * PATIENCE_SECONDS)[0] == f"http://127.0.0.1:{port} is ready\n"
                yield int(port)
            finally:
                process.terminate()


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """Carry out COPY and RUN of the Dockerfile's first stage in a folder that everybody may read."""
    with tempfile.TemporaryDirectory() as made:
        folder, source = Path(made) / "inbox-mock", Path(made) / "src"
        python, is_open = interpreter()
        Path(made).chmod(0o755)
        source.mkdir()
        for word, rest in instructions():
            *names, target = rest.split()
            if word == "COPY" and not rest.startswith("--from"):
                for name in names:
                    _copy(ROOT / name, source / (name if target == "./" else target))
            elif word == "RUN":
                path = f"{BIN}:{os.environ['PATH']}"
                script = rest.replace(INSTALLED, str(folder)).replace("python -m venv", f"{python} -m venv")
                subprocess.run(
                    ["bash", "-c", script], cwd=source, env=os.environ | {"PATH": path}, check=True, capture_output=True, timeout=300
                )
        yield Image(folder, is_open)


def interpreter() -> tuple[str, bool]:
    """A Python that the image's user may run, unless there is none; whether it is."""
    for found in (Path(sys.executable).resolve(), Path("/usr/bin/python3").resolve()):
        if found.exists() and all(folder.stat().st_mode & 0o001 for folder in found.parents):
            return str(found), True
    return sys.executable, False


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def test_the_dockerfile_has_no_lint() -> None:
    ran = subprocess.run(
        [BIN / "hadolint", "--failure-threshold", "style", ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("file", ["compose.yaml", "deploy/compose/compose.yaml"])
def test_a_compose_file_keeps_to_the_specification(file: str) -> None:
    check = [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", str(ROOT / file)]
    ran = subprocess.run(check, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout


def test_only_what_the_image_is_made_of_is_sent_to_be_built() -> None:
    copied = {name for word, rest in instructions() if word == "COPY" and "--from" not in rest for name in rest.split()[:-1]}
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]

    assert lines[0] == "*"
    assert {line.removeprefix("!") for line in lines if line.startswith("!")} == copied
    assert lines[-1] == "**/__pycache__"


def test_it_is_built_on_a_version_and_runs_as_nobody_in_particular() -> None:
    bases = [rest.split()[0] for word, rest in instructions() if word == "FROM"]

    assert all(re.fullmatch(r"python:3\.\d+-slim-\w+", base) for base in bases)
    assert all(int(number) > 0 for number in said("USER").split(":"))


def test_the_fake_answers_in_it_and_its_health_check_says_so(image: Image) -> None:
    with image.running(json.loads(said("CMD"))) as port:
        health = json.loads(said("HEALTHCHECK").partition("CMD ")[2])
        checked = subprocess.run(health, env=image.environment(INBOX_MOCK_PORT=str(port)), capture_output=True, text=True, check=False)
        answer = requests.get(f"http://127.0.0.1:{port}/api/v3/inbox/conversations", headers={"Authorization": "Bearer demo"}, timeout=10)

    assert (checked.returncode, checked.stdout) == (0, f"http://127.0.0.1:{port} is ready\n")
    assert answer.status_code == 200


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become the image's user")
def test_it_runs_as_the_images_user(image: Image) -> None:
    if not image.open:
        pytest.skip("no Python here that another user may run")
    with image.start(["openapi"]) as process:
        uid = psutil.Process(process.pid).uids().real
        process.communicate(timeout=PATIENCE_SECONDS)

    assert f"{uid}:{uid}" == said("USER")
    assert process.returncode == 0


def test_its_health_check_fails_when_nothing_answers(image: Image) -> None:
    health = json.loads(said("HEALTHCHECK").partition("CMD ")[2])

    env = image.environment(INBOX_MOCK_PORT=str(free_port()))

    assert subprocess.run(health, env=env, capture_output=True, check=False).returncode == 1


def set_in_the_image(option: str) -> list[str]:
    return dict(pair.split("=", 1) for pair in shlex.split(said("ENV")))[f"INBOX_MOCK_{option}"].split()


def names_of_the_service() -> list[str]:
    command: list[str] = composed()["inbox-mock"]["command"]
    return [option.removeprefix("--allow-host=") for option in command if option.startswith("--allow-host=")]


@pytest.mark.parametrize("as_composed", [False, True], ids=["alone", "composed"])
def test_the_names_that_it_is_given_are_those_that_the_admin_api_answers_to(image: Image, *, as_composed: bool) -> None:
    command = composed()["inbox-mock"]["command"] if as_composed else json.loads(said("CMD"))
    with image.running(command) as port:
        status = {
            name: requests.get(f"http://127.0.0.1:{port}/__admin/sandboxes/default", headers={"Host": name}, timeout=10).status_code
            for name in ("inbox-mock:8089", "elsewhere.example")
        }

    assert status == {"inbox-mock:8089": 200, "elsewhere.example": 403}


@pytest.mark.parametrize("names", [set_in_the_image("ALLOW_HOST"), names_of_the_service()], ids=["alone", "composed"])
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "inbox-mock"])
def test_the_admin_api_answers_what_comes_in_from_outside_by_a_published_port(names: list[str], name: str) -> None:
    """Inside a container it comes from the engine's own address, which is not loopback."""
    networks = frozenset(map(ip_network, set_in_the_image("ALLOW_ADMIN_FROM")))
    client = create_app(Options(scenario=find("empty"), allowed_hosts=frozenset(names), admin_networks=networks)).app.test_client()

    def status(name: str, address: str) -> int:
        environ = {"REMOTE_ADDR": address}
        return client.get("/__admin/sandboxes/default", base_url=f"http://{name}:8089", environ_base=environ).status_code

    assert {status(name, engine) for engine in ("172.17.0.1", "172.31.0.1", "10.88.0.1", "192.168.65.1")} == {200}
    assert {status("172.17.0.2", "172.17.0.1"), status(name, "192.168.1.7"), status(name, "203.0.113.7")} == {403}


def test_another_service_reaches_it_by_its_name_once_it_is_healthy() -> None:
    services = composed()
    (name,) = services["client"]["depends_on"]

    assert services["client"]["depends_on"][name] == {"condition": "service_healthy"}
    assert services["client"]["environment"]["INBOX_MOCK_URL"] == f"http://{name}:{said('EXPOSE')}"
    assert f"--allow-host={name}" in services[name]["command"]
    assert "--allow-webhooks-to=client" in services[name]["command"]


def test_the_other_service_lets_a_guest_book(image: Image) -> None:
    client = composed()["client"]
    with (
        image.running(json.loads(said("CMD"))) as port,
        image.start(client["command"], INBOX_MOCK_URL=f"http://127.0.0.1:{port}") as booking,
    ):
        printed, _ = booking.communicate(timeout=PATIENCE_SECONDS)

    assert printed.startswith("Booking ")


def test_it_is_published_on_this_machine_only_and_may_write_nowhere() -> None:
    service = composed()["inbox-mock"]

    assert service["ports"] == ["127.0.0.1:8089:8089"]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
