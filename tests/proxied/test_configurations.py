"""The configurations in the guide: each proxy takes it, and every address is right behind Caddy and HAProxy, too."""

import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest
import requests

from builders import a_booking, a_scenario
from fake import Mock
from processes import run
from proxied import proxying
from proxied.crawling import Crawl
from proxied.proxying import Certificate, Front
from servers import program

Make = Callable[[Path], AbstractContextManager[Front]]
INNER = "http://127.0.0.1:8089"


def said_of(folder: Path, *command: str) -> tuple[int, str]:
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env={"HOME": str(folder)})
    return ran.returncode, ran.stdout + ran.stderr


def test_nginx_takes_it(tmp_path: Path) -> None:
    server = proxying.nginx_of_the_guide(INNER, 443, Certificate(tmp_path))
    (tmp_path / "nginx.conf").write_text(proxying.NGINX.format(folder=tmp_path, servers=server))

    assert said_of(tmp_path, program("nginx", "nginx"), "-t", "-q", "-e", "stderr", "-c", str(tmp_path / "nginx.conf")) == (0, "")


def test_haproxy_takes_it(tmp_path: Path) -> None:
    (tmp_path / "haproxy.cfg").write_text(proxying.haproxy_of_the_guide(INNER, 443, Certificate(tmp_path)))

    status, said = said_of(tmp_path, program("haproxy", "haproxy"), "-c", "-f", "haproxy.cfg")

    assert status == 0, said
    assert "WARNING" not in said


def test_caddy_takes_it(tmp_path: Path) -> None:
    (tmp_path / "Caddyfile").write_text(proxying.shown("caddy"))
    caddy = program("caddy", "caddy")

    status, said = said_of(tmp_path, caddy, "validate", "--adapter", "caddyfile", "--config", "Caddyfile")

    assert status == 0, said
    assert said_of(tmp_path, caddy, "fmt", "Caddyfile")[1] == proxying.shown("caddy")


@pytest.mark.parametrize("make", [proxying.by_caddy, proxying.by_haproxy], ids=lambda make: make.__name__)
def test_every_address_leads_back_through_it(make: Make, tmp_path: Path) -> None:
    with make(tmp_path) as front:
        world = Mock(front.transport).sandbox(a_scenario(bookings=[a_booking()]))
        crawl = Crawl(front.root, front.transport.session, world.made["token"])

        for path in (
            "/",
            "/api/v3/inbox/conversations/11",
            "/api/v3/bookings?per_page=1",
            "/docs/api",
            "/openapi.json",
            "/__admin/sandboxes",
        ):
            headers = {"Authorization": f"Bearer {crawl.token}"} if "/api/" in path else {"Accept": "text/html"}
            crawl.read(crawl.session.get(front.root + path, headers=headers, timeout=30))

        assert (crawl.strangers, crawl.failed) == (set(), {})
        assert len(crawl.seen) > 50
        assert world.made["api_url"] == f"{front.root}/api/v3"


@pytest.mark.parametrize("make", [proxying.with_both, proxying.by_caddy, proxying.by_haproxy], ids=lambda make: make.__name__)
def test_a_fault_that_closes_the_connection_is_not_tried_again(make: Make, tmp_path: Path) -> None:
    with make(tmp_path) as front:
        sandbox = Mock(front.transport).sandbox("empty")
        sandbox.api.get("/accounts")  # a proxy that keeps connections has one now
        sandbox.handle.fault("timeout_after", times=1)

        with suppress(requests.ConnectionError):
            assert sandbox.api.get("/rentals").status == 502

        assert [entry["path"] for entry in sandbox.handle.journal()] == ["/api/v3/accounts", "/api/v3/rentals"]


@pytest.mark.parametrize("make", [proxying.with_both, proxying.by_caddy, proxying.by_haproxy], ids=lambda make: make.__name__)
def test_a_server_behind_it_is_not_accused_of_what_the_proxy_does_to_headers(make: Make, tmp_path: Path) -> None:
    with make(tmp_path) as front:
        ran = run("check", "server", f"{front.root}/", "-k", "headers", "-k", "header-names", "-k", "head", env=front.environment)

    assert ran.returncode == 0, ran.stdout + ran.stderr
