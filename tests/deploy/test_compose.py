"""The compose file of a team: its parts refer to each other, and nothing is open that need not be."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "deploy" / "compose"
COMPOSED: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSED["services"]
NGINX = (FOLDER / "nginx.conf").read_text()


def by_default(text: str) -> str:
    """Put in what each variable is where nobody has set it."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def test_it_is_published_on_this_machine_only_unless_somebody_says_more() -> None:
    published = [by_default(port) for service in SERVICES.values() for port in service.get("ports", [])]

    assert published == ["127.0.0.1:8443:8443"]


def test_the_default_public_address_is_the_one_that_is_published() -> None:
    assert by_default(SERVICES["inbox-mock"]["environment"]["INBOX_MOCK_PUBLIC_URL"]) == "https://localhost:8443/inbox"
    assert "listen 8443 ssl;" in NGINX
    assert "location /inbox/ {" in NGINX


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_write_nothing_but_what_it_keeps(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("user") != "root"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_waits_for_others_that_have_a_health_check(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        assert how == {"condition": "service_healthy"}
        assert "healthcheck" in SERVICES[other] or "build" in SERVICES[other]  # the image of the fake has one


def test_only_the_fake_reaches_the_database() -> None:
    assert COMPOSED["networks"]["database"] == {"internal": True}
    assert {name for name, service in SERVICES.items() if "database" in service.get("networks", [])} == {"inbox-mock", "postgres"}
    assert SERVICES["postgres"]["networks"] == ["database"]


def test_every_secret_is_a_file_that_git_does_not_know() -> None:
    wanted = {secret for service in SERVICES.values() for secret in service["secrets"]}

    assert {name: secret["file"] for name, secret in COMPOSED["secrets"].items()} == {name: f"secrets/{name}" for name in wanted}
    assert subprocess.run(["git", "check-ignore", "--quiet", "secrets/admin-tokens"], cwd=FOLDER, check=False).returncode == 0


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_reads_the_secrets_that_it_is_given(name: str) -> None:
    text = yaml.safe_dump({part: value for part, value in SERVICES[name].items() if part != "secrets"}) + (NGINX if name == "nginx" else "")

    assert set(re.findall(r"/run/secrets/([\w.-]+)", text)) == set(SERVICES[name]["secrets"])


def test_the_password_gets_to_the_fake_by_its_environment_and_its_arguments_are_left_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "postgres-password").write_text("a b'c\n")
    (tmp_path / "inbox-mock").write_text('#!/bin/sh\nprintf "%s|" "$PGPASSWORD" "$@"\n')
    (tmp_path / "inbox-mock").chmod(0o755)
    entrypoint = [part.replace("$$", "$").replace("/run/secrets", str(tmp_path)) for part in SERVICES["inbox-mock"]["entrypoint"]]

    ran = subprocess.run(
        [*entrypoint, "serve", "--clock", "60x and more"],
        env={"PATH": f"{tmp_path}:{os.defpath}"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout == "a b'c|serve|--clock|60x and more|"


def test_nginx_finds_the_fake_where_it_is() -> None:
    assert "set $inbox_mock inbox-mock:8089;" in NGINX
    assert "EXPOSE 8089" in (FOLDER.parents[1] / "Dockerfile").read_text()
