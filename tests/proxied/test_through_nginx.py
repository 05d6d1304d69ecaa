"""What gets through a real nginx with the guide's configuration, and what its default settings let in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import START, a_booking, a_scenario
from fake import Caller, Mock, OverSocket
from inbox_mock.domain import limits
from processes import free_port, run
from proxied.proxying import Front, fake_behind, nginx, with_both

GUARDED = ["/__admin/sandboxes", "/", "/dashboard/app.js"]
COMMANDS = [
    ("health",),
    ("book", "--conversation-delay", "0s"),
    ("write", "11", "Hello", "--as", "guest"),
    ("clock",),
    ("clock", "advance", "10m"),
    ("journal",),
    ("report",),
    ("sandboxes",),
    ("sandboxes", "show"),
    ("sandboxes", "snapshot", "before"),
    ("admin", "restore_snapshot", "name=before"),
    ("admin", "set_fault", "kind=status", "status=503"),
]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with with_both(tmp_path_factory.mktemp("both")) as front:
        yield front


def test_every_command_takes_such_a_url(both: Front) -> None:
    sandbox = Mock(both.transport).sandbox(a_scenario(bookings=[a_booking()]))

    for command in COMMANDS:
        chosen = {} if command[0] == "health" else {"INBOX_MOCK_SANDBOX": sandbox.id}
        ran = run(*command, env=both.environment | chosen)

        assert (ran.returncode, ran.stderr) == (0, ""), command


def test_a_server_is_held_to_the_contract(proxied: Front) -> None:
    ran = run("check", "server", f"{proxied.root}/", "-k", "templates", "--effort", "0.1", env=proxied.environment)

    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("command", [("clock",), ("health",), ("check", "server", "{root}")], ids=" ".join)
def test_a_certificate_that_is_not_trusted_is_said_in_one_line(both: Front, command: tuple[str, ...]) -> None:
    told = both.environment | {"REQUESTS_CA_BUNDLE": "", "SSL_CERT_FILE": ""}

    ran = run(*(word.format(root=both.root) for word in command), env=told)

    assert ran.returncode == (1 if command == ("health",) else 2)
    assert "the certificate of localhost is not trusted (self-signed certificate): REQUESTS_CA_BUNDLE=FILE" in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize(("named", "reason"), [("missing.pem", "No such file or directory"), ("empty.pem", "it holds no certificate")])
def test_a_bundle_that_cannot_be_used_is_said_in_one_line(both: Front, tmp_path: Path, named: str, reason: str) -> None:
    (tmp_path / "empty.pem").touch()

    ran = run("clock", env=both.environment | {"REQUESTS_CA_BUNDLE": str(tmp_path / named)})

    assert ran.returncode == 2
    assert f"REQUESTS_CA_BUNDLE names '{tmp_path / named}': {reason}; expected a file of certificates" in ran.stderr


def test_the_system_may_know_the_authority(both: Front) -> None:
    told = both.environment | {"REQUESTS_CA_BUNDLE": "", "SSL_CERT_FILE": str(both.authority)}

    assert run("clock", env=told).returncode == 0


def test_the_longest_link_and_the_time_of_the_sandbox_come_through(both: Front) -> None:
    ids = ",".join(map(str, range(1_000_000, 1_002_400)))
    found = Mock(both.transport).sandbox(a_scenario(bookings=[a_booking()], clock={"mode": "manual"}))

    answer = found.api.get(f"/inbox/conversations/11,{ids}", per_page="1", page="1")

    assert answer.status == 200
    assert limits.LINK / 2 < len(answer.headers["Link"]) <= limits.LINK
    assert answer.headers["Date"] == "Sat, 01 Jun 2030 12:00:00 GMT"
    assert found.now() == START


def test_the_largest_body_is_judged_by_the_fake(both: Front) -> None:
    answer = Caller(both.transport, base="/__admin").post("/sandboxes", b" " * (limits.ADMIN_BODY + 1))

    assert answer.status == 413
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_what_a_client_says_of_itself_is_not_passed_on(both: Front) -> None:
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil", "X-Forwarded-Port": "1", "Forwarded": "host=evil.example"}

    answer = Mock(both.transport).caller("demo").get("/accounts", headers=forged)

    assert answer.meta["Link"]["first"] == f"{both.root}/api/v3/accounts?page=1"


def test_calls_of_the_port_itself_work_as_before(both: Front) -> None:
    inner = OverSocket(both.inner)

    for path in ("/livez", "/readyz", "/inbox/readyz", "/docs", "/inbox/docs"):
        assert inner.send("GET", path, {}, None).status == 200
    assert Mock(inner).caller("demo").get("/accounts").meta["Link"]["first"].startswith(both.root)


def test_default_settings_open_the_admin_api_to_nobody(tmp_path: Path) -> None:
    port = free_port()
    with fake_behind(None, 0, token=None) as fake:
        server = f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {fake.url}; }} }}"
        with nginx(tmp_path, [port], server):
            statuses = {
                root: [OverSocket(root).send("GET", path, {"Accept": "text/html"}, None).status for path in GUARDED]
                for root in (f"http://127.0.0.1:{port}", fake.url)
            }

    assert statuses == {f"http://127.0.0.1:{port}": [403] * len(GUARDED), fake.url: [200] * len(GUARDED)}
